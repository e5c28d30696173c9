//! What a document costs, as the access log tells it: how many fields its operations and fragments select, each fragment counted
//! as often as it is spread.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// The cost of a document that passed the guard, whose fragments spread each other in no circle.
pub(super) fn cost_of(document: &ExecutableDocument) -> usize {
    let mut fields = Fields {
        document,
        of_fragments: HashMap::with_capacity(document.fragments.len()),
    };
    document
        .operations
        .iter()
        .map(|(_, operation)| fields.of_set(&operation.node.selection_set.node))
        .fold(0, usize::saturating_add)
}

struct Fields<'a> {
    document: &'a ExecutableDocument,
    of_fragments: HashMap<&'a str, usize>,
}

impl<'a> Fields<'a> {
    fn of_set(&mut self, set: &'a SelectionSet) -> usize {
        set.items
            .iter()
            .map(|selection| match &selection.node {
                Selection::Field(field) => self
                    .of_set(&field.node.selection_set.node)
                    .saturating_add(1),
                Selection::InlineFragment(inline) => self.of_set(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(&spread.node.fragment_name.node)
                }
            })
            .fold(0, usize::saturating_add)
    }

    fn of_fragment(&mut self, name: &'a str) -> usize {
        if let Some(known) = self.of_fragments.get(name) {
            return *known;
        }
        // Were there a circle, it would count nothing the second time.
        self.of_fragments.insert(name, 0);
        let fragment = self.document.fragments.get(name);
        let fields = fragment.map_or(0, |fragment| self.of_set(&fragment.node.selection_set.node));
        self.of_fragments.insert(name, fields);
        fields
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn a_field_costs_one_as_often_as_it_is_selected() {
        for (text, cost) in [
            ("{ a }", 1),
            ("{ a { b c } ... on Query { d } }", 4),
            ("{ a { ...F } b { ...F } } fragment F on T { c d { e } }", 8),
            ("query A { a } query B { b c }", 3),
            ("{ ...Missing a }", 1),
            ("{ ...F } fragment F on T { a ...F }", 1),
        ] {
            assert_eq!(cost_of(&parse_query(text).unwrap()), cost, "{text}");
        }
    }
}
