//! Rows of `access_tokens`.

use entity::access_token;

use super::{Row, instant};
use crate::store::{StoreError, StoredToken};

/// The row's value.
pub(in crate::store) fn stored_token(
    model: access_token::Model,
) -> Result<StoredToken, StoreError> {
    let row = Row {
        table: "access_tokens",
        key: &model.id,
    };
    Ok(StoredToken {
        secret_hash: row.read("secret_hash", model.secret_hash.0.try_into())?,
        id: model.id,
        name: model.name,
        owner: model.owner,
        role: model.role,
        created_at: model.created_at.0,
        revoked_at: instant(model.revoked_at),
        suspended_at: instant(model.suspended_at),
    })
}
