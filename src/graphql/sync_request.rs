//! Days that somebody wants read again. What is wrong with them is data.

use async_graphql::{Context, InputObject, SimpleObject};

use super::coverage::Source;
use super::error::ApiError;
use super::scalars::LocalDate;
use super::scoped::Scoped;
use super::user_error::UserError;
use crate::store;
use crate::sync::{DaysRefused, MOST_REQUESTED_DAYS};

/// Days to read again.
#[derive(InputObject)]
pub(super) struct RequestSyncInput {
    /// The first day, in Seoul.
    from: LocalDate,
    /// The last day, included: today at the latest. 366 days at most.
    to: LocalDate,
    /// Which lists. Left out: both.
    sources: Option<Vec<Source>>,
}

/// What came of it.
#[derive(SimpleObject)]
pub(super) struct RequestSyncPayload {
    /// How many days are to be read again, those among them that were waiting already; 0 with an error. `Coverage.lastReadAt` and
    /// `Coverage.faults` tell how they fare.
    days: i32,
    /// Why nothing is read: `INVALID_INPUT`. Codes may be added.
    error: Option<UserError>,
}

/// Asks for them.
pub(super) async fn request(
    ctx: &Context<'_>,
    input: RequestSyncInput,
) -> Result<RequestSyncPayload, ApiError> {
    let sources: Vec<store::Source> = match input.sources {
        None => store::Source::ALL.to_vec(),
        Some(sources) if sources.is_empty() => {
            return Ok(refused("sources", "name a list, or leave it out for both"));
        }
        Some(sources) => {
            let named = |source: &store::Source| sources.iter().any(|of| *source == (*of).into());
            store::Source::ALL.into_iter().filter(named).collect()
        }
    };
    let days = (input.from.0, input.to.0);
    let asked = Scoped::of(ctx)?.request_days(&sources, days).await?;
    Ok(match asked {
        Ok(days) => RequestSyncPayload {
            days: i32::try_from(days).unwrap_or(i32::MAX),
            error: None,
        },
        Err(DaysRefused::Reversed) => {
            refused("to", "it is before from: give the earlier day first")
        }
        Err(DaysRefused::TooMany) => refused(
            "to",
            format!(
                "{MOST_REQUESTED_DAYS} days at most: ask for shorter ranges, one after another"
            ),
        ),
        Err(DaysRefused::InTheFuture { today }) => {
            refused("to", format!("it has not come: today is {today} in Seoul"))
        }
        Err(DaysRefused::BeforeTheFirst { first: Some(first) }) => refused(
            "from",
            format!("mirroring began on {first}: earlier days are imported by the command sync"),
        ),
        Err(DaysRefused::BeforeTheFirst { first: None }) => refused(
            "from",
            "nothing has been read yet: days are imported by the command sync",
        ),
    })
}

fn refused(field: &str, message: impl Into<String>) -> RequestSyncPayload {
    RequestSyncPayload {
        days: 0,
        error: Some(UserError::of_field("INVALID_INPUT", field, message)),
    }
}
