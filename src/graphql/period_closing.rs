//! Closing and reopening periods. What goes wrong is data.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use reconciliation::{Language, MId, PeriodFault};

use super::error::ApiError;
use super::locale::Locale;
use super::node_id::NodeId;
use super::note::note;
use super::period::Period;
use super::scalars::LocalDate;
use super::scoped::Scoped;
use super::user_error::UserError;
use crate::access::Principal;
use crate::periods::{CloseAsked, CloseRefused};
use crate::store::{PeriodState, Source};

/// A period to close.
#[derive(InputObject)]
pub(super) struct ClosePeriodInput {
    /// The first day in Seoul.
    from: LocalDate,
    /// The last day in Seoul; it must be over.
    to: LocalDate,
    /// The merchant at Toss.
    m_id: String,
    /// Up to 500 characters. No names of buyers or account numbers.
    note: Option<String>,
}

/// A period to reopen.
#[derive(InputObject)]
pub(super) struct ReopenPeriodInput {
    /// The `id` of a Period.
    id: ID,
    /// Why, 1 to 500 characters. No names of buyers or account numbers.
    note: String,
}

/// What came of it.
#[derive(SimpleObject)]
pub(super) struct PeriodPayload {
    /// The period as it stands now. Null when it was not closed, or there is none.
    period: Option<Period>,
    /// Why nothing was done: `INVALID_INPUT`, `NOT_FOUND`, `NOT_OVER`, `NOT_READ`, `UNREADABLE`, `OVERLAPS`, `CHANGING` or
    /// `ALREADY_REOPENED`. Codes may be added.
    error: Option<UserError>,
}

impl PeriodPayload {
    fn refused(error: UserError) -> Self {
        Self {
            period: None,
            error: Some(error),
        }
    }
}

/// Closes a period.
pub(super) async fn close(
    ctx: &Context<'_>,
    principal: &Principal,
    input: ClosePeriodInput,
) -> Result<PeriodPayload, ApiError> {
    let language = Locale::or_preferred(None, ctx);
    let note = match note(input.note.as_deref().unwrap_or_default(), false, language) {
        Ok(note) => Some(note).filter(|note| !note.is_empty()),
        Err(error) => return Ok(PeriodPayload::refused(error)),
    };
    let scoped = Scoped::of(ctx)?;
    let Some(mid) = MId::parse(&input.m_id)
        .ok()
        .filter(|mid| scoped.includes(mid))
    else {
        let unknown = told(&CloseRefused::UnknownMerchant, language);
        return Ok(PeriodPayload::refused(unknown));
    };
    let asked = CloseAsked {
        mid,
        from: input.from.0,
        to: input.to.0,
        by: principal.name.clone(),
        note,
    };
    Ok(match scoped.close_period(asked).await? {
        Ok(period) => PeriodPayload {
            period: Some(period.into()),
            error: None,
        },
        Err(refused) => PeriodPayload::refused(told(&refused, language)),
    })
}

/// Reopens a period.
pub(super) async fn reopen(
    ctx: &Context<'_>,
    principal: &Principal,
    input: ReopenPeriodInput,
) -> Result<PeriodPayload, ApiError> {
    let language = Locale::or_preferred(None, ctx);
    let note = match note(&input.note, true, language) {
        Ok(note) => note,
        Err(error) => return Ok(PeriodPayload::refused(error)),
    };
    let Ok(NodeId::Period(id)) = NodeId::parse(&input.id) else {
        let message = language.choose(
            "마감의 id가 아닙니다. 받은 id를 그대로 보내세요.",
            "This is no id of a period: pass on an id as you received it.",
        );
        let error = UserError::of_field("INVALID_INPUT", "id", message);
        return Ok(PeriodPayload::refused(error));
    };
    let by = (principal.name.as_str(), note.as_str());
    let found = Scoped::of(ctx)?.reopen_period(&id, by).await?;
    let (code, korean, english) = match found {
        None => (
            "NOT_FOUND",
            "그런 마감이 없습니다. 목록을 다시 읽으세요.",
            "There is no such period: read the list again.",
        ),
        Some((period, true)) => {
            return Ok(PeriodPayload {
                period: Some(period.into()),
                error: None,
            });
        }
        Some((_, false)) => (
            "ALREADY_REOPENED",
            "이미 마감이 해제되었습니다.",
            "It has been reopened already.",
        ),
    };
    let error = UserError::of_field(code, "id", language.choose(korean, english));
    Ok(PeriodPayload {
        period: found.map(|(period, _)| period.into()),
        error: Some(error),
    })
}

