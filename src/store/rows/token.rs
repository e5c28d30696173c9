//! Rows of `access_tokens`.

use entity::access_token;
use reconciliation::MId;

use super::{Row, instant};
use crate::store::{StoreError, StoredToken};

/// The role of whoever may only read, and the duty that makes an accountant of one.
const VIEWER: &str = "viewer";
const ACCOUNTANT: &str = "accountant";

/// The row's value.
pub(in crate::store) fn stored_token(
    model: access_token::Model,
) -> Result<StoredToken, StoreError> {
    let row = Row {
        table: "access_tokens",
        key: &model.id,
    };
    let merchants = row.read_some("merchants", model.merchants.as_deref(), |text| {
        text.split_whitespace()
            .map(MId::parse)
            .collect::<Result<Vec<_>, _>>()
    })?;
    let role = match model.duty.as_deref() {
        None => model.role,
        Some(ACCOUNTANT) if model.role == VIEWER => ACCOUNTANT.to_owned(),
        Some(_) => return Err(row.inconsistent("duty")),
    };
    Ok(StoredToken {
        secret_hash: row.read("secret_hash", model.secret_hash.0.try_into())?,
        id: model.id,
        name: model.name,
        owner: model.owner,
        role,
        merchants,
        created_at: model.created_at.0,
        expires_at: instant(model.expires_at),
        last_used_at: instant(model.last_used_at),
        revoked_at: instant(model.revoked_at),
        suspended_at: instant(model.suspended_at),
    })
}

/// The columns `role` and `duty` of a token of this role.
pub(in crate::store) fn role_and_duty(role: &str) -> (&str, Option<String>) {
    match role {
        ACCOUNTANT => (VIEWER, Some(ACCOUNTANT.to_owned())),
        role => (role, None),
    }
}

/// The column `merchants`. No merchant's name holds a space.
pub(in crate::store) fn merchants_text(merchants: &[MId]) -> String {
    let names: Vec<&str> = merchants.iter().map(MId::as_str).collect();
    names.join(" ")
}
