//! Access tokens: who has which, making one and taking one back.

use async_graphql::{Context, InputObject, SimpleObject};
use chrono::TimeDelta;
use reconciliation::MId;
use secrecy::ExposeSecret;

use super::error::ApiError;
use super::guard::Role;
use super::scalars::DateTime;
use super::scoped::Scoped;
use super::user_error::UserError;
use crate::access::{self, NameRefused, Named, NewToken, Principal, Scope};
use crate::store::{self, NewStoredToken, StoreError};

/// Ten years; a larger number is a mistake.
const MOST_DAYS: i32 = 3_650;
/// The most merchants of one token.
const MOST_MERCHANTS: usize = 50;

/// An access token, without the secret that it was made with.
#[derive(SimpleObject)]
pub(super) struct Token {
    /// Its name: given once, and never to another token.
    name: String,
    /// The person or system that it stands for: limits, idempotency keys and approvals are the owner's.
    owner: String,
    /// What its holder may do.
    role: Role,
    /// The merchants at Toss whose data its holder sees and whose payments they may cancel. Null: all.
    merchants: Option<Vec<String>>,
    /// When it was made.
    created_at: DateTime,
    /// When it ends by itself. Null: it does not.
    expires_at: Option<DateTime>,
    /// When it was last used, to the minute. Null: never.
    last_used_at: Option<DateTime>,
    /// When it was taken back.
    revoked_at: Option<DateTime>,
}

/// A token to make.
#[derive(InputObject)]
pub(super) struct CreateTokenInput {
    /// What it is called, for ever: 1 to 63 of the characters a-z, 0-9, `.`, `_`, `@` and `-`.
    name: String,
    /// What its holder may do.
    role: Role,
    /// The person or system that it stands for, whose other tokens it may replace; the name where it is left out.
    owner: Option<String>,
    /// The merchants at Toss that it is for. Left out: all. Whoever sees some merchants alone must name some of theirs.
    merchants: Option<Vec<String>>,
    /// After how many days it ends by itself, 1 to 3650. Left out: it does not.
    expires_in_days: Option<i32>,
}

/// What came of making a token: a token and its secret, or an error.
#[derive(SimpleObject)]
pub(super) struct CreateTokenPayload {
    /// The new token.
    token: Option<Token>,
    /// The text to send as `Authorization: Bearer …`. It is shown this once and cannot be had again.
    secret: Option<String>,
    /// Why there is none.
    error: Option<UserError>,
}

/// Those that whoever asks may see, by name.
pub(super) async fn all(ctx: &Context<'_>) -> Result<Vec<Token>, ApiError> {
    let tokens = Scoped::of(ctx)?.tokens().await?;
    tokens.into_iter().map(Token::of).collect()
}

/// Makes a token, as whoever asks.
pub(super) async fn create(
    ctx: &Context<'_>,
    by: &Principal,
    input: CreateTokenInput,
) -> Result<CreateTokenPayload, ApiError> {
    let wanted = match Wanted::read(input, &by.scope) {
        Ok(wanted) => wanted,
        Err(error) => return Ok(CreateTokenPayload::refused(error)),
    };
    let scoped = Scoped::of(ctx)?;
    let now = scoped.rules()?.now();
    let made = NewToken::generate(&mut rand::rng());
    let new = NewStoredToken {
        id: &made.id,
        name: &wanted.name,
        owner: &wanted.owner,
        role: wanted.role.as_str(),
        merchants: wanted.merchants.as_deref(),
        expires_at: wanted.lasts.map(|lasts| now + lasts),
        secret_hash: made.secret_hash(),
        by: Some(&by.name),
        at: now,
    };
    let created = scoped
        .store_of_tokens()?
        .create_token_if(&new, |existing| {
            access::check_new_name(&wanted.name, &wanted.owner, existing)
        })
        .await;
    let error = match created {
        Ok(Ok(())) => None,
        Ok(Err(refused)) => Some(UserError::of_field(
            "NAME_REFUSED",
            field_at_fault(&refused),
            // The command's options are called as the input's fields are.
            refused.to_string().replace("--", ""),
        )),
        Err(StoreError::NameTaken { name }) => Some(UserError::of_field(
            "NAME_TAKEN",
            "name",
            format!("there is or was a token named {name:?}: choose another name"),
        )),
        Err(error) => return Err(error.into()),
    };
    if let Some(error) = error {
        return Ok(CreateTokenPayload::refused(error));
    }
    Ok(CreateTokenPayload {
        token: find(&scoped, &wanted.name).await?,
        secret: Some(made.text.expose_secret().to_owned()),
        error: None,
    })
}

/// Takes a token back, as whoever asks; `None` when they see none of this name.
pub(super) async fn revoke(
    ctx: &Context<'_>,
    by: &Principal,
    name: &str,
) -> Result<Option<Token>, ApiError> {
    let scoped = Scoped::of(ctx)?;
    if find(&scoped, name).await?.is_none() {
        return Ok(None);
    }
    let now = scoped.rules()?.now();
    scoped
        .store_of_tokens()?
        .revoke_token_by(&by.name, name, now)
        .await?;
    find(&scoped, name).await
}

