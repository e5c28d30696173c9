//! Validations that have been made. Front-ends send the same documents over and over, with other keys and dates in them; what a
//! validation finds depends on the document, and on the variables only as far as their [`shape`] tells.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{ValidationResult, Value, Variables};

/// Shapes that are remembered of one document. Most have one.
const MOST_SHAPES: usize = 8;
/// Longest shape that is remembered, in bytes.
const LONGEST_SHAPE: usize = 256;

/// The validations that one document has passed. Cheap to clone: clones share them.
#[derive(Clone, Default)]
pub struct Validated(Arc<Mutex<HashMap<String, ValidationResult>>>);

/// What a request's document has passed before with variables like its own. It belongs into the request's data.
pub struct Before {
    validated: Validated,
    shape: String,
}

impl Validated {
    /// For a request of this operation. `None` where nothing is remembered.
    pub fn before(
        &self,
        operation: &OperationDefinition,
        name: Option<&str>,
        variables: &Variables,
    ) -> Option<Before> {
        Some(Before {
            validated: self.clone(),
            shape: shape(operation, name, variables)?,
        })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, ValidationResult>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Before {
    /// What was found, where it passed.
    pub(super) fn found(&self) -> Option<ValidationResult> {
        self.validated.known().get(&self.shape).copied()
    }

    /// Remembers what was found.
    pub(super) fn remember(&self, found: ValidationResult) {
        let mut known = self.validated.known();
        if known.len() >= MOST_SHAPES {
            known.clear();
        }
        known.insert(self.shape.clone(), found);
    }
}

/// Everything of a request's variables that a validation looks at. Of a text that is declared as one, that it is a text: where
/// it is used as anything else, the document passes with none. Prices are made of numbers alone.
fn shape(
    operation: &OperationDefinition,
    name: Option<&str>,
    variables: &Variables,
) -> Option<String> {
    let mut shape = format!("{name:?}");
    for (name, value) in variables.iter() {
        let declared = operation
            .variable_definitions
            .iter()
            .find(|definition| definition.node.name.node == *name);
        let is_any_text = declared.is_some_and(|declared| is_text(&declared.node.var_type.node));
        let written = match value {
            Value::String(_) if is_any_text => write!(shape, ",{name}"),
            other => write!(shape, ",{name}={other}"),
        };
        if written.is_err() || shape.len() > LONGEST_SHAPE {
            return None;
        }
    }
    Some(shape)
}

fn is_text(declared: &Type) -> bool {
    matches!(&declared.base, BaseType::Named(name) if name == "String" || name == "ID")
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::DocumentOperations;
    use serde_json::json;

    use super::*;

    fn shape_of(variables: serde_json::Value) -> Option<String> {
        let text = "query Q($key: String!, $first: Int, $day: LocalDate, $ids: [ID!]) { a }";
        let document = parse_query(text).unwrap();
        let DocumentOperations::Multiple(operations) = document.operations else {
            panic!("it has a name");
        };
        let operation = operations.into_values().next().unwrap();
        shape(&operation.node, Some("Q"), &Variables::from_json(variables))
    }

    #[test]
    fn only_what_a_text_says_is_left_out() {
        let same = |one, other| shape_of(one) == shape_of(other);
        assert!(same(json!({ "key": "a" }), json!({ "key": "b,key=1" })));
        for (one, other) in [
            (json!({ "key": "a" }), json!({ "key": null })),
            (json!({ "key": "a" }), json!({ "key": 1 })),
            (json!({ "key": "a" }), json!({})),
            (json!({ "first": 1 }), json!({ "first": 2 })),
            (json!({ "day": "2026-03-01" }), json!({ "day": "2026-3-1" })),
            (json!({ "ids": ["a"] }), json!({ "ids": ["a", 1] })),
            (json!({ "key": "a" }), json!({ "other": "a" })),
        ] {
            assert!(!same(one.clone(), other.clone()), "{one} {other}");
        }
    }

    #[test]
    fn what_is_too_long_is_not_remembered() {
        let text = |length| json!({ "day": "x".repeat(length) });
        assert!(shape_of(text(200)).is_some());
        assert!(shape_of(text(300)).is_none());
        assert!(shape_of(json!({ "key": "x".repeat(300) })).is_some());
    }
}
