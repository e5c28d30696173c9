//! Texts with NUL in them. No text that this API takes has one: PostgreSQL refuses it, and `SQLite` would find nothing.

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// Whether an argument or a default of the document holds a NUL. `text` is what the document was read from.
pub(super) fn in_document(document: &ExecutableDocument, text: &str) -> bool {
    if !text.contains('\0') && !text.contains("\\u0000") {
        return false;
    }
    let in_operations = document.operations.iter().any(|(_, operation)| {
        let operation = &operation.node;
        let mut variables = operation.variable_definitions.iter();
        in_set(&operation.selection_set.node)
            || variables.any(|variable| {
                let default = variable.node.default_value.as_ref();
                default.is_some_and(|default| in_value(&default.node))
            })
    });
    let mut fragments = document.fragments.values();
    in_operations || fragments.any(|fragment| in_set(&fragment.node.selection_set.node))
}

/// Whether a variable holds a NUL.
pub(super) fn in_variables(variables: &Variables) -> bool {
    variables.values().any(in_value)
}

/// The guard has bounded how deep sets are.
fn in_set(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            let mut arguments = field.arguments.iter();
            arguments.any(|(_, literal)| {
                let as_value = literal.node.clone();
                as_value
                    .into_const_with(|_| Ok::<_, ()>(Value::Null))
                    .is_ok_and(|value| in_value(&value))
            }) || in_set(&field.selection_set.node)
        }
        Selection::InlineFragment(inline) => in_set(&inline.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}

fn in_value(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(values) => values.iter().any(in_value),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || in_value(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_nul_is_found_wherever_a_literal_may_stand() {
        for (text, found) in [
            (r#"{ a(t: "x\u0000y") }"#, true),
            (r#"{ a { b(f: {m: ["x", "\u0000"]}) } }"#, true),
            (r#"query($v: String = "\u0000") { a(t: $v) }"#, true),
            (
                r#"{ ...F } fragment F on Q { ... { a(t: "\u0000") } }"#,
                true,
            ),
            ("{ a(t: \"x\0y\") }", true),
            (r#"{ a(t: "a backslash: \\u0000") }"#, false),
            (r#"{ a(t: "\u0001") }"#, false),
            (r#"{ a(t: "0") }"#, false),
        ] {
            let document = parse_query(text).unwrap();
            assert_eq!(in_document(&document, text), found, "{text}");
        }
    }

    #[test]
    fn a_nul_is_found_however_deep_a_variable_holds_it() {
        for (variables, found) in [
            (json!({ "a": "x\0" }), true),
            (json!({ "a": { "b": [null, { "c": "\0" }] } }), true),
            (json!({ "a": { "b\0": 1 } }), true),
            (json!({ "a": "\\u0000", "b": 0 }), false),
        ] {
            assert_eq!(
                in_variables(&Variables::from_json(variables.clone())),
                found,
                "{variables}"
            );
        }
    }
}
