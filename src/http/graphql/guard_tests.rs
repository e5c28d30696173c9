//! What the guard counts, each limit from both sides, and that no bomb takes long.

use std::{fmt::Write as _, time::Instant};

use async_graphql::parser::parse_query;

use super::*;

const LIMITS: DocumentLimits = DocumentLimits::STANDARD;

fn checked(text: &str) -> Result<(), TooComplex> {
    check(&parse_query(text).expect("a document"), &LIMITS)
}

/// `levels` fragments, each spreading the next `width` times.
fn bomb(levels: usize, width: usize) -> String {
    let mut text = "{ ...F0 }".to_owned();
    for level in 0..levels {
        let spreads = format!("...F{} ", level + 1).repeat(width);
        write!(text, " fragment F{level} on Query {{ {spreads} }}").expect("writes to a string");
    }
    write!(text, " fragment F{levels} on Query {{ a }}").expect("writes to a string");
    text
}

#[test]
fn fragments_that_multiply_are_refused_at_once() {
    let begun = Instant::now();
    assert_eq!(checked(&bomb(6, 10)), Err(TooComplex::Selections(5_000)));
    // Enough levels to overflow 64 bits if the sums wrapped around.
    assert_eq!(checked(&bomb(25, 10)), Err(TooComplex::Selections(5_000)));
    assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
}

#[test]
fn fragments_that_multiply_to_just_below_the_limit_are_accepted() {
    // 3 levels of 10: 1 + 10 + 100 + 1000 spreads and 1000 fields.
    assert_eq!(checked(&bomb(3, 10)), Ok(()));
}

#[test]
fn circles_are_refused_wherever_they_are() {
    let circle = |name: &str| Err(TooComplex::Circle(name.to_owned()));
    assert_eq!(checked("{ ...A } fragment A on Q { a ...A }"), circle("A"));
    assert_eq!(
        checked("{ ...A } fragment A on Q { x { ...B } } fragment B on Q { ... { ...A } }"),
        circle("A")
    );
    assert_eq!(
        checked("{ a } fragment Unused on Q { ...Unused }"),
        circle("Unused")
    );
}

#[test]
fn a_fragment_spread_twice_side_by_side_is_no_circle() {
    assert_eq!(
        checked("{ ...A b { ...A } ...B } fragment A on Q { a } fragment B on Q { ...A }"),
        Ok(())
    );
}

#[test]
fn an_unknown_fragment_is_left_to_validation() {
    assert_eq!(checked("{ ...Nowhere }"), Ok(()));
}

#[test]
fn a_long_chain_of_fragments_is_refused_without_deep_recursion() {
    assert_eq!(checked(&bomb(90, 1)), Err(TooComplex::Nesting(30)));
}

#[test]
fn each_limit_holds_from_both_sides() {
    let nested = |depth: usize| format!("{}{}", "{ a ".repeat(depth), "}".repeat(depth));
    let fragments = |count: usize| {
        let definitions = (0..count).map(|i| format!(" fragment F{i} on Q {{ a }}"));
        format!("{{ a }}{}", definitions.collect::<String>())
    };
    let operations = |count: usize| {
        let definitions: Vec<_> = (0..count).map(|i| format!("query O{i} {{ a }}")).collect();
        definitions.join(" ")
    };
    let cases = [
        (nested(15), nested(16), TooComplex::Depth(15)),
        (
            format!("{{ {} }}", "a ".repeat(5_000)),
            format!("{{ {} }}", "a ".repeat(5_001)),
            TooComplex::Selections(5_000),
        ),
        (
            format!("{{ {} }}", "x: a ".repeat(60)),
            format!("{{ {} }}", "x: a ".repeat(61)),
            TooComplex::Aliases(60),
        ),
        (
            format!("{{ a {} }}", "@d ".repeat(100)),
            format!("{{ a {} }}", "@d ".repeat(101)),
            TooComplex::Directives(100),
        ),
        (
            format!("{}a{}", "{ ... ".repeat(29) + "{", "}".repeat(30)),
            format!("{}a{}", "{ ... ".repeat(30) + "{", "}".repeat(31)),
            TooComplex::Nesting(30),
        ),
        (fragments(100), fragments(101), TooComplex::Fragments(100)),
        (operations(50), operations(51), TooComplex::Operations(50)),
    ];
    for (fits, exceeds, reason) in cases {
        assert_eq!(checked(&fits), Ok(()), "{reason}");
        assert_eq!(checked(&exceeds), Err(reason));
    }
}

