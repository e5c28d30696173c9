//! Puts the root fields of an answer in the order in which they were asked for, as the GraphQL specification wants it.
//! async-graphql 7.2 puts fields in the order in which they are ready, and root fields wait for Toss.

use std::collections::HashSet;

use async_graphql::{
    Response, Value,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// Orders the root fields of `response`.
pub(super) fn restore(
    response: &mut Response,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) {
    let Value::Object(fields) = &mut response.data else {
        return;
    };
    if fields.len() < 2 {
        return;
    }
    let mut order = Order::default();
    order.visit(&operation.selection_set.node, document);
    // The sort is stable: a field that is not found keeps its place behind the others.
    fields.sort_by(|a, _, b, _| order.place(a.as_str()).cmp(&order.place(b.as_str())));
}

/// The names of fields in an answer, in the order of their first mention.
#[derive(Default)]
struct Order<'a> {
    names: Vec<&'a str>,
    fragments: HashSet<&'a str>,
}

impl<'a> Order<'a> {
    fn visit(&mut self, selections: &'a SelectionSet, document: &'a ExecutableDocument) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    if !self.names.contains(&name) {
                        self.names.push(name);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.visit(&fragment.node.selection_set.node, document);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // A second spread mentions nothing for the first time, so none is followed twice.
                    if let Some(fragment) = document.fragments.get(name)
                        && self.fragments.insert(name.as_str())
                    {
                        self.visit(&fragment.node.selection_set.node, document);
                    }
                }
            }
        }
    }

    fn place(&self, name: &str) -> usize {
        self.names
            .iter()
            .position(|known| *known == name)
            .unwrap_or(self.names.len())
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, parser::parse_query};

    use super::*;

    /// The names after an answer that came as c, b, a has been put in order.
    fn ordered(query: &str) -> Vec<String> {
        let document = parse_query(query).unwrap();
        let object = ["c", "b", "a"]
            .map(|name| (Name::new(name), Value::Null))
            .into_iter()
            .collect();
        let mut response = Response::new(Value::Object(object));
        let (_, operation) = document.operations.iter().next().unwrap();
        restore(&mut response, &document, &operation.node);
        let Value::Object(fields) = response.data else {
            panic!("an object stays one")
        };
        fields.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn fields_stand_where_they_were_first_asked_for() {
        assert_eq!(ordered("{ a b c }"), ["a", "b", "c"]);
        assert_eq!(ordered("{ b a: x c b }"), ["b", "a", "c"]);
    }

    #[test]
    fn fragments_stand_where_they_are_spread() {
        assert_eq!(
            ordered("{ ...F a } fragment F on Query { c ... { b } }"),
            ["c", "b", "a"]
        );
        assert_eq!(
            ordered("{ ... { b } ...F } fragment F on Query { a c }"),
            ["b", "a", "c"]
        );
    }

    #[test]
    fn what_was_not_asked_for_stays_behind_the_rest() {
        assert_eq!(ordered("{ a }"), ["a", "c", "b"]);
    }
}
