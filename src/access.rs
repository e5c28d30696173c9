//! Who is asking: the roles, the principal behind an access token, and the check of a presented token.
//! Where tokens are stored is somebody else's business: the check is handed an asynchronous look-up by public id.

mod buckets;
mod name;
mod request_id;
mod token;

use std::{error::Error, fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use self::{
    buckets::Buckets,
    name::{NameRefused, Named, OutsideAlphabet, PROGRAM, check_new_name, checked_name},
    request_id::RequestId,
    token::{NewToken, TokenText},
};

/// How long an accepted token is believed without asking again. It bounds how long a revoked token still works on any replica.
pub const TOKEN_TRUST: Duration = Duration::from_secs(5);

/// Accepted tokens remembered at once.
const REMEMBERED_TOKENS: u64 = 10_000;

/// Checks presented tokens against the stored ones. Cheap to clone: clones share the look-up and the memory of accepted tokens.
#[derive(Clone)]
pub struct Access {
    lookup: Arc<Lookup>,
    /// By the hash of the whole token, so that no token is kept in memory. Refusals are not remembered: a new token works at once.
    accepted: Cache<[u8; 32], Arc<Principal>>,
}

type Lookup =
    dyn Fn(String) -> BoxFuture<'static, Result<Option<StoredToken>, LookupFailed>> + Send + Sync;

impl Access {
    /// `lookup` finds the stored token with a public id, revoked ones included.
    pub fn new<F>(lookup: F) -> Self
    where
        F: Fn(String) -> BoxFuture<'static, Result<Option<StoredToken>, LookupFailed>>
            + Send
            + Sync
            + 'static,
    {
        Self::with_trust(lookup, TOKEN_TRUST)
    }

    /// As [`Access::new`], believing an accepted token for `trust` instead of [`TOKEN_TRUST`], and never longer than that.
    pub fn with_trust<F>(lookup: F, trust: Duration) -> Self
    where
        F: Fn(String) -> BoxFuture<'static, Result<Option<StoredToken>, LookupFailed>>
            + Send
            + Sync
            + 'static,
    {
        Self {
            lookup: Arc::new(lookup),
            accepted: Cache::builder()
                .max_capacity(REMEMBERED_TOKENS)
                .time_to_live(trust.min(TOKEN_TRUST))
                .build(),
        }
    }

    /// The principal whose token `presented` is.
    ///
    /// # Errors
    /// [`Denied::Unauthenticated`] for a malformed, unknown, wrong or revoked token, without saying which;
    /// [`Denied::Unavailable`] when the stored tokens could not be read.
    pub async fn authenticate(&self, presented: &str) -> Result<Arc<Principal>, Denied> {
        let token = TokenText::parse(presented).ok_or(Denied::Unauthenticated)?;
        let key = Sha256::digest(presented.as_bytes()).into();
        if let Some(principal) = self.accepted.get(&key).await {
            return Ok(principal);
        }
        let principal = Arc::new(self.check(&token).await?);
        self.accepted.insert(key, Arc::clone(&principal)).await;
        Ok(principal)
    }

    async fn check(&self, token: &TokenText<'_>) -> Result<Principal, Denied> {
        let stored = (self.lookup)(token.id().to_owned())
            .await
            .map_err(Denied::Unavailable)?
            .ok_or(Denied::Unauthenticated)?;
        // The comparison comes first, so that a revoked token tells nothing to somebody who only knows its id.
        if !token.has_secret(&stored.secret_hash) || stored.revoked {
            return Err(Denied::Unauthenticated);
        }
        Ok(Principal {
            name: stored.name,
            owner: stored.owner,
            role: stored.role,
        })
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// Whoever holds an accepted token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The name given to the token when it was created; unique among tokens.
    pub name: String,
    /// The person or system that the token stands for: idempotency keys, limits and approvals are the owner's.
    pub owner: String,
    /// What the holder may do.
    pub role: Role,
}

/// What a token's holder may do. Ordered: a greater role may do all that a smaller one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May read.
    Viewer,
    /// May also cancel payments and change what the server keeps.
    Admin,
}

impl Role {
    /// Whether a holder of this role may do what `needed` is needed for.
    pub fn may_act_as(self, needed: Self) -> bool {
        self >= needed
    }

    /// The role's name on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        match text {
            "viewer" => Ok(Self::Viewer),
            "admin" => Ok(Self::Admin),
            _ => Err(UnknownRole(text.to_owned())),
        }
    }
}

/// A text that names no [`Role`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no role: use `viewer` or `admin`")]
pub struct UnknownRole(String);

/// A token as it is stored: everything but the secret.
#[derive(Clone)]
pub struct StoredToken {
    /// The name given at creation.
    pub name: String,
    /// The person or system that it stands for.
    pub owner: String,
    /// What its holder may do.
    pub role: Role,
    /// SHA-256 of the secret half; the id half is stored in the clear.
    pub secret_hash: [u8; 32],
    /// Whether it was taken back.
    pub revoked: bool,
}

/// Why a request is not let in.
#[derive(Debug, Error)]
pub enum Denied {
    /// No token, or none that is in force.
    #[error("no access token in force was presented")]
    Unauthenticated,
    /// Nobody can be let in while the stored tokens cannot be read.
    #[error("the access tokens cannot be read at the moment")]
    Unavailable(#[source] LookupFailed),
}

/// The stored tokens could not be read. Its source is for the log, never for a client.
#[derive(Debug, Error)]
#[error("looking up an access token failed")]
pub struct LookupFailed(#[source] Box<dyn Error + Send + Sync>);

impl LookupFailed {
    /// Keeps `cause` for the log.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
