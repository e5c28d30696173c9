//! Who is asking: the roles, the principal behind an access token, and the check of a presented token.
//! Where tokens are stored is somebody else's business: the check is handed an asynchronous look-up by public id.

mod buckets;
mod name;
mod public_url;
mod request_id;
mod scope;
mod session;
mod standing;
mod token;

use std::{error::Error, fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use moka::future::Cache;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use self::{
    buckets::Buckets,
    name::{NameRefused, Named, OutsideAlphabet, PROGRAM, check_new_name, checked_name},
    public_url::{InvalidPublicUrl, PublicUrl},
    request_id::RequestId,
    scope::Scope,
    session::{NewSession, OpenSession, SessionKeeper},
    standing::Standing,
    token::{NewToken, TokenText},
};

/// How long an accepted token is believed without asking again. It bounds how long a revoked token still works on any replica.
pub const TOKEN_TRUST: Duration = Duration::from_secs(2);

/// Accepted tokens remembered at once.
const REMEMBERED_TOKENS: u64 = 10_000;

/// Checks presented tokens against the stored ones. Cheap to clone: clones share the look-up and the memory of accepted tokens.
#[derive(Clone)]
pub struct Access {
    lookup: Arc<Lookup>,
    /// By the hash of the whole token, so that no token is kept in memory. Refusals are not remembered: a new token works at once.
    accepted: Cache<[u8; 32], Arc<Principal>>,
    /// The ids of tokens whose use was told of just now.
    told: Cache<String, ()>,
    tell_use: Arc<dyn Fn(String) + Send + Sync>,
    sessions: Option<Arc<dyn SessionKeeper>>,
    public_url: Option<PublicUrl>,
    /// By the hash of the cookie's value.
    signed_in: Cache<[u8; 32], Arc<Principal>>,
    /// Who was found to be let in still.
    standing: Cache<Standing, Arc<Principal>>,
}

/// How long nobody is told again that a token is being used.
const USE_TOLD_EVERY: Duration = Duration::from_mins(1);

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
            told: Cache::builder()
                .max_capacity(REMEMBERED_TOKENS)
                .time_to_live(USE_TOLD_EVERY)
                .build(),
            tell_use: Arc::new(|_| ()),
            sessions: None,
            public_url: None,
            signed_in: Cache::builder()
                .max_capacity(REMEMBERED_TOKENS)
                .time_to_live(trust.min(TOKEN_TRUST))
                .build(),
            standing: Cache::builder()
                .max_capacity(REMEMBERED_TOKENS)
                .time_to_live(trust.min(standing::BELIEVED))
                .build(),
        }
    }

    /// Has `tell` told that the token with an id is being used, at most once a minute for each. No request waits for it: it
    /// must return at once.
    #[must_use]
    pub fn telling_use(self, tell: impl Fn(String) + Send + Sync + 'static) -> Self {
        Self {
            tell_use: Arc::new(tell),
            ..self
        }
    }

    /// Lets people sign in, whose sessions `keeper` keeps: at this machine, and under the address by which it is reached.
    #[must_use]
    pub fn with_sessions(
        self,
        keeper: impl SessionKeeper + 'static,
        public_url: Option<PublicUrl>,
    ) -> Self {
        Self {
            sessions: Some(Arc::new(keeper)),
            public_url,
            ..self
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
        let principal = if let Some(principal) = self.accepted.get(&key).await {
            principal
        } else {
            let principal = Arc::new(self.check(&token).await?);
            self.accepted.insert(key, Arc::clone(&principal)).await;
            principal
        };
        self.tell_of_use(&principal.token_id).await;
        Ok(principal)
    }

    /// Whether people can sign in at all.
    pub const fn has_sessions(&self) -> bool {
        self.sessions.is_some()
    }

    /// The address under which people reach this server, where one is set.
    pub const fn public_url(&self) -> Option<&PublicUrl> {
        self.public_url.as_ref()
    }

    /// Begins a session for the holder of the token that `presented` is.
    ///
    /// # Errors
    /// As [`Access::authenticate`]; [`Denied::Unavailable`] also when the session could not be kept.
    pub async fn sign_in(
        &self,
        presented: &str,
        session: NewSession,
    ) -> Result<(SecretString, Arc<Principal>), Denied> {
        let principal = self.authenticate(presented).await?;
        self.sessions
            .as_ref()
            .ok_or(Denied::Unauthenticated)?
            .open(session.hash(), principal.token_id.clone())
            .await
            .map_err(Denied::Unavailable)?;
        Ok((session.text, principal))
    }

    /// Whoever signed in with the session whose cookie has this value.
    ///
    /// # Errors
    /// As [`Access::authenticate`], for sessions.
    pub async fn of_session(&self, cookie: &str) -> Result<Arc<Principal>, Denied> {
        let (keeper, hash) = self.session(cookie)?;
        let principal = if let Some(principal) = self.signed_in.get(&hash).await {
            principal
        } else {
            let found = keeper.find(hash).await.map_err(Denied::Unavailable)?;
            let open = found
                .filter(|open| !open.token.revoked)
                .ok_or(Denied::Unauthenticated)?;
            let principal = Arc::new(open.token.principal(&open.token_id));
            self.signed_in.insert(hash, Arc::clone(&principal)).await;
            principal
        };
        self.tell_of_use(&principal.token_id).await;
        Ok(principal)
    }

    /// Ends the session whose cookie has this value and, where `everywhere`, every other one of its owner. Other processes
    /// may believe it for [`TOKEN_TRUST`].
    ///
    /// # Errors
    /// [`Denied::Unauthenticated`] for what is no session; [`Denied::Unavailable`] when it could not be ended.
    pub async fn sign_out(&self, cookie: &str, everywhere: bool) -> Result<(), Denied> {
        let (keeper, hash) = self.session(cookie)?;
        keeper
            .close(hash, everywhere)
            .await
            .map_err(Denied::Unavailable)?;
        if everywhere {
            self.signed_in.invalidate_all();
            self.standing.invalidate_all();
        }
        self.signed_in.invalidate(&hash).await;
        self.standing.invalidate(&Standing::of_hash(hash)).await;
        Ok(())
    }

    fn session(&self, cookie: &str) -> Result<(&dyn SessionKeeper, [u8; 32]), Denied> {
        let keeper = self.sessions.as_deref().ok_or(Denied::Unauthenticated)?;
        let hash = session::hash_of(cookie).ok_or(Denied::Unauthenticated)?;
        Ok((keeper, hash))
    }

    async fn tell_of_use(&self, token_id: &str) {
        if self.told.get(token_id).await.is_none() {
            self.told.insert(token_id.to_owned(), ()).await;
            (self.tell_use)(token_id.to_owned());
        }
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
        Ok(stored.principal(token.id()))
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
    /// Whose merchants' data the holder sees and cancels for.
    pub scope: Scope,
    /// The token's public half.
    pub token_id: String,
}

/// What a token's holder may do. Ordered: a greater role may do all that a smaller one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May read.
    Viewer,
    /// May read everything, the audit log too, and work on what needs a person. May cancel nothing.
    Accountant,
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
            Self::Accountant => "accountant",
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
            "accountant" => Ok(Self::Accountant),
            "admin" => Ok(Self::Admin),
            _ => Err(UnknownRole(text.to_owned())),
        }
    }
}

/// A text that names no [`Role`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no role: use `viewer`, `accountant` or `admin`")]
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
    /// Whether it is not in force: taken back, past its end, or waiting to be confirmed.
    pub revoked: bool,
    /// Whose merchants' data its holder sees.
    pub scope: Scope,
}

impl StoredToken {
    /// Whoever holds the token, which has this public half.
    fn principal(self, token_id: &str) -> Principal {
        Principal {
            name: self.name,
            owner: self.owner,
            role: self.role,
            scope: self.scope,
            token_id: token_id.to_owned(),
        }
    }
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
