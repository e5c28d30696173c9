//! Access tokens: who may ask, by a hash of their secret.

use std::convert::Infallible;
use std::fmt;

use chrono::{DateTime, Utc};
use entity::access_token::{self, SecretHash};
use entity::session;
use reconciliation::MId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use serde_json::{Value, json};

use crate::store::cancels::audit::{PROGRAM, Said};
use crate::store::db::advisory_locks::Turn;
use crate::store::db::transaction::Transaction;
use crate::store::people::owners::{ADMIN, OwnerStanding, standing};
use crate::store::people::sessions::end_sessions;
use crate::store::rows::{merchants_text, role_and_duty, stored_token};
use crate::store::{Store, StoreError};

/// An access token as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// The public half of the token, by which it is found.
    pub id: String,
    /// What it is called; unique for ever.
    pub name: String,
    /// The person or system that it stands for.
    pub owner: String,
    /// `viewer`, `accountant` or `admin`.
    pub role: String,
    /// The merchants that it sees; `None` is all of them.
    pub merchants: Option<Vec<MId>>,
    /// SHA-256 of the secret half.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops being valid by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stopped being valid.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Since when it waits to be confirmed, because an older copy of the database was put back.
    pub suspended_at: Option<DateTime<Utc>>,
}

impl StoredToken {
    /// Whether its holder is let in at that instant.
    pub fn is_in_force(&self, at: DateTime<Utc>) -> bool {
        self.revoked_at.is_none()
            && self.suspended_at.is_none()
            && self.expires_at.is_none_or(|end| at < end)
    }
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("owner", &self.owner)
            .field("role", &self.role)
            .field("merchants", &self.merchants)
            .field("created_at", &self.created_at)
            .field("expires_at", &self.expires_at)
            .field("revoked_at", &self.revoked_at)
            .field("suspended_at", &self.suspended_at)
            .finish_non_exhaustive()
    }
}

/// A token to keep.
#[derive(Clone, Copy)]
pub struct NewStoredToken<'a> {
    /// The public half of the token, by which it is found.
    pub id: &'a str,
    /// What it is called; unique for ever.
    pub name: &'a str,
    /// The person or system that it stands for.
    pub owner: &'a str,
    /// `viewer`, `accountant` or `admin`.
    pub role: &'a str,
    /// The merchants that it sees; `None` is all of them.
    pub merchants: Option<&'a [MId]>,
    /// When it stops being valid by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// SHA-256 of the secret half.
    pub secret_hash: [u8; 32],
    /// The name of the token of whoever makes it; `None` is the program itself.
    pub by: Option<&'a str>,
    /// Now.
    pub at: DateTime<Utc>,
}

