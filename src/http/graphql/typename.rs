//! `__typename: "Money"` within what is sent: clients send back the money that they have read, with the name of its type in it, which
//! the input for money does not have. It is taken for what it is, and left out. Any other name stays, and is refused.

use async_graphql::{
    Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};

const TYPENAME: &str = "__typename";
/// What the type of money is called where it is read.
const MONEY: &str = "Money";

/// Leaves it out of the variables.
pub(super) fn forget_in_variables(variables: &mut Variables) {
    variables.values_mut().for_each(forget);
}

/// Leaves it out of the arguments of the document, which was read from `text`.
pub(super) fn forget_in_document(document: &mut ExecutableDocument, text: &str) {
    if !text.contains(MONEY) || !text.contains(TYPENAME) {
        return;
    }
    let operations = match &mut document.operations {
        DocumentOperations::Single(operation) => {
            vec![operation]
        }
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        in_set(&mut operation.node.selection_set.node);
    }
    for fragment in document.fragments.values_mut() {
        in_set(&mut fragment.node.selection_set.node);
    }
}

/// The guard bounds how deep sets are, and the count of brackets before it.
fn in_set(set: &mut SelectionSet) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                for (_, literal) in &mut field.node.arguments {
                    // One with a variable in it was written by hand, not read.
                    if let Some(mut value) = literal.node.clone().into_const() {
                        forget(&mut value);
                        literal.node = value.into_value();
                    }
                }
                in_set(&mut field.node.selection_set.node);
            }
            Selection::InlineFragment(inline) => in_set(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::List(values) => values.iter_mut().for_each(forget),
        Value::Object(fields) => {
            let is_money = |value: &Value| matches!(value, Value::String(name) if name == MONEY);
            if fields.get(TYPENAME).is_some_and(is_money) {
                fields.shift_remove(TYPENAME);
            }
            fields.values_mut().for_each(forget);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_name_of_money_is_left_out_of_variables() {
        let given = json!({
            "input": {
                "amount": { "__typename": "Money", "amount": "1000", "currency": "KRW" },
                "more": [{ "__typename": "Money" }, { "__typename": "Payment" }],
            },
            "name": "Money",
        });
        let mut variables = Variables::from_json(given);
        forget_in_variables(&mut variables);
        let left = json!({
            "input": {
                "amount": { "amount": "1000", "currency": "KRW" },
                "more": [{}, { "__typename": "Payment" }],
            },
            "name": "Money",
        });
        assert_eq!(variables, Variables::from_json(left));
    }

    #[test]
    fn the_same_holds_of_literals() {
        let read = |text: &str| {
            let mut document = parse_query(text).unwrap();
            forget_in_document(&mut document, text);
            format!("{document:?}")
        };
        let cleaned = read(r#"{ a { b(m: {amount: "1", __typename: "Money"}) { __typename } } }"#);
        assert!(
            !cleaned.contains("String(\"Money\")") && cleaned.contains("__typename"),
            "{cleaned}"
        );
        let other = read(r#"{ b(m: {__typename: "Payment", name: "Money"}) }"#);
        assert!(other.contains("String(\"Payment\")"), "{other}");
    }
}
