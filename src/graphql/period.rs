//! Periods whose books were closed, as clients see them.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use reconciliation::PaymentKey;
use tokio::sync::OnceCell;

use super::books::Books;
use super::error::ApiError;
use super::money::Money;
use super::node_id::NodeId;
use super::payment::Payment;
use super::reconciliation_summary::ReconciliationSummary;
use super::scalars::{DateTime, LocalDate};
use super::scoped::Scoped;
use crate::periods::{ChangedFigure, PeriodFigures};
use crate::store::{PeriodState, StoredPeriod};

/// How a period stands. More values may come: treat values you do not know as `CLOSED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum PeriodStatus {
    /// Its books are closed.
    Closed,
    /// They were opened again. What it was closed with is still told.
    Reopened,
}

/// A range of event days of one merchant whose books were closed (기간 마감): its figures as they were, and what has changed
/// since. What is closed never becomes something else.
pub(super) struct Period {
    stored: StoredPeriod,
    figures: OnceCell<Result<PeriodFigures, ApiError>>,
}

/// The digest of one section of a period's report.
#[derive(SimpleObject)]
pub(super) struct SectionDigest {
    /// The section's name, as in the report's JSON document.
    section: String,
    /// The SHA-256 of its CSV file, in hexadecimal digits.
    sha256: String,
}

/// A figure of a closed period that would be another now.
pub(super) struct PeriodChange(ChangedFigure);

impl From<StoredPeriod> for Period {
    fn from(stored: StoredPeriod) -> Self {
        Self {
            stored,
            figures: OnceCell::new(),
        }
    }
}

impl Period {
    async fn figures(&self, ctx: &Context<'_>) -> Result<&PeriodFigures, ApiError> {
        self.figures
            .get_or_init(|| async { Scoped::of(ctx)?.period_figures(&self.stored).await })
            .await
            .as_ref()
            .map_err(Clone::clone)
    }
}

/// A range of event days of one merchant whose books were closed (기간 마감): its figures as they were, and what has changed
/// since. What is closed never becomes something else.
#[Object]
impl Period {
    /// Opaque and stable: keep it, pass it on, never take it apart.
    pub(super) async fn id(&self) -> ID {
        NodeId::Period(self.stored.id.clone()).to_id()
    }

    /// The first day, in Seoul.
    async fn from(&self) -> LocalDate {
        LocalDate(self.stored.from)
    }

    /// The last day, in Seoul.
    async fn to(&self) -> LocalDate {
        LocalDate(self.stored.to)
    }

    /// The merchant at Toss (상점아이디).
    async fn m_id(&self) -> &str {
        self.stored.mid.as_str()
    }

    /// How it stands.
    async fn status(&self) -> PeriodStatus {
        match self.stored.state {
            PeriodState::Closing | PeriodState::Closed => PeriodStatus::Closed,
            PeriodState::Reopened => PeriodStatus::Reopened,
        }
    }

    /// When it was closed.
    async fn closed_at(&self) -> DateTime {
        DateTime(self.stored.closed_at)
    }

    /// The name of the token of whoever closed it.
    async fn closed_by(&self) -> &str {
        &self.stored.closed_by
    }

    /// With what words it was closed.
    async fn note(&self) -> Option<&str> {
        self.stored.note.as_deref()
    }

    /// When it was reopened. Null while it is closed.
    async fn reopened_at(&self) -> Option<DateTime> {
        let reopened = self.stored.reopened.as_ref()?;
        Some(DateTime(reopened.at))
    }

    /// The name of the token of whoever reopened it. Null while it is closed.
    async fn reopened_by(&self) -> Option<&str> {
        let reopened = self.stored.reopened.as_ref()?;
        Some(&reopened.by)
    }

    /// Why it was reopened. Null while it is closed.
    async fn reopen_note(&self) -> Option<&str> {
        let reopened = self.stored.reopened.as_ref()?;
        Some(&reopened.note)
    }

    /// Its sums by `EVENT`, as it was closed, one element a currency. Nothing that happens later changes them.
    #[graphql(complexity = "super::LIST_COST * child_complexity + super::STATEMENT_COST")]
    async fn summary(&self, ctx: &Context<'_>) -> Result<Vec<ReconciliationSummary>, ApiError> {
        let summary = self.figures(ctx).await?.summary.iter().cloned();
        summary.map(ReconciliationSummary::of).collect()
    }

    /// The digests of the sections of its report, which `toss-recon report --period` writes again byte for byte.
    #[graphql(complexity = "super::LIST_COST * child_complexity + super::STATEMENT_COST")]
    async fn digests(&self, ctx: &Context<'_>) -> Result<Vec<SectionDigest>, ApiError> {
        let sections = self.figures(ctx).await?.sections.iter();
        let digests = sections.map(|section| SectionDigest {
            section: section.section.clone(),
            sha256: section.sha256.clone(),
        });
        Ok(digests.collect())
    }

    /// Its figures that would be others now, because of what has been learned of its events since: a row that came late or
    /// says something else, a cancel dated into it. Empty while nothing has changed; of a reopened period, what had changed by
    /// then.
    #[graphql(complexity = "super::LIST_COST * child_complexity + super::STATEMENT_COST")]
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<PeriodChange>, ApiError> {
        let changes = Scoped::of(ctx)?.period_changes(&self.stored).await?;
        Ok(changes.into_iter().map(PeriodChange).collect())
    }
}

/// A figure of a closed period that would be another now.
#[Object]
impl PeriodChange {
    /// The currency of both amounts: an ISO 4217 code, or `MUSD`.
    async fn currency(&self) -> &str {
        self.0.change.now.currency().code()
    }

    /// Which figure: the name of a field of `ReconciliationSummary`.
    async fn figure(&self) -> &str {
        self.0.change.figure.as_str()
    }

    /// As the period was closed.
    async fn closed(&self) -> Money {
        Money(self.0.change.closed)
    }

    /// As it would be now.
    async fn now(&self) -> Money {
        Money(self.0.change.now)
    }

    /// The payments that changed it, the last change first; a hundred at most. Settlement rows that name no payment which is
    /// known may have changed it too.
    #[graphql(complexity = "super::LIST_COST * child_complexity + super::STATEMENT_COST")]
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<Payment>, ApiError> {
        let keys: &[PaymentKey] = &self.0.payments;
        let mut stored = Scoped::of(ctx)?.payments(keys).await?;
        let found = keys.iter().filter_map(|key| stored.remove(key));
        Ok(found
            .map(|stored| Payment::from(Books::as_stored(stored)))
            .collect())
    }
}
