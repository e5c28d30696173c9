//! What the schema says against a document, before anybody sends it: nothing is executed.

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::parser::types::DocumentOperations;
use async_graphql::{ServerError, ValidationResult};
use std::sync::Arc;

use super::{Schema, limited};

/// Checks documents against the schema.
pub struct DocumentCheck(Schema);

impl DocumentCheck {
    /// Against the schema of this program.
    pub fn new() -> Self {
        Self(limited().extension(OnlyValidates).finish())
    }

    /// Every fault of a document that the parser takes.
    pub async fn faults(&self, text: &str) -> Vec<String> {
        let answer = self.0.execute(text).await;
        let required = required_variables(text);
        let faults = answer.errors.into_iter().map(|error| error.message);
        // What a list costs is not known without the variable that says how long it is.
        faults.filter(|fault| !required.contains(fault)).collect()
    }
}

impl Default for DocumentCheck {
    fn default() -> Self {
        Self::new()
    }
}

/// What the executor says where it prices a field by a variable that the document requires and that is not there yet
/// (async-graphql 7.2, `validation/visitor.rs`).
fn required_variables(text: &str) -> Vec<String> {
    let Ok(document) = async_graphql::parser::parse_query(text) else {
        return Vec::new();
    };
    let operations: Vec<_> = match document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.into_values().collect(),
    };
    let definitions = operations
        .into_iter()
        .flat_map(|operation| operation.node.variable_definitions);
    definitions
        .map(|variable| {
            let name = variable.node.name.node;
            format!("Variable {name} is not defined.")
        })
        .collect()
}

/// Ends a request once it is validated.
struct OnlyValidates;

impl ExtensionFactory for OnlyValidates {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for OnlyValidates {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await?;
        // It has no faults, and does not go on.
        Err(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn documents_are_held_against_the_schema_and_not_executed() {
        let check = DocumentCheck::new();
        for text in [
            "{ viewer { name } }",
            "query Q($first: Int!) { payments(first: $first) { nodes { id } } }",
            "mutation M($input: CreateTokenInput!) { createToken(input: $input) { __typename } }",
            "query A { viewer { name } } query B { viewer { role } }",
        ] {
            assert_eq!(check.faults(text).await, Vec::<String>::new(), "{text}");
        }
        for (text, told) in [
            ("{ viewer { nam } }", "Did you mean \"name\"?"),
            ("{ viewer { name(a: 1) } }", "Unknown argument"),
            (
                "{ payments(first: $first) { nodes { id } } }",
                "is not defined",
            ),
            ("query A { viewer { name } } query B { nothing }", "nothing"),
            ("query Q($x: Nothing!) { viewer { name } }", "Nothing"),
        ] {
            let faults = check.faults(text).await;
            assert!(
                faults.iter().any(|fault| fault.contains(told)),
                "{text}: {faults:?}"
            );
        }
    }
}
