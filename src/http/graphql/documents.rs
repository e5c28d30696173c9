//! Parsed documents that passed the guard, remembered by their text: front-ends send the same few dozen over and over, and parsing
//! is the dearest part of a small query. With each goes what its validations have found.

use std::sync::Arc;

use async_graphql::{
    Name, ServerError, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection},
    },
};
use moka::future::Cache;

use super::{
    guard::{self, TooComplex},
    nul,
    refusal::Refusal,
    tokens, typename,
};
use crate::graphql::Validated;
use crate::http::limits::{
    DOCUMENT_BYTES_LEAST, DOCUMENT_BYTES_PER_CHAR, DOCUMENT_CACHE_BYTES, DocumentLimits,
    VARIABLE_BYTES_COPIED,
};

/// A bounded memory of documents. Cheap to clone: clones share it.
#[derive(Clone)]
pub(super) struct Documents {
    passed: Cache<Arc<str>, Arc<Document>>,
    limits: DocumentLimits,
}

impl Documents {
    pub(super) fn new(limits: DocumentLimits) -> Self {
        Self {
            passed: Cache::builder()
                .weigher(|text: &Arc<str>, _: &Arc<Document>| {
                    let chars = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    chars
                        .saturating_mul(DOCUMENT_BYTES_PER_CHAR)
                        .max(DOCUMENT_BYTES_LEAST)
                })
                .max_capacity(DOCUMENT_CACHE_BYTES)
                .build(),
            limits,
        }
    }

    /// The document that `text` is, parsed and within the limits.
    pub(super) async fn get(&self, text: &str) -> Result<Arc<Document>, Rejected> {
        if let Some(document) = self.passed.get(text).await {
            return Ok(document);
        }
        let document = Arc::new(Document::read(text, &self.limits)?);
        self.passed
            .insert(Arc::from(text), Arc::clone(&document))
            .await;
        Ok(document)
    }
}

/// Why a text is no document to execute.
pub(super) enum Rejected {
    /// By us.
    Refused(Refusal),
    /// By the parser, with the places of the mistake.
    Syntax(ServerError),
}

impl<E: Into<Refusal>> From<E> for Rejected {
    fn from(reason: E) -> Self {
        Self::Refused(reason.into())
    }
}

/// What is wrong with a text as a document, whatever the schema.
///
/// # Errors
/// One sentence.
pub fn check_document(text: &str) -> Result<(), String> {
    match Document::read(text, &DocumentLimits::STANDARD) {
        Ok(_) => Ok(()),
        Err(Rejected::Refused(refusal)) => Err(refusal.message.into_owned()),
        Err(Rejected::Syntax(error)) => Err(error.message),
    }
}

/// A document that passed the guard.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    pub(super) validated: Validated,
    /// Places where a variable is declared or used.
    variable_places: usize,
}

impl Document {
    fn read(text: &str, limits: &DocumentLimits) -> Result<Self, Rejected> {
        let tokens = tokens::count(text, limits)?;
        let mut parsed = parse_query(text).map_err(|error| Rejected::Syntax(error.into()))?;
        guard::check(&parsed, limits)?;
        if nul::in_document(&parsed, text) {
            return Err(Refusal::of_document(HAS_NUL).into());
        }
        typename::forget_in_document(&mut parsed, text);
        Ok(Self {
            parsed,
            validated: Validated::default(),
            variable_places: tokens.variables,
        })
    }

    /// The operation to execute, by the rules of the GraphQL specification (`GetOperation`).
    pub(super) fn operation(&self, name: Option<&str>) -> Result<&OperationDefinition, Refusal> {
        let unknown =
            |name| Refusal::of_document(format!("The document has no operation named {name:?}"));
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(operation), None) => Ok(&operation.node),
            (DocumentOperations::Single(_), Some(name)) => Err(unknown(name)),
            (DocumentOperations::Multiple(operations), Some(name)) => operations
                .get(name)
                .map(|operation| &operation.node)
                .ok_or_else(|| unknown(name)),
            (DocumentOperations::Multiple(operations), None) => {
                let mut all = operations.values();
                match (all.next(), all.next()) {
                    (Some(only), None) => Ok(&only.node),
                    _ => Err(Refusal::of_document(
                        "The document has several operations: say by `operationName` which is to be executed",
                    )),
                }
            }
        }
    }

    /// The name of the operation to execute, where it has one.
    pub(super) fn name_asked<'a>(&'a self, name: Option<&'a str>) -> Option<&'a str> {
        name.or_else(|| match &self.parsed.operations {
            DocumentOperations::Multiple(operations) if operations.len() == 1 => {
                operations.keys().next().map(Name::as_str)
            }
            _ => None,
        })
    }

    /// What the access log calls an operation: its name, or else the fields of its root.
    pub(super) fn name_of(operation: &OperationDefinition, name: Option<&str>) -> String {
        let root = &operation.selection_set.node.items;
        let fields = root.iter().filter_map(|selection| match &selection.node {
            Selection::Field(field) => Some(field.node.name.node.as_str()),
            _ => None,
        });
        name.map_or_else(|| fields.collect::<Vec<_>>().join(","), str::to_owned)
    }

    /// Refuses variables so large that validation's copies of them would matter.
    pub(super) fn check_size_of_variables(&self, bytes: usize) -> Result<(), TooComplex> {
        if self.variable_places.saturating_mul(bytes) > VARIABLE_BYTES_COPIED {
            return Err(TooComplex::Variables);
        }
        Ok(())
    }
}

/// What is told of a NUL, which no text of this API has.
pub(super) const HAS_NUL: &str =
    "A text holds the character NUL (\\u0000), which none may: leave it out";

/// Refuses a request that leaves out a variable which its operation requires. The executor would notice only where the variable is
/// used, when other fields have run already; the specification makes it an error of the request (`CoerceVariableValues`).
pub(super) fn check_required_variables(
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let required = !definition.var_type.node.nullable && definition.default_value.is_none();
        if required && !variables.contains_key(&definition.name.node) {
            return Err(Refusal::of_document(format!(
                "The variable ${} of the type {} is not given",
                definition.name.node, definition.var_type.node
            )));
        }
    }
    Ok(())
}