#[test]
fn introspection_is_as_wide_as_tools_need_it() {
    let lists = |count: usize| {
        let aliases = (0..count).map(|n| format!("a{n}: types {{ name }}"));
        let aliases = aliases.collect::<Vec<_>>().join(" ");
        format!("{{ __schema {{ {aliases} }} }}")
    };
    assert_eq!(checked(&lists(24)), Ok(()));
    assert_eq!(checked(&lists(25)), Err(TooComplex::IntrospectionLists(24)));
    let twice =
        "{ __schema { types { ...F } } b: __schema { types { ...F } } } fragment F on __Type {"
            .to_owned()
            + &" fields { args { name } } enumValues { name } inputFields { name }".repeat(3)
            + " }";
    assert_eq!(checked(&twice), Err(TooComplex::IntrospectionLists(24)));
    // Fields of ours that have such a name are none of it.
    let ours = "{ a { ".to_owned() + &"types { fields } ".repeat(30) + "} }";
    assert_eq!(checked(&ours), Ok(()));
}

#[test]
fn other_attempts_of_other_attempts_are_asked_for_twice_at_most() {
    let refused = Err(TooComplex::Attempts(2));
    let within = |set: &str| format!("{{ payments {{ nodes {{ {set} }} }} }}");
    let twice = "otherAttempts { otherAttempts { id } }";
    assert_eq!(checked(&format!("{{ payment {{ {twice} }} }}")), Ok(()));
    assert_eq!(checked(&within(twice)), Ok(()));
    let thrice = format!("otherAttempts {{ {twice} }}");
    assert_eq!(checked(&within(&thrice)), refused);
    let by_payment = format!("otherAttempts {{ reconciliation {{ payment {{ {twice} }} }} }}");
    assert_eq!(checked(&within(&by_payment)), refused);
}

#[test]
fn introspection_is_as_deep_as_the_reference_implementation_lets_it_be() {
    let refused = Err(TooComplex::IntrospectionDepth(2));
    let deep = "__schema { types { fields { type { interfaces { fields { name } } } } } }";
    assert_eq!(checked(&format!("{{ {deep} }}")), refused);
    assert_eq!(checked(&format!("{{ ... {{ x: {deep} }} }}")), refused);
    for around in ["__schema { types", "__type(name: \"Node\") { possibleTypes"] {
        let text = format!(
            "{{ {around} {{ ...A }} }} }} fragment A on __Type {{ interfaces {{ ...B }} }} \
             fragment B on __Type {{ possibleTypes {{ fields {{ name }} }} }}"
        );
        assert_eq!(checked(&text), refused, "{around}");
    }
    // Types of types of types multiply nothing.
    let types = "ofType { ".repeat(8) + "name" + &" }".repeat(8);
    for fits in [
        format!("{{ __schema {{ types {{ fields {{ args {{ type {{ {types} }} }} }} }} }} }}"),
        "{ __schema { types { interfaces { fields { name } } possibleTypes { inputFields { name } } } } }"
            .to_owned(),
        "{ fields { fields { fields { interfaces } } } }".to_owned(),
    ] {
        assert_eq!(checked(&fits), Ok(()), "{fits}");
    }
}

#[test]
fn a_payment_leads_back_to_itself_once() {
    let back = "reconciliation { discrepancies { payment { id ";
    let around = |turns: usize| {
        let (open, close) = (back.repeat(turns), "} } } ".repeat(turns));
        format!("{{ discrepancies {{ nodes {{ payment {{ {open} {close} }} }} }} }}")
    };
    assert_eq!(checked(&around(1)), Ok(()));
    assert_eq!(checked(&around(2)), Err(TooComplex::Payments(2)));
    let beside =
        "{ payment { payment { id } } settlements { nodes { payment { payment { id } } } } }";
    assert_eq!(checked(beside), Ok(()));
    let spread = "{ payment { ...A } } fragment A on Payment { reconciliation { discrepancies { payment { payment { id } } } } }";
    assert_eq!(checked(spread), Err(TooComplex::Payments(2)));
}

#[test]
fn directives_count_wherever_they_stand() {
    let many = "@d ".repeat(101);
    for text in [
        format!("query Q {many} {{ a }}"),
        format!("query Q($v: Int {many}) {{ a }}"),
        format!("{{ ...A {many} }} fragment A on Q {{ a }}"),
        format!("{{ ...A }} fragment A on Q {many} {{ a }}"),
        format!("{{ ... {many} {{ a }} }}"),
    ] {
        assert_eq!(checked(&text), Err(TooComplex::Directives(100)), "{text}");
    }
}

#[test]
fn aliases_within_fragments_count_once_for_each_spread() {
    let spread = |times: usize| {
        format!(
            "{{ {} }} fragment A on Q {{ x: a y: a }}",
            "...A ".repeat(times)
        )
    };
    assert_eq!(checked(&spread(30)), Ok(()));
    assert_eq!(checked(&spread(31)), Err(TooComplex::Aliases(60)));
}
