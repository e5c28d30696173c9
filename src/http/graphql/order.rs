//! Puts the fields of an answer in the order in which they were asked for, as the GraphQL specification wants it.
//! async-graphql 7.2 puts fields in the order in which they are ready, and those that wait for Toss or a database come last.

use async_graphql::{
    Response, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// Orders the fields of every object in `response`. The document must have passed the guard, which bounds what its fragments expand to.
pub(super) fn restore(
    response: &mut Response,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) {
    if response.data != Value::Null {
        let mut order = Order::default();
        order.add(&operation.selection_set.node, document);
        order.arrange(&mut response.data);
    }
}

/// The fields of an object by their names in an answer, in the order of their first mention, each with the fields of what it holds.
///
/// A fragment counts whatever type it is on: what an object does not have is not in its answer either. Only where fragments on
/// different types name the same fields in different orders, the first of them decides for all.
#[derive(Default)]
struct Order<'a>(IndexMap<&'a str, Self>);

impl<'a> Order<'a> {
    fn add(&mut self, selections: &'a SelectionSet, document: &'a ExecutableDocument) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    let below = self.0.entry(name).or_default();
                    below.add(&field.node.selection_set.node, document);
                }
                Selection::InlineFragment(fragment) => {
                    self.add(&fragment.node.selection_set.node, document);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name) {
                        self.add(&fragment.node.selection_set.node, document);
                    }
                }
            }
        }
    }

    fn arrange(&self, value: &mut Value) {
        match value {
            // What nothing is selected of is a scalar, whatever it looks like.
            Value::Object(fields) if !self.0.is_empty() => {
                let mut is_arranged = true;
                for (place, (name, field)) in fields.iter_mut().enumerate() {
                    // Mostly all are there, and in their places: then none is looked for.
                    let order = match self.0.get_index(place) {
                        Some((expected, order)) if *expected == name.as_str() => Some(order),
                        _ => {
                            is_arranged = false;
                            self.0.get(name.as_str())
                        }
                    };
                    if let Some(order) = order {
                        order.arrange(field);
                    }
                }
                if !is_arranged && !fields.keys().is_sorted_by_key(|name| self.place(name)) {
                    // The sort is stable: a field that is not found keeps its place behind the others.
                    fields.sort_by(|a, _, b, _| self.place(a).cmp(&self.place(b)));
                }
            }
            Value::List(items) => {
                for item in items {
                    self.arrange(item);
                }
            }
            _ => {}
        }
    }

    fn place(&self, name: &str) -> usize {
        self.0.get_index_of(name).unwrap_or(self.0.len())
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
