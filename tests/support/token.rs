//! Access tokens for a test, made beside the server. A test binary takes it in with
//! `#[path = "../support/token.rs"] mod token;`.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use toss_recon::access::{NewToken, Role};
use toss_recon::store::Store;

/// A token of that name and role, made at that instant.
pub(crate) async fn create_token(
    store: &Store,
    name: &str,
    role: Role,
    at: DateTime<Utc>,
) -> String {
    let token = NewToken::generate(&mut rand::rng());
    store
        .create_token(
            &token.id,
            name,
            name,
            role.as_str(),
            token.secret_hash(),
            at,
        )
        .await
        .unwrap();
    token.text.expose_secret().to_owned()
}
