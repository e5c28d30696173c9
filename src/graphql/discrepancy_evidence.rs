//! What shows a discrepancy, as data: events, settlement rows, the row as it was, unread days, our own request.

use std::sync::Arc;

use async_graphql::{Context, SimpleObject};
use reconciliation::{Concerned, Discrepancy, KstDate, MatchStrength, match_settlement};

use super::books::Books;
use super::cancel_request::CancelRequest;
use super::coverage::DaySpan;
use super::error::ApiError;
use super::scalars::LocalDate;
use super::scoped::Scoped;
use super::settlement::Settlement;
use super::settlement_version::SettlementVersion;
use super::transaction::Transaction;
use crate::store::{
    CancelRequestId, PageRequest, SettlementFilter, StoredSettlement, Toward, VerdictSubject,
};

/// As many settlement rows of a payment are looked at that is not known otherwise.
const MOST_ROWS: u64 = 200;

/// The rows, days and requests that a discrepancy was found by. Empty where it was not found by any, and once it is
/// `RESOLVED`.
#[derive(Default, SimpleObject)]
pub(super) struct DiscrepancyEvidence {
    /// The events that it is about; where a sum or a status does not follow from them, all of the payment's.
    transactions: Vec<Transaction>,
    /// The settlement rows that show it, as Toss lists them now.
    settlements: Vec<Settlement>,
    /// The settlement row as it was before Toss changed it.
    previous_settlement: Option<SettlementVersion>,
    /// The days that have not been read.
    gaps: Vec<DaySpan>,
    /// The cancel request of ours whose outcome is not known.
    cancel_request: Option<CancelRequest>,
}

impl DiscrepancyEvidence {
    /// Of one of a payment's.
    pub(super) async fn of_payment(
        ctx: &Context<'_>,
        found: &Discrepancy,
        books: &Arc<Books>,
    ) -> Result<Self, ApiError> {
        let history = books.history(ctx).await?;
        let events = history.events();
        let is_about = |place: usize| match found.concerned() {
            Concerned::WholeHistory => true,
            Concerned::Events(keys) => events
                .get(place)
                .is_some_and(|event| keys.contains(&event.transaction.transaction_key)),
        };
        let transactions = Transaction::all_of(history).into_iter().enumerate();
        let transactions = transactions.filter(|(place, _)| is_about(*place));
        let shown = found.rows();
        let belongs = |row: &reconciliation::Settlement| {
            let Some(event) = &found.transaction_key else {
                return false;
            };
            let matched = match_settlement(row, events);
            let is_single = matches!(matched.strength, MatchStrength::Exact | MatchStrength::Weak);
            row.transaction_key.as_ref() == Some(event)
                || (is_single && matched.candidates.first() == Some(event))
        };
        let rows = books.settlements(ctx).await?;
        let listed = Settlement::all_of(rows, books).into_iter().zip(rows.iter());
        let settlements = listed.filter(|(_, row)| {
            shown.iter().any(|shown| **shown == row.settlement) || belongs(&row.settlement)
        });
        Ok(Self {
            transactions: transactions.map(|(_, transaction)| transaction).collect(),
            settlements: settlements.map(|(settlement, _)| settlement).collect(),
            ..Self::without_rows(ctx, found).await?
        })
    }

    /// Of one of a subject that no payment is known of: its settlement rows alone.
    pub(super) async fn of_rows(
        ctx: &Context<'_>,
        found: &Discrepancy,
        subject: &VerdictSubject,
    ) -> Result<Self, ApiError> {
        let scoped = Scoped::of(ctx)?;
        let rows: Vec<StoredSettlement> = match subject {
            VerdictSubject::Row(id) => scoped.settlement(id).await?.into_iter().collect(),
            VerdictSubject::Payment(key) => {
                let filter = SettlementFilter {
                    payment_key: Some(key.clone()),
                    ..SettlementFilter::default()
                };
                let page = PageRequest {
                    rows: MOST_ROWS,
                    past: None,
                    toward: Toward::Older,
                };
                let page = scoped.list_settlements(filter, &page).await?;
                page.rows.into_iter().map(|(_, row)| row).collect()
            }
        };
        let of_evidence = found.rows();
        let is_shown =
            |row: &StoredSettlement| of_evidence.iter().any(|shown| **shown == row.settlement);
        let settlements = rows.into_iter().filter(is_shown);
        Ok(Self {
            settlements: settlements
                .map(|row| Settlement::of_payment(row, None))
                .collect(),
            ..Self::without_rows(ctx, found).await?
        })
    }

    async fn without_rows(ctx: &Context<'_>, found: &Discrepancy) -> Result<Self, ApiError> {
        let request = match found.open_request() {
            Some(id) => {
                let id = CancelRequestId::new(id);
                Scoped::of(ctx)?.cancel_request(&id).await?
            }
            None => None,
        };
        let former = found.former_row();
        let days = found.unread_days().into_iter();
        Ok(Self {
            previous_settlement: former.map(|(version, until)| {
                SettlementVersion::of(&version.settlement, version.read_at, until)
            }),
            gaps: days.map(span).collect(),
            cancel_request: request.map(CancelRequest::from),
            ..Self::default()
        })
    }
}

fn span((from, to): (KstDate, KstDate)) -> DaySpan {
    DaySpan {
        from: LocalDate(from),
        to: LocalDate(to),
    }
}
