//! Sessions of people in browsers: where they are kept, so that every process knows them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::access_token;
use entity::session::{self, Column};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::store::rows::stored_token;
use crate::store::{Store, StoreError, StoredToken};

/// How long a session lasts that nobody uses.
pub const SESSION_IDLE: TimeDelta = TimeDelta::hours(8);
/// How long it lasts at most.
pub const SESSION_LASTS: TimeDelta = TimeDelta::days(7);
/// How much later a use must be to be noted again.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

impl Store {
    /// Begins a session of a token, known by the hash of its cookie. It ends after a week, or with its token. What has ended
    /// is cleared away.
    pub async fn open_session(
        &self,
        hash: [u8; 32],
        token_id: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        session::Entity::delete_many()
            .filter(
                Column::EndsAt
                    .lte(ChronoUnixTimestampMillis::from(at))
                    .or(Column::SeenAt.lte(ChronoUnixTimestampMillis::from(at - SESSION_IDLE))),
            )
            .exec(&transaction)
            .await?;
        let token = access_token::Entity::find_by_id(token_id)
            .one(&transaction)
            .await?
            .map(stored_token)
            .transpose()?;
        let Some(token) = token.filter(|token| token.is_in_force(at)) else {
            // It was taken back just now: the session would be nobody's.
            return transaction.commit().await;
        };
        let latest = at + SESSION_LASTS;
        let model = session::ActiveModel {
            hash: Set(hex(&hash)),
            token_id: Set(token.id),
            role: Set(token.role),
            begun_at: Set(at.into()),
            seen_at: Set(at.into()),
            ends_at: Set(token
                .expires_at
                .map_or(latest, |end| Ord::min(end, latest))
                .into()),
        };
        session::Entity::insert(model)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await
    }

    /// The token of the session with this hash, and whether its use is to be noted; `None` when there is no such session,
    /// it has ended, or its token has another role than it had.
    pub async fn find_session(
        &self,
        hash: [u8; 32],
        at: DateTime<Utc>,
    ) -> Result<Option<(StoredToken, bool)>, StoreError> {
        let found = session::Entity::find_by_id(hex(&hash))
            .one(&self.reader)
            .await?
            .filter(|session| at < session.ends_at.0 && at - session.seen_at.0 < SESSION_IDLE);
        let Some(session) = found else {
            return Ok(None);
        };
        let token = self.find_token(&session.token_id).await?;
        let is_old = at - session.seen_at.0 >= NOTED_EVERY;
        Ok(token
            .filter(|token| token.role == session.role)
            .map(|token| (token, is_old)))
    }

    /// Notes that a session is used at that instant.
    pub async fn note_session_use(
        &self,
        hash: [u8; 32],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        session::Entity::update_many()
            .set(session::ActiveModel {
                seen_at: Set(at.into()),
                ..Default::default()
            })
            .filter(Column::Hash.eq(hex(&hash)))
            .filter(Column::SeenAt.lt(ChronoUnixTimestampMillis::from(at)))
            .exec(&transaction)
            .await?;
        transaction.commit().await
    }

    /// Ends a session and, where `everywhere`, every session of every token of its owner.
    pub async fn close_session(&self, hash: [u8; 32], everywhere: bool) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let found = session::Entity::find_by_id(hex(&hash))
            .one(&transaction)
            .await?;
        if let Some(session) = found {
            let ended = session::Entity::delete_many();
            let ended = if everywhere {
                ended.filter(Column::TokenId.in_subquery(tokens_beside(&session.token_id)))
            } else {
                ended.filter(Column::Hash.eq(session.hash))
            };
            ended.exec(&transaction).await?;
        }
        transaction.commit().await
    }
}

/// Ends every session of a token.
pub(in crate::store) async fn end_sessions(
    connection: &impl ConnectionTrait,
    token_id: &str,
) -> Result<(), StoreError> {
    session::Entity::delete_many()
        .filter(Column::TokenId.eq(token_id))
        .exec(connection)
        .await?;
    Ok(())
}

/// The ids of all tokens of the owner that this one is of.
fn tokens_beside(token_id: &str) -> SelectStatement {
    use access_token::Column as Token;
    let owner = access_token::Entity::find()
        .select_only()
        .column(Token::Owner)
        .filter(Token::Id.eq(token_id))
        .into_query();
    access_token::Entity::find()
        .select_only()
        .column(Token::Id)
        .filter(Token::Owner.in_subquery(owner))
        .into_query()
}

fn hex(hash: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
