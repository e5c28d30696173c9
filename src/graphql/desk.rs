//! The desk: what is done about discrepancies, all of several or none. What goes wrong is data.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use reconciliation::{DeskRefusal, DeskStep, Language};

use super::discrepancy::Discrepancy;
use super::error::ApiError;
use super::filters::assignee;
use super::loaders::Loaders;
use super::locale::Locale;
use super::node::MOST_AT_ONCE;
use super::node_id::NodeId;
use super::note::note;
use super::scalars::{DateTime, LocalDate};
use super::scoped::Scoped;
use super::user_error::UserError;
use crate::store::{DeskRefused, DiscrepancyId};

/// Discrepancies to leave as they are.
#[derive(InputObject)]
pub(super) struct AcknowledgeDiscrepanciesInput {
    /// Values of `Discrepancy.id`, 200 at most.
    ids: Vec<ID>,
    /// Why, 1 to 500 characters. No names of buyers or account numbers.
    note: String,
    /// The day in Seoul on which they come back as `OPEN`, after today. Left out: they do not, unless their evidence changes.
    until: Option<LocalDate>,
    /// When you saw how they stood. What somebody did later is then told, with the error `CHANGED`; what stood then may be
    /// replaced.
    seen_at: Option<DateTime>,
}

/// Discrepancies to give to somebody.
#[derive(InputObject)]
pub(super) struct AssignDiscrepanciesInput {
    /// Values of `Discrepancy.id`, 200 at most.
    ids: Vec<ID>,
    /// Who shall see to them, 1 to 100 characters. Null: nobody. What somebody else has is refused with `ALREADY_ASSIGNED`,
    /// unless `seenAt` says that you know.
    assignee: Option<String>,
    /// As in `AcknowledgeDiscrepanciesInput`.
    seen_at: Option<DateTime>,
}

/// Something to write down about discrepancies.
#[derive(InputObject)]
pub(super) struct NoteDiscrepanciesInput {
    /// Values of `Discrepancy.id`, 200 at most. They may be `RESOLVED`.
    ids: Vec<ID>,
    /// 1 to 500 characters. No names of buyers or account numbers.
    note: String,
    /// As in `AcknowledgeDiscrepanciesInput`.
    seen_at: Option<DateTime>,
}

/// Acknowledgements to take back.
#[derive(InputObject)]
pub(super) struct ReopenDiscrepanciesInput {
    /// Values of `Discrepancy.id`, 200 at most.
    ids: Vec<ID>,
    /// Why, up to 500 characters.
    note: Option<String>,
    /// As in `AcknowledgeDiscrepanciesInput`.
    seen_at: Option<DateTime>,
}

/// What came of it: the discrepancies as they stand now, all of them changed, or none with an error.
#[derive(SimpleObject)]
pub(super) struct DiscrepanciesPayload {
    /// Those that were named, in their order; without those that there are not.
    discrepancies: Vec<Discrepancy>,
    /// Why nothing was done: `INVALID_INPUT`, `NOT_FOUND`, `ALREADY_ACKNOWLEDGED`, `ALREADY_ASSIGNED`, `NOT_ACKNOWLEDGED`,
    /// `RESOLVED` or `CHANGED`. Codes may be added.
    error: Option<UserError>,
}

/// What is asked for, as it was read.
pub(super) struct Asked {
    ids: Vec<ID>,
    step: DeskStep,
    words: Option<(String, bool)>,
    seen_at: Option<DateTime>,
}

impl From<AcknowledgeDiscrepanciesInput> for Asked {
    fn from(input: AcknowledgeDiscrepanciesInput) -> Self {
        Self {
            ids: input.ids,
            step: DeskStep::Acknowledge {
                until: input.until.map(|day| day.0),
            },
            words: Some((input.note, true)),
            seen_at: input.seen_at,
        }
    }
}

impl From<AssignDiscrepanciesInput> for Asked {
    fn from(input: AssignDiscrepanciesInput) -> Self {
        Self {
            ids: input.ids,
            step: DeskStep::Assign {
                assignee: input.assignee,
            },
            words: None,
            seen_at: input.seen_at,
        }
    }
}

impl From<NoteDiscrepanciesInput> for Asked {
    fn from(input: NoteDiscrepanciesInput) -> Self {
        Self {
            ids: input.ids,
            step: DeskStep::Note,
            words: Some((input.note, true)),
            seen_at: input.seen_at,
        }
    }
}

impl From<ReopenDiscrepanciesInput> for Asked {
    fn from(input: ReopenDiscrepanciesInput) -> Self {
        Self {
            ids: input.ids,
            step: DeskStep::Reopen,
            words: input.note.map(|note| (note, false)),
            seen_at: input.seen_at,
        }
    }
}

