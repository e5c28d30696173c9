//! Access tokens: who may ask, by a hash of their secret.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{Store, StoreError};

/// An access token as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// The public half of the token, by which it is found.
    pub id: String,
    /// Whose it is; unique for ever.
    pub name: String,
    /// `viewer` or `admin`.
    pub role: String,
    /// SHA-256 of the secret half.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stopped being valid.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .field("created_at", &self.created_at)
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a new token.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] when the name is in use, also by a revoked token: names stand in the records of cancels.
    pub async fn create_token(
        &self,
        id: &str,
        name: &str,
        role: &str,
        secret_hash: [u8; 32],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// The token with this id, revoked or not.
    pub async fn find_token(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        todo!()
    }

    /// Every token, by name.
    pub async fn list_tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        todo!()
    }

    /// Ends a token's validity; false when no valid token has this name.
    pub async fn revoke_token(&self, name: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        todo!()
    }
}
