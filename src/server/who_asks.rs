//! Who asks: tokens and sessions are found in the store; what is believed about them is decided by [`Access`].

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::access::{
    Access, LookupFailed, OpenSession, PublicUrl, Role, Scope, SessionKeeper, StoredToken,
};
use crate::clock::Clock;
use crate::store::{self, Store, StoreError};

/// The check of tokens and sessions. It notes when tokens are used, in tasks of their own.
pub(super) fn access(store: &Store, clock: &Clock, public_url: Option<PublicUrl>) -> Access {
    let (tokens, now) = (store.clone(), clock.clone());
    let (uses, used_at) = (store.clone(), clock.clone());
    Access::new(move |id| {
        let (store, clock) = (tokens.clone(), now.clone());
        Box::pin(async move {
            let token = store.find_token(&id).await.map_err(LookupFailed::new)?;
            token.map(|token| believed(token, clock.now())).transpose()
        })
    })
    .telling_use(move |id| {
        let (store, at) = (uses.clone(), used_at.now());
        tokio::spawn(async move {
            if let Err(error) = store.note_token_use(&id, at).await {
                tracing::debug!(%error, "the use of a token could not be noted");
            }
        });
    })
    .with_sessions(
        Sessions {
            store: store.clone(),
            clock: clock.clone(),
        },
        public_url,
    )
}

/// A stored token, as far as it is in force at that instant.
fn believed(token: store::StoredToken, at: DateTime<Utc>) -> Result<StoredToken, LookupFailed> {
    let role = token.role.parse::<Role>().map_err(|_| {
        LookupFailed::new(StoreError::Inconsistent {
            table: "access_tokens",
            column: "role",
            key: token.id.clone(),
        })
    })?;
    Ok(StoredToken {
        revoked: !token.is_in_force(at),
        name: token.name,
        owner: token.owner,
        role,
        secret_hash: token.secret_hash,
        scope: token.merchants.map_or(Scope::ALL, Scope::only),
    })
}

/// Keeps sessions in the store.
struct Sessions {
    store: Store,
    clock: Clock,
}

impl SessionKeeper for Sessions {
    fn open(
        &self,
        hash: [u8; 32],
        token_id: String,
    ) -> BoxFuture<'static, Result<(), LookupFailed>> {
        let (store, at) = (self.store.clone(), self.clock.now());
        Box::pin(async move {
            let opened = store.open_session(hash, &token_id, at).await;
            opened.map_err(LookupFailed::new)
        })
    }

    fn find(
        &self,
        hash: [u8; 32],
    ) -> BoxFuture<'static, Result<Option<OpenSession>, LookupFailed>> {
        let (store, at) = (self.store.clone(), self.clock.now());
        Box::pin(async move {
            let found = store
                .find_session(hash, at)
                .await
                .map_err(LookupFailed::new)?;
            let Some((token, is_to_be_noted)) = found else {
                return Ok(None);
            };
            if is_to_be_noted {
                let store = store.clone();
                tokio::spawn(async move {
                    if let Err(error) = store.note_session_use(hash, at).await {
                        tracing::debug!(%error, "the use of a session could not be noted");
                    }
                });
            }
            Ok(Some(OpenSession {
                token_id: token.id.clone(),
                token: believed(token, at)?,
            }))
        })
    }

    fn look(
        &self,
        hash: [u8; 32],
    ) -> BoxFuture<'static, Result<Option<OpenSession>, LookupFailed>> {
        let (store, at) = (self.store.clone(), self.clock.now());
        Box::pin(async move {
            let found = store.find_session(hash, at).await;
            let Some((token, _)) = found.map_err(LookupFailed::new)? else {
                return Ok(None);
            };
            Ok(Some(OpenSession {
                token_id: token.id.clone(),
                token: believed(token, at)?,
            }))
        })
    }

    fn close(
        &self,
        hash: [u8; 32],
        everywhere: bool,
    ) -> BoxFuture<'static, Result<(), LookupFailed>> {
        let store = self.store.clone();
        Box::pin(async move {
            let closed = store.close_session(hash, everywhere).await;
            closed.map_err(LookupFailed::new)
        })
    }
}