impl fmt::Debug for NewStoredToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewStoredToken")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("owner", &self.owner)
            .field("role", &self.role)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a new token, whatever it is called. What people make is for [`Store::create_token_if`].
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
        let new = NewStoredToken {
            id,
            name,
            owner,
            role,
            merchants: None,
            expires_at: None,
            secret_hash,
            by: None,
            at,
        };
        let Ok(()) = self
            .create_token_if(&new, |_| Ok::<(), Infallible>(()))
            .await?;
        Ok(())
    }

    /// Keeps a new token if it may be made beside those that there are, revoked ones too, each as (name, owner). No other
    /// is made meanwhile, by any process. The inner error is what `may_be_made` says.
    ///
    /// # Errors
    /// As [`Store::create_token`].
    pub async fn create_token_if<E>(
        &self,
        new: &NewStoredToken<'_>,
        may_be_made: impl FnOnce(&[(&str, &str)]) -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let transaction = self.begin().await?;
        Turn::Tokens.wait(&transaction).await?;
        let names: Vec<(String, String)> = access_token::Entity::find()
            .select_only()
            .column(access_token::Column::Name)
            .column(access_token::Column::Owner)
            .into_tuple()
            .all(&transaction)
            .await?;
        let pairs: Vec<(&str, &str)> = names
            .iter()
            .map(|(name, owner)| (name.as_str(), owner.as_str()))
            .collect();
        if let Err(refused) = may_be_made(&pairs) {
            transaction.rollback().await?;
            return Ok(Err(refused));
        }
        self.insert_token(&transaction, new).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    async fn insert_token(
        &self,
        transaction: &Transaction,
        new: &NewStoredToken<'_>,
    ) -> Result<(), StoreError> {
        let (role, duty) = role_and_duty(new.role);
        let model = access_token::ActiveModel {
            id: Set(new.id.to_owned()),
            name: Set(new.name.to_owned()),
            owner: Set(new.owner.to_owned()),
            role: Set(role.to_owned()),
            duty: Set(duty),
            secret_hash: Set(SecretHash(new.secret_hash.to_vec())),
            created_at: Set(new.at.into()),
            expires_at: Set(new.expires_at.map(Into::into)),
            merchants: Set(new.merchants.map(merchants_text)),
            last_used_at: Set(None),
            revoked_at: Set(None),
            suspended_at: Set(None),
        };
        let inserted = access_token::Entity::insert(model)
            .exec_without_returning(transaction)
            .await;
        match inserted {
            Ok(_) => {}
            // The id is random, so that the name is what is taken.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Err(StoreError::NameTaken {
                    name: new.name.to_owned(),
                });
            }
            Err(error) => return Err(error.into()),
        }
        let said = Said {
            at: new.at,
            actor: new.by.unwrap_or(PROGRAM),
            action: "TOKEN_CREATED",
            subject: new.name,
            detail: told_of(new),
        };
        self.add_audit_entry(transaction, said).await
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

    /// Ends a token's validity; false when no valid token has this name. When it was the last admin token of its owner that
    /// was in force, what the owner has waiting for approval is withdrawn with it. Its sessions end.
    pub async fn revoke_token(&self, name: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.revoke_token_by(PROGRAM, name, at).await
    }

    /// As [`Store::revoke_token`], by whoever holds the token named `by`.
    pub async fn revoke_token_by(
        &self,
        by: &str,
        name: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let transaction = self.begin().await?;
        Turn::Tokens.wait(&transaction).await?;
        let found = access_token::Entity::find()
            .filter(access_token::Column::Name.eq(name))
            .filter(access_token::Column::RevokedAt.is_null())
            .one(&transaction)
            .await?;
        let Some(token) = found else {
            transaction.rollback().await?;
            return Ok(false);
        };
        end_sessions(&transaction, &token.id).await?;
        let revoked = access_token::ActiveModel {
            id: Set(token.id),
            revoked_at: Set(Some(at.into())),
            ..Default::default()
        };
        access_token::Entity::update(revoked)
            .exec(&transaction)
            .await?;
        let is_last = token.role == ADMIN
            && standing(&transaction, &token.owner, at).await? != OwnerStanding::InForce;
        let withdrawn = if is_last {
            self.withdraw_requests_of(&transaction, &token.owner, at)
                .await?
        } else {
            0
        };
        let said = Said {
            at,
            actor: by,
            action: "TOKEN_REVOKED",
            subject: name,
            detail: json!({ "owner": token.owner, "withdrawn": withdrawn }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Lets a suspended token in again; false when no token of this name waits for that.
    pub async fn confirm_token(&self, name: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        use access_token::Column;
        let transaction = self.begin().await?;
        Turn::Tokens.wait(&transaction).await?;
        let confirmed = access_token::Entity::update_many()
            .set(access_token::ActiveModel {
                suspended_at: Set(None),
                ..Default::default()
            })
            .filter(Column::Name.eq(name))
            .filter(Column::RevokedAt.is_null())
            .filter(Column::SuspendedAt.is_not_null())
            .exec(&transaction)
            .await?;
        if confirmed.rows_affected == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        let said = Said {
            at,
            actor: PROGRAM,
            action: "TOKEN_CONFIRMED",
            subject: name,
            detail: json!({}),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Lets nobody in until each token has been confirmed: an older copy of the database was put back, which may hold as
    /// valid what was revoked since. Gives how many tokens that were; revoked and suspended ones do not count. With any, it
    /// needs a merchant's key: the entry that tells of it has to be signed.
    pub async fn suspend_tokens(&self, at: DateTime<Utc>) -> Result<u64, StoreError> {
        use access_token::Column;
        let transaction = self.begin().await?;
        Turn::Tokens.wait(&transaction).await?;
        let suspended = access_token::Entity::update_many()
            .set(access_token::ActiveModel {
                suspended_at: Set(Some(at.into())),
                ..Default::default()
            })
            .filter(Column::RevokedAt.is_null())
            .filter(Column::SuspendedAt.is_null())
            .exec(&transaction)
            .await?;
        let count = suspended.rows_affected;
        // One that had been signed out of since would be open again.
        session::Entity::delete_many().exec(&transaction).await?;
        if count > 0 {
            let said = Said {
                at,
                actor: PROGRAM,
                action: "TOKENS_SUSPENDED",
                subject: "tokens",
                detail: json!({ "count": count }),
            };
            self.add_audit_entry(&transaction, said).await?;
        }
        transaction.commit().await?;
        Ok(count)
    }
}

/// What the audit log says of a new token. What is usual is left out.
fn told_of(new: &NewStoredToken<'_>) -> Value {
    let mut told = json!({ "role": new.role, "id": new.id, "owner": new.owner });
    if let Some(merchants) = new.merchants {
        let names: Vec<&str> = merchants.iter().map(MId::as_str).collect();
        told["merchants"] = json!(names);
    }
    if let Some(end) = new.expires_at {
        told["expiresAt"] = json!(end.to_rfc3339());
    }
    told
}
