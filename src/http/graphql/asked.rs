//! A request that passed every check before its execution. A subscription is executed many times.

use std::sync::Arc;

use async_graphql::{
    ObjectType, Request, Schema, SubscriptionType, Variables,
    parser::types::{OperationDefinition, Selection},
};
use reconciliation::Language;

use super::{documents::Document, refusal::Refusal};
use crate::access::{Principal, RequestId};
use crate::graphql::Before;

/// What is asked, by whom.
pub(super) struct Asked {
    pub(super) document: Arc<Document>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
    pub(super) principal: Arc<Principal>,
    pub(super) language: Language,
    pub(super) request_id: RequestId,
}

impl Asked {
    /// The operation to execute.
    pub(super) fn operation(&self) -> Result<&OperationDefinition, Refusal> {
        self.document.operation(self.operation_name.as_deref())
    }

    /// What its document has passed before. `None` where nothing is remembered.
    fn validated_before(&self) -> Option<Before> {
        let operation = self.operation().ok()?;
        let name = self.operation_name.as_deref();
        self.document
            .validated
            .before(operation, name, &self.variables)
    }

    /// What the executor is given, with what `prepare` adds.
    pub(super) fn request<Q, M, S>(
        &self,
        schema: &Schema<Q, M, S>,
        prepare: super::Prepare<Q, M, S>,
    ) -> Request
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        // The text stays behind: the executor wants it only to parse it, and no literal of it can slip into a log.
        let mut request = Request::new(String::new())
            .variables(self.variables.clone())
            .data(Principal::clone(&self.principal))
            .data(self.language)
            .data(self.request_id);
        if let Some(before) = self.validated_before() {
            request = request.data(before);
        }
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.document.parsed.clone());
        prepare(schema, request)
    }
}

/// Refuses a subscription to more than one thing (GraphQL specification, "Single Root Field"). The executor sees no fragments here.
pub(super) fn check_single_root(operation: &OperationDefinition) -> Result<(), Refusal> {
    match operation.selection_set.node.items.as_slice() {
        [only] if matches!(only.node, Selection::Field(_)) => Ok(()),
        _ => Err(Refusal::of_document(
            "A subscription has exactly one field at its root, outside of fragments",
        )),
    }
}
