//! Who is asking, and whether they may: the one check in front of every root field.

use async_graphql::{Context, Enum};

use super::error::ApiError;
use crate::access::{self, Principal};

/// What the holder of an access token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Role")]
pub(super) enum Role {
    /// May read what there is of payments. May not cancel them.
    Viewer,
    /// May read everything, the audit log and the tokens too, and work on what needs a person. May not cancel payments.
    Accountant,
    /// May read everything and cancel payments.
    Admin,
}

/// Whoever is asking, if their role allows what `needed` is needed for.
///
/// # Errors
/// `UNAUTHENTICATED` when nobody is known to be asking, `FORBIDDEN` when their role is too small.
pub(super) fn require<'a>(
    ctx: &Context<'a>,
    needed: access::Role,
) -> Result<&'a Principal, ApiError> {
    let principal = ctx
        .data_opt::<Principal>()
        .ok_or_else(ApiError::unauthenticated)?;
    if principal.role >= needed {
        Ok(principal)
    } else {
        Err(ApiError::forbidden(needed))
    }
}