async fn find(scoped: &Scoped<'_, '_>, name: &str) -> Result<Option<Token>, ApiError> {
    let tokens = scoped.tokens().await?;
    let found = tokens.into_iter().find(|token| token.name == name);
    found.map(Token::of).transpose()
}

fn field_at_fault(refused: &NameRefused) -> &'static str {
    match refused {
        NameRefused::Reserved {
            which: Named::Owner,
            ..
        }
        | NameRefused::OwnerLooksLike { .. } => "owner",
        _ => "name",
    }
}

/// A token that may be made, as far as nobody else's has to be looked at.
#[derive(Debug)]
struct Wanted {
    name: String,
    owner: String,
    role: access::Role,
    merchants: Option<Vec<MId>>,
    lasts: Option<TimeDelta>,
}

impl Wanted {
    /// `scope` is that of whoever makes it.
    fn read(input: CreateTokenInput, scope: &Scope) -> Result<Self, UserError> {
        let invalid =
            |field: &str, message: String| UserError::of_field("INVALID_INPUT", field, message);
        let name = access::checked_name(&input.name)
            .map_err(|error| invalid("name", error.to_string()))?;
        let owner = match input.owner {
            Some(owner) => {
                access::checked_name(&owner).map_err(|error| invalid("owner", error.to_string()))?
            }
            None => name.clone(),
        };
        let lasts = match input.expires_in_days {
            None => None,
            Some(days) if (1..=MOST_DAYS).contains(&days) => Some(TimeDelta::days(days.into())),
            Some(_) => {
                let message = format!("it must be a whole number of days from 1 to {MOST_DAYS}");
                return Err(invalid("expiresInDays", message));
            }
        };
        let merchants = input
            .merchants
            .map(|names| names.iter().map(|name| MId::parse(name)).collect())
            .transpose()
            .map_err(|error: reconciliation::InvalidId| invalid("merchants", error.to_string()))?;
        if let Some(merchants) = &merchants
            && !(1..=MOST_MERCHANTS).contains(&Vec::len(merchants))
        {
            let message = format!("name 1 to {MOST_MERCHANTS} merchants, or leave it out for all");
            return Err(invalid("merchants", message));
        }
        let wanted = merchants.clone().map_or(Scope::ALL, Scope::only);
        if !scope.covers(&wanted) {
            return Err(UserError::of_field(
                "OUT_OF_SCOPE",
                "merchants",
                "your own token sees some merchants alone: name some of them",
            ));
        }
        Ok(Self {
            name,
            owner,
            role: input.role.into(),
            merchants,
            lasts,
        })
    }
}

impl CreateTokenPayload {
    fn refused(error: UserError) -> Self {
        Self {
            token: None,
            secret: None,
            error: Some(error),
        }
    }
}

impl Token {
    /// The token as clients see it.
    ///
    /// # Errors
    /// `INTERNAL` when it has a role that nobody knows.
    fn of(token: store::StoredToken) -> Result<Self, ApiError> {
        let role: access::Role = token
            .role
            .parse()
            .map_err(|error: access::UnknownRole| ApiError::internal(&error))?;
        Ok(Self {
            name: token.name,
            owner: token.owner,
            role: role.into(),
            merchants: token.merchants.as_deref().map(names),
            created_at: DateTime(token.created_at),
            expires_at: token.expires_at.map(DateTime),
            last_used_at: token.last_used_at.map(DateTime),
            revoked_at: token.revoked_at.map(DateTime),
        })
    }
}

/// Merchants as clients see them.
pub(super) fn names(merchants: &[MId]) -> Vec<String> {
    merchants.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(merchants: Option<&[&str]>, expires_in_days: Option<i32>) -> CreateTokenInput {
        CreateTokenInput {
            name: "kim-1".to_owned(),
            role: Role::Accountant,
            owner: None,
            merchants: merchants.map(|names| names.iter().map(ToString::to_string).collect()),
            expires_in_days,
        }
    }

    fn shop() -> Scope {
        Scope::only([MId::parse("shop").unwrap()])
    }

    #[test]
    fn nobody_makes_a_token_that_sees_more_than_their_own() {
        for (scope, merchants, made) in [
            (Scope::ALL, None, true),
            (Scope::ALL, Some(&["shop", "other"][..]), true),
            (shop(), Some(&["shop"]), true),
            (shop(), Some(&["shop", "other"]), false),
            (shop(), Some(&["other"]), false),
            (shop(), None, false),
            (Scope::ALL, Some(&[]), false),
            (Scope::ALL, Some(&["sh op"]), false),
        ] {
            let read = Wanted::read(input(merchants, None), &scope);
            assert_eq!(read.is_ok(), made, "{scope:?} {merchants:?} {read:?}");
        }
    }

    #[test]
    fn a_token_lasts_from_a_day_to_ten_years() {
        for (days, taken) in [
            (0, false),
            (1, true),
            (3_650, true),
            (3_651, false),
            (-1, false),
        ] {
            let read = Wanted::read(input(None, Some(days)), &Scope::ALL);
            assert_eq!(read.is_ok(), taken, "{days}");
        }
        let wanted = Wanted::read(input(None, None), &Scope::ALL).unwrap();
        assert_eq!((wanted.owner.as_str(), wanted.lasts), ("kim-1", None));
    }
}
