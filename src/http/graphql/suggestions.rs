//! "Did you mean": what a misspelt name in a document may have meant. Only who has a token comes so far that a document is looked at.
//!
//! The executor can suggest too (async-graphql 7.2), but for every error of a document: some 200 ms of work for one of 64 KB. Here it
//! is done for the errors that are shown, and for names as long as names are.

use std::collections::HashMap;

use async_graphql::{
    ServerError,
    parser::{
        parse_schema,
        types::{FieldDefinition, TypeKind, TypeSystemDefinition},
    },
};

use crate::http::limits::{ERRORS_SHOWN, SUGGESTED_NAME_CHARS, SUGGESTED_NAMES};
use crate::nearness::distance;

/// The names of a schema: of its fields, of their arguments, and of the fields of inputs.
#[derive(Default)]
pub(super) struct SchemaNames {
    fields: HashMap<String, HashMap<String, Vec<String>>>,
    inputs: HashMap<String, Vec<String>>,
}

impl SchemaNames {
    /// Reads the names from a schema in the schema definition language. One that cannot be read suggests nothing.
    pub(super) fn of(sdl: &str) -> Self {
        let mut names = Self::default();
        let definitions = parse_schema(sdl).map_or_else(|_| Vec::new(), |all| all.definitions);
        for definition in definitions {
            let TypeSystemDefinition::Type(of) = definition else {
                continue;
            };
            let of_type = of.node.name.node.to_string();
            match of.node.kind {
                TypeKind::Object(object) => {
                    let fields = object.fields.into_iter().map(|field| of_field(field.node));
                    names.fields.insert(of_type, fields.collect());
                }
                TypeKind::Interface(interface) => {
                    let fields = interface.fields.into_iter();
                    let fields = fields.map(|field| of_field(field.node));
                    names.fields.insert(of_type, fields.collect());
                }
                TypeKind::InputObject(input) => {
                    let fields = input.fields.into_iter();
                    let fields = fields.map(|field| field.node.name.node.to_string());
                    names.inputs.insert(of_type, fields.collect());
                }
                _ => {}
            }
        }
        names
    }

    /// Adds to the errors that are shown what their documents may have meant.
    pub(super) fn suggest(&self, errors: &mut [ServerError]) {
        for error in errors.iter_mut().take(ERRORS_SHOWN) {
            if let Some(meant) = self.meant(&error.message) {
                error.message.push_str(&meant);
            }
        }
    }

    /// What may have been meant, by the words in which the executor tells a wrong name.
    fn meant(&self, message: &str) -> Option<String> {
        let quoted: Vec<&str> = message.split('"').skip(1).step_by(2).collect();
        if message.starts_with("Unknown field ") {
            let [name, of_type] = quoted[..] else {
                return None;
            };
            suggestion(name, self.fields.get(of_type)?.keys())
        } else if message.starts_with("Unknown argument ") {
            let [name, field, of_type] = quoted[..] else {
                return None;
            };
            suggestion(name, self.fields.get(of_type)?.get(field)?)
        } else if message.contains("unknown field ") {
            let [.., name, of_type] = quoted[..] else {
                return None;
            };
            suggestion(name, self.inputs.get(of_type)?)
        } else {
            None
        }
    }
}

/// A field's name with those of its arguments.
fn of_field(field: FieldDefinition) -> (String, Vec<String>) {
    let arguments = field.arguments.into_iter();
    let arguments = arguments.map(|argument| argument.node.name.node.to_string());
    (field.name.node.to_string(), arguments.collect())
}

/// The nearest of the names that there are. Half of the letters may differ, but not all of a short one.
fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a String>) -> Option<String> {
    if name.len() > SUGGESTED_NAME_CHARS {
        return None;
    }
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|known| (distance(name, known), known.as_str()))
        .filter(|(distance, known)| *distance < (name.len().max(known.len()) / 2).max(2))
        .collect();
    near.sort_unstable();
    near.truncate(SUGGESTED_NAMES);
    let near: Vec<String> = near.iter().map(|(_, known)| format!("{known:?}")).collect();
    (!near.is_empty()).then(|| format!(" Did you mean {}?", near.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "type Query { payment(orderId: String, filter: Filter): Payment payments: Payment } \
         type Payment { id: ID! status: String } input Filter { status: String mId: String }";

    fn told(message: &str) -> String {
        let mut errors = [ServerError::new(message, None)];
        SchemaNames::of(SDL).suggest(&mut errors);
        errors[0].message.strip_prefix(message).unwrap().to_owned()
    }

    #[test]
    fn a_name_that_is_near_to_another_is_told_with_it() {
        for (message, meant) in [
            (
                "Unknown field \"paymant\" on type \"Query\".",
                " Did you mean \"payment\" or \"payments\"?",
            ),
            ("Unknown field \"di\" on type \"Payment\".", ""),
            ("Unknown field \"xyz\" on type \"Query\".", ""),
            ("Unknown field \"status\" on type \"Nothing\".", ""),
            (
                "Unknown argument \"orderID\" on field \"payment\" of type \"Query\".",
                " Did you mean \"orderId\"?",
            ),
            (
                "Unknown argument \"x\" on field \"payment\" of type \"Query\".",
                "",
            ),
            (
                "Invalid value for argument \"filter\", unknown field \"statis\" of type \"Filter\"",
                " Did you mean \"status\"?",
            ),
            ("The variable $status is not given", ""),
        ] {
            assert_eq!(told(message), meant, "{message}");
        }
    }

    #[test]
    fn long_names_and_errors_that_are_not_shown_are_let_be() {
        let long = format!(
            "Unknown field \"{}\" on type \"Query\".",
            "payment".repeat(10)
        );
        assert_eq!(told(&long), "");
        let message = "Unknown field \"paymant\" on type \"Query\".";
        let mut errors = vec![ServerError::new(message, None); ERRORS_SHOWN + 1];
        SchemaNames::of(SDL).suggest(&mut errors);
        let told = errors.iter().filter(|error| error.message != message);
        assert_eq!(told.count(), ERRORS_SHOWN);
    }
}
