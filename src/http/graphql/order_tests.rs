//! Answers that came in any order, put into that of their queries.

use async_graphql::parser::parse_query;

use super::*;

/// The answer to a query, as text, after one that came as `answer` has been put in order.
fn ordered(query: &str, answer: &str) -> String {
    let document = parse_query(query).unwrap();
    let mut response = Response::new(serde_json::from_str::<Value>(answer).unwrap());
    let (_, operation) = document.operations.iter().next().unwrap();
    restore(&mut response, &document, &operation.node);
    serde_json::to_string(&response.data).unwrap()
}

/// The names after an answer that came as c, b, a has been put in order.
fn names(query: &str) -> String {
    ordered(query, r#"{"c":1,"b":2,"a":3}"#)
}

#[test]
fn fields_stand_where_they_were_first_asked_for() {
    assert_eq!(names("{ a b c }"), r#"{"a":3,"b":2,"c":1}"#);
    assert_eq!(names("{ b a: x c b }"), r#"{"b":2,"a":3,"c":1}"#);
}

#[test]
fn fragments_stand_where_they_are_spread() {
    assert_eq!(
        names("{ ...F a } fragment F on Query { c ... { b } }"),
        r#"{"c":1,"b":2,"a":3}"#
    );
    assert_eq!(
        names("{ ... { b } ...F } fragment F on Query { a c }"),
        r#"{"b":2,"a":3,"c":1}"#
    );
}

#[test]
fn what_was_not_asked_for_stays_behind_the_rest() {
    assert_eq!(names("{ a }"), r#"{"a":3,"c":1,"b":2}"#);
}

#[test]
fn fields_within_fields_stand_in_order_in_every_element_of_a_list() {
    let query = "{ list { a inner { x y } } one { b a } }";
    let answer = r#"{"one":{"a":1,"b":2},"list":[{"inner":{"y":1,"x":2},"a":3},null,{"a":4,"inner":null},
                     {"inner":{"x":5,"y":6},"a":7}]}"#;
    assert_eq!(
        ordered(query, answer),
        r#"{"list":[{"a":3,"inner":{"x":2,"y":1}},null,{"a":4,"inner":null},{"a":7,"inner":{"x":5,"y":6}}],"one":{"b":2,"a":1}}"#
    );
}

#[test]
fn lists_within_lists_are_gone_through() {
    assert_eq!(
        ordered("{ rows { a b } }", r#"{"rows":[[{"b":1,"a":2}],[]]}"#),
        r#"{"rows":[[{"a":2,"b":1}],[]]}"#
    );
}

#[test]
fn a_field_that_is_asked_for_twice_has_the_fields_of_both_in_the_order_of_their_first_mention() {
    let query = "{ p { a ...F c } p { d } } fragment F on P { q { y } b q { x y } }";
    let answer = r#"{"p":{"d":1,"c":2,"b":3,"q":{"x":4,"y":5},"a":6}}"#;
    assert_eq!(
        ordered(query, answer),
        r#"{"p":{"a":6,"q":{"y":5,"x":4},"b":3,"c":2,"d":1}}"#
    );
}

#[test]
fn two_aliases_of_one_field_have_orders_of_their_own() {
    let query = "{ second: p { a b } first: p { b a } }";
    let answer = r#"{"first":{"a":1,"b":2},"second":{"b":3,"a":4}}"#;
    assert_eq!(
        ordered(query, answer),
        r#"{"second":{"a":4,"b":3},"first":{"b":2,"a":1}}"#
    );
}

#[test]
fn a_fragment_on_another_type_leaves_the_order_of_the_others_alone() {
    let query = "{ node { id ... on T { t shared } ... on P { b shared a } } }";
    assert_eq!(
        ordered(query, r#"{"node":{"a":1,"b":2,"id":3}}"#),
        r#"{"node":{"id":3,"b":2,"a":1}}"#
    );
}

#[test]
fn a_scalar_that_looks_like_an_object_is_left_as_it_is() {
    assert_eq!(
        ordered("{ b a }", r#"{"a":{"z":1,"y":2},"b":null}"#),
        r#"{"b":null,"a":{"z":1,"y":2}}"#
    );
}

#[test]
fn an_answer_without_data_stays_one() {
    assert_eq!(ordered("{ a }", "null"), "null");
}