/// Why a period is not closed, in the reader's language.
fn told(refused: &CloseRefused, language: Language) -> UserError {
    let list = |source: &Source| match source {
        Source::Transactions => language.choose("거래", "transactions"),
        Source::Settlements => language.choose("정산", "settlements"),
    };
    let (code, field, message) = match refused {
        CloseRefused::UnknownMerchant => (
            "NOT_FOUND",
            "mId",
            language
                .choose(
                    "그런 상점아이디가 없습니다.",
                    "There is no such merchant here.",
                )
                .to_owned(),
        ),
        CloseRefused::Days(PeriodFault::Reversed) => (
            "INVALID_INPUT",
            "to",
            language
                .choose(
                    "종료일이 시작일보다 빠릅니다.",
                    "The last day comes before the first.",
                )
                .to_owned(),
        ),
        CloseRefused::Days(PeriodFault::TooLong) => (
            "INVALID_INPUT",
            "to",
            language
                .choose(
                    "한 번에 400일까지 마감할 수 있습니다.",
                    "A period has 400 days at most.",
                )
                .to_owned(),
        ),
        CloseRefused::Days(PeriodFault::NotOver) => (
            "NOT_OVER",
            "to",
            language
                .choose(
                    "아직 끝나지 않은 날은 마감할 수 없습니다.",
                    "Its last day is not over yet in Seoul.",
                )
                .to_owned(),
        ),
        CloseRefused::NotRead { source, days } => {
            let (list, from, to) = (list(source), days.from, days.to);
            let message = match language {
                Language::Korean => format!(
                    "{from}부터 {to}까지의 {list} 자료를 아직 다 읽지 못했습니다. 수집 현황에서 다시 읽은 뒤 마감하세요."
                ),
                Language::English => format!(
                    "The {list} from {from} to {to} have not been read completely: have them read, then close it."
                ),
            };
            ("NOT_READ", "from", message)
        }
        CloseRefused::Faulty { source, day } => {
            let list = list(source);
            let message = match language {
                Language::Korean => format!(
                    "{day}의 {list} 자료에 읽을 수 없는 행이 있습니다. 수집 현황에서 확인하세요."
                ),
                Language::English => format!(
                    "The {list} of {day} have a row that could not be read: see `coverage`."
                ),
            };
            ("UNREADABLE", "from", message)
        }
        CloseRefused::Overlaps(other) => {
            let (from, to, by) = (other.from, other.to, &other.closed_by);
            let is_closing = other.state == PeriodState::Closing;
            let message = match (language, is_closing) {
                (Language::Korean, false) => {
                    format!("{from}부터 {to}까지는 이미 마감되었습니다 (마감한 사람: {by}).")
                }
                (Language::Korean, true) => {
                    format!("{from}부터 {to}까지를 지금 마감하고 있습니다 (마감하는 사람: {by}).")
                }
                (Language::English, false) => {
                    format!("The days from {from} to {to} are closed already, by {by}.")
                }
                (Language::English, true) => {
                    format!("The days from {from} to {to} are being closed just now, by {by}.")
                }
            };
            ("OVERLAPS", "from", message)
        }
        CloseRefused::Changing => (
            "CHANGING",
            "from",
            language
                .choose(
                    "마감하는 동안 결제 자료가 바뀌었습니다. 잠시 후 다시 시도하세요.",
                    "Payments changed while it was being closed: try again in a moment.",
                )
                .to_owned(),
        ),
    };
    UserError::of_field(code, field, message)
}
