//! Whoever is asking, as they see themselves.

use async_graphql::SimpleObject;

use super::guard::Role;
use super::tokens::names;
use crate::access::Principal;

/// The holder of an access token.
#[derive(SimpleObject)]
pub(super) struct Viewer {
    /// The token's name. It stands in `CancelRequest.requestedBy`.
    name: String,
    /// The person or system that the token stands for. Idempotency keys, the limits of a day and approvals are the owner's,
    /// not the token's: with a new token of the same owner, the same `idempotencyKey` repeats a cancel instead of making
    /// another, and what the old token asked for cannot be approved.
    owner: String,
    /// What the holder may do.
    role: Role,
    /// The merchants at Toss whose data the holder sees, and whose payments they may cancel if their role lets them. Null: all.
    merchants: Option<Vec<String>>,
}

impl From<&Principal> for Viewer {
    fn from(principal: &Principal) -> Self {
        Self {
            name: principal.name.clone(),
            owner: principal.owner.clone(),
            role: principal.role.into(),
            merchants: principal.scope.merchants().as_deref().map(names),
        }
    }
}
