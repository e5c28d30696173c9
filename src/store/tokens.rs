//! Access tokens: who may ask, by a hash of their secret.

use std::fmt;

use chrono::{DateTime, Utc};
use entity::access_token::{self, SecretHash};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, SqlErr};
use serde_json::json;

use super::audit::{self, PROGRAM, Said};
use super::rows::stored_token;
use super::{Store, StoreError};

/// An access token as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// The public half of the token, by which it is found.
    pub id: String,
    /// What it is called; unique for ever.
    pub name: String,
    /// The person or system that it stands for.
    pub owner: String,
    /// `viewer` or `admin`.
    pub role: String,
    /// SHA-256 of the secret half.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stopped being valid.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Since when it waits to be confirmed, because an older copy of the database was put back.
    pub suspended_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("owner", &self.owner)
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
        owner: &str,
        role: &str,
        secret_hash: [u8; 32],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let model = access_token::ActiveModel {
            id: Set(id.to_owned()),
            name: Set(name.to_owned()),
            owner: Set(owner.to_owned()),
            role: Set(role.to_owned()),
            secret_hash: Set(SecretHash(secret_hash.to_vec())),
            created_at: Set(at.into()),
            revoked_at: Set(None),
            suspended_at: Set(None),
        };
        let transaction = self.begin().await?;
        match access_token::Entity::insert(model)
            .exec_without_returning(&transaction)
            .await
        {
            Ok(_) => {
                let said = Said {
                    at,
                    actor: PROGRAM,
                    action: "TOKEN_CREATED",
                    subject: name,
                    detail: json!({ "role": role, "id": id, "owner": owner }),
                };
                audit::add(&transaction, said).await?;
                transaction.commit().await
            }
            // The id is random, so that the name is what is taken.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                Err(StoreError::NameTaken {
                    name: name.to_owned(),
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The token with this id, revoked or not.
    pub async fn find_token(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        access_token::Entity::find_by_id(id)
            .one(&self.reader)
            .await?
            .map(stored_token)
            .transpose()
    }

    /// Every token, revoked ones too, by name.
    pub async fn list_tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        access_token::Entity::find()
            .order_by_asc(access_token::Column::Name)
            .all(&self.reader)
            .await?
            .into_iter()
            .map(stored_token)
            .collect()
    }

    /// Ends a token's validity; false when no valid token has this name.
    pub async fn revoke_token(&self, name: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        let outcome = access_token::Entity::update_many()
            .set(access_token::ActiveModel {
                revoked_at: Set(Some(at.into())),
                ..Default::default()
            })
            .filter(access_token::Column::Name.eq(name))
            .filter(access_token::Column::RevokedAt.is_null())
            .exec(&transaction)
            .await?;
        if outcome.rows_affected == 0 {
            return Ok(false);
        }
        let said = Said {
            at,
            actor: PROGRAM,
            action: "TOKEN_REVOKED",
            subject: name,
            detail: json!({}),
        };
        audit::add(&transaction, said).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