/// Does what is asked for, and tells how the discrepancies stand afterwards.
pub(super) async fn step(
    ctx: &Context<'_>,
    asked: impl Into<Asked>,
) -> Result<DiscrepanciesPayload, ApiError> {
    let language = Locale::or_preferred(None, ctx);
    let (ids, step, words, seen_at) = match asked.into().read(language) {
        Ok(read) => read,
        Err(error) => {
            return Ok(DiscrepanciesPayload {
                discrepancies: Vec::new(),
                error: Some(error),
            });
        }
    };
    // What is done rests on what is found now.
    Loaders::of(ctx)?.catch_up().await?;
    let scoped = Scoped::of(ctx)?;
    let done = scoped
        .step_at_desk(&ids, &step, words.as_deref(), seen_at)
        .await?;
    let discrepancies = scoped.discrepancies(&ids).await?;
    Ok(DiscrepanciesPayload {
        discrepancies: discrepancies.into_iter().map(Into::into).collect(),
        error: done.err().map(|refused| told(&refused, language)),
    })
}

type Read = (
    Vec<DiscrepancyId>,
    DeskStep,
    Option<String>,
    Option<chrono::DateTime<chrono::Utc>>,
);

impl Asked {
    fn read(self, language: Language) -> Result<Read, UserError> {
        let invalid = |field: &str, korean: &str, english: &str| {
            let message = language.choose(korean, english);
            UserError::of_field("INVALID_INPUT", field, message)
        };
        if !(1..=MOST_AT_ONCE).contains(&self.ids.len()) {
            return Err(invalid(
                "ids",
                "한 번에 1건부터 200건까지 지정하세요.",
                "Name 1 to 200 discrepancies at once.",
            ));
        }
        let mut ids: Vec<DiscrepancyId> = Vec::with_capacity(self.ids.len());
        for id in &self.ids {
            let Ok(NodeId::Discrepancy(id)) = NodeId::parse(id) else {
                return Err(invalid(
                    "ids",
                    "불일치 항목의 id가 아닌 값이 있습니다. 받은 id를 그대로 보내세요.",
                    "One of them is no id of a discrepancy: pass on ids as you received them.",
                ));
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let step = match self.step {
            DeskStep::Assign {
                assignee: Some(name),
            } => {
                let name = assignee(&name).map_err(|_| {
                    invalid(
                        "assignee",
                        "담당자는 한 줄, 1자 이상 100자 이하로 적으세요.",
                        "Give 1 to 100 characters of one line.",
                    )
                })?;
                DeskStep::Assign {
                    assignee: Some(name),
                }
            }
            step => step,
        };
        let words = match self.words {
            None => None,
            Some((words, is_needed)) => {
                let words = note(&words, is_needed, language)?;
                Some(words).filter(|words| !words.is_empty())
            }
        };
        Ok((ids, step, words, self.seen_at.map(|at| at.0)))
    }
}

/// Why nothing was done, in the reader's language.
fn told(refused: &DeskRefused, language: Language) -> UserError {
    let (why, by) = match refused {
        DeskRefused::NotFound(_) => {
            let message = language.choose(
                "지정한 항목 중에 없는 항목이 있습니다. 목록을 다시 읽으세요.",
                "One of them is not there: read the list again.",
            );
            return UserError::of_field("NOT_FOUND", "ids", message);
        }
        DeskRefused::Refused { why, by, .. } => (*why, by.as_deref()),
    };
    let (code, field, korean, english) = match why {
        DeskRefusal::ChangedSince => (
            "CHANGED",
            "seenAt",
            "그 사이에 다른 변경이 있었습니다. 다시 확인하세요.",
            "Somebody has done something about it since you saw it: look again.",
        ),
        DeskRefusal::AlreadyAcknowledged => (
            "ALREADY_ACKNOWLEDGED",
            "ids",
            "이미 확인한 항목이 있습니다.",
            "One of them is acknowledged already.",
        ),
        DeskRefusal::AlreadyAssigned => (
            "ALREADY_ASSIGNED",
            "assignee",
            "이미 다른 담당자가 맡은 항목이 있습니다.",
            "Somebody else has one of them.",
        ),
        DeskRefusal::NotAcknowledged => (
            "NOT_ACKNOWLEDGED",
            "ids",
            "확인하지 않은 항목이 있어 되돌릴 수 없습니다.",
            "One of them is open already: there is nothing to take back.",
        ),
        DeskRefusal::Resolved => (
            "RESOLVED",
            "ids",
            "이미 해소된 항목이 있습니다.",
            "One of them is no longer found: there is nothing to do about it.",
        ),
        DeskRefusal::DayHasCome => (
            "INVALID_INPUT",
            "until",
            "오늘 이후의 날짜를 지정하세요.",
            "Give a day after today.",
        ),
    };
    let mut message = language.choose(korean, english).to_owned();
    if let Some(by) = by {
        let last = language.choose("마지막으로 처리한 사람", "Last done by");
        for part in [" (", last, ": ", by, ")"] {
            message.push_str(part);
        }
    }
    UserError::of_field(code, field, message)
}
