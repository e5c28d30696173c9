//! Whether whoever was let in still is, for answers that go on for long. Nothing secret is kept for it, and asking counts as no use
//! of a session: a page that is left open does not keep it.

use std::sync::Arc;
use std::time::Duration;

use super::{Access, Denied, Principal, session};

/// How long it is believed, by all who ask about the same token or session.
pub(super) const BELIEVED: Duration = Duration::from_secs(2);

/// By what somebody was let in.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Standing(By);

#[derive(Clone, PartialEq, Eq, Hash)]
enum By {
    /// The public half of a token.
    Token(String),
    /// The hash of a cookie's value.
    Session([u8; 32]),
}

impl Standing {
    /// By a token.
    pub fn of_token(principal: &Principal) -> Self {
        Self(By::Token(principal.token_id.clone()))
    }

    /// By the session whose cookie has this value; `None` for what is none.
    pub fn of_session(cookie: &str) -> Option<Self> {
        session::hash_of(cookie).map(Self::of_hash)
    }

    pub(super) const fn of_hash(hash: [u8; 32]) -> Self {
        Self(By::Session(hash))
    }
}

impl Access {
    /// Whether this is still the same principal, with the same role and scope.
    ///
    /// # Errors
    /// [`Denied::Unavailable`] when it cannot be found out.
    pub async fn still_is(
        &self,
        principal: &Principal,
        standing: &Standing,
    ) -> Result<bool, Denied> {
        if let Some(known) = self.standing.get(standing).await {
            return Ok(*known == *principal);
        }
        let found = match &standing.0 {
            By::Token(id) => {
                let stored = (self.lookup)(id.clone())
                    .await
                    .map_err(Denied::Unavailable)?;
                stored.map(|stored| (id.clone(), stored))
            }
            By::Session(hash) => {
                let Some(keeper) = &self.sessions else {
                    return Ok(false);
                };
                let found = keeper.look(*hash).await.map_err(Denied::Unavailable)?;
                found.map(|open| (open.token_id, open.token))
            }
        };
        let Some((id, stored)) = found.filter(|(_, stored)| !stored.revoked) else {
            return Ok(false);
        };
        let now = Arc::new(stored.principal(&id));
        self.standing
            .insert(standing.clone(), Arc::clone(&now))
            .await;
        Ok(*now == *principal)
    }
}
