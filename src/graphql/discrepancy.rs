//! A way in which the books disagree, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::Utc;
use reconciliation::{DeskState, Language, MId, PaymentKey, TransactionKey};

use super::books::Books;
use super::count::count;
use super::discrepancy_evidence::DiscrepancyEvidence;
use super::error::ApiError;
use super::loaders::Loaders;
use super::locale::Locale;
use super::money::Money;
use super::node_id::NodeId;
use super::payment::Payment;
use super::scalars::{DateTime, LocalDate};
use super::scoped::Scoped;
use crate::reconcile::Reconciled;
use crate::store::{
    AtDesk, ClassCount, DeskEntry, DiscrepancyId, StoredDiscrepancy, VerdictSubject,
};

/// What disagrees. More values may come: show `explanation` for values you do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::DiscrepancyClass")]
pub(super) enum DiscrepancyClass {
    /// Days of Toss's transactions or settlements that this payment depends on have not been read completely, so that
    /// nothing can be said for sure. `Query.coverage` shows them all.
    SourceGap,
    /// Toss gave a status that this server does not know. It was counted as moving no money.
    UnknownStatus,
    /// Toss lists more settlement rows than there were events: something is paid out or deducted twice.
    SettlementDuplicated,
    /// A virtual account that was cancelled before anybody paid into it has a settlement row, although no money moved.
    SettledVoid,
    /// A settlement row that belongs to no transaction, although the transactions of that time have been read.
    SettlementOrphan,
    /// A row of this payment in Toss's transactions or settlements could not be read: its amounts are in no sum. The explanation
    /// names the field. Without a payment, not even the payment's key could be read.
    UnreadableRow,
    /// A settlement row, or the payment, is in another currency than the transaction.
    CurrencyMismatch,
    /// A settlement row, or the payment, has another amount than the transaction.
    AmountMismatch,
    /// The numbers within a settlement row do not add up: fee and VAT, the parts of the fee, or what is paid out.
    FeeArithmetic,
    /// A settlement row should have been published by now and was not: the money for this event may be missing.
    SettlementMissing,
    /// Toss changed a settlement row after it had published it, or took it back.
    SettlementRestated,
    /// Toss moved a payout to another day after it had published it. Nothing else of the row changed.
    PayoutDateChanged,
    /// More was refunded than was paid.
    RefundExceedsPayment,
    /// What Toss says is left of the payment is not what its cancels, or its transactions, leave of it.
    BalanceMismatch,
    /// The payment's status contradicts its transactions.
    StatusMismatch,
    /// The bank refused to give a virtual account's deposit back to the buyer, or a part of it. The cancel stands and counts
    /// as refunded; somebody must see to it that the buyer gets the money.
    RefundFailed,
    /// A cancel that was not asked for through this API: it was made in Toss's console (상점관리자), by another program or
    /// by the bank. This is information and no error: the verdict does not depend on it.
    CanceledElsewhere,
    /// A cancel that was asked for through this API has no known outcome 5 minutes after it was allowed to be sent: when it
    /// was asked for, or when another admin approved it.
    CancelUnresolved,
}

/// How much a disagreement matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::Severity")]
pub(super) enum Severity {
    /// Somebody must look at it.
    Error,
    /// Something has to be read from Toss first; it may go away by itself.
    Wait,
    /// It only informs.
    Info,
}

/// How a disagreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::DeskState")]
pub(super) enum DiscrepancyState {
    /// Found, and not acknowledged.
    Open,
    /// Found, and left as it is by somebody. It is `OPEN` again as soon as its evidence changes or its day has come.
    Acknowledged,
    /// No longer found. Errors, and what somebody has worked on, are kept with the day on which they ended.
    Resolved,
}

/// A disagreement, with the payment that it is about.
pub(super) struct Discrepancy {
    id: DiscrepancyId,
    class: DiscrepancyClass,
    payment_key: Option<PaymentKey>,
    mid: MId,
    transaction_key: Option<TransactionKey>,
    explanation: String,
    /// `None` for one that was made before there was any.
    explanation_ko: Option<String>,
    expected: Option<reconciliation::Money>,
    observed: Option<reconciliation::Money>,
    delta: Option<reconciliation::Money>,
    detected_at: chrono::DateTime<Utc>,
    at_desk: AtDesk,
    /// What the verdict is on that it belongs to.
    subject: VerdictSubject,
    /// The payment, where the discrepancy was found by way of it.
    books: Option<Arc<Books>>,
}

impl Discrepancy {
    /// Those of a payment, in their order.
    pub(super) fn all_of(reconciled: &Reconciled, books: &Arc<Books>) -> Vec<Self> {
        let discrepancies = reconciled.reconciliation.discrepancies.iter();
        discrepancies
            .zip(&reconciled.found)
            .map(|(discrepancy, known)| Self {
                id: known.id.clone(),
                class: discrepancy.class().into(),
                payment_key: discrepancy.payment_key.clone(),
                mid: books.payment().mid.clone(),
                transaction_key: discrepancy.transaction_key.clone(),
                explanation: discrepancy.explanation(Language::English),
                explanation_ko: Some(discrepancy.explanation(Language::Korean)),
                expected: discrepancy.expected(),
                observed: discrepancy.observed(),
                delta: discrepancy.delta(),
                detected_at: known.detected_at,
                at_desk: known.at_desk.clone(),
                subject: VerdictSubject::Payment(books.payment().payment_key.clone()),
                books: Some(Arc::clone(books)),
            })
            .collect()
    }
}

impl From<StoredDiscrepancy> for Discrepancy {
    fn from(stored: StoredDiscrepancy) -> Self {
        let StoredDiscrepancy {
            record,
            subject,
            detected_at,
            at_desk,
        } = stored;
        Self {
            id: record.id,
            class: record.class.into(),
            payment_key: record.payment_key,
            mid: record.mid,
            transaction_key: record.transaction_key,
            explanation: record.explanation,
            explanation_ko: record.explanation_ko,
            expected: record.expected,
            observed: record.observed,
            delta: record.delta,
            detected_at,
            at_desk,
            subject,
            books: None,
        }
    }
}

/// One way in which Toss's lists, the payment and the cancels made here disagree, with the numbers that show it. It ends when
/// they agree again.
#[Object]
impl Discrepancy {
    /// Opaque and stable: the same cause has the same id whenever it is found, whatever it comes to. Keep it, pass it on, never
    /// take it apart.
    pub(super) async fn id(&self) -> ID {
        NodeId::Discrepancy(self.id.clone()).to_id()
    }

    /// What disagrees.
    async fn class(&self) -> DiscrepancyClass {
        self.class
    }

    /// The merchant at Toss (상점아이디).
    async fn m_id(&self) -> &str {
        self.mid.as_str()
    }

    /// Toss's key of the payment. Null for a settlement row that names no payment.
    async fn payment_key(&self) -> Option<&str> {
        self.payment_key.as_ref().map(PaymentKey::as_str)
    }

    /// The payment, as it was last read; Toss is not asked. Null when none is known: of some settlement rows only the
    /// row itself is known.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>, ApiError> {
        if let Some(books) = &self.books {
            return Ok(Some(Payment::from(Arc::clone(books))));
        }
        let Some(key) = &self.payment_key else {
            return Ok(None);
        };
        let stored = Scoped::of(ctx)?.stored_payment(key).await?;
        Ok(stored.map(|stored| Payment::from(Books::as_stored(stored))))
    }

    /// Toss's key of the transaction, when it is about a single one.
    async fn transaction_key(&self) -> Option<&str> {
        self.transaction_key.as_ref().map(TransactionKey::as_str)
    }

    /// How much it matters.
    async fn severity(&self) -> Severity {
        reconciliation::DiscrepancyClass::from(self.class)
            .severity()
            .into()
    }

    /// One sentence with the numbers in it, for whoever looks into it.
    async fn explanation(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The language. Without it, the one that the request's Accept-Language prefers, else English."
        )]
        locale: Option<Locale>,
    ) -> &str {
        match (Locale::or_preferred(locale, ctx), &self.explanation_ko) {
            (Language::Korean, Some(korean)) => korean,
            (Language::Korean, None) | (Language::English, _) => &self.explanation,
        }
    }

    /// What it should be, signed. Null when it is not about an amount.
    async fn expected(&self) -> Option<Money> {
        self.expected.map(Money)
    }

    /// What it is, signed. Null when it is not about an amount.
    async fn observed(&self) -> Option<Money> {
        self.observed.map(Money)
    }

    /// `observed` less `expected`. Null unless both are amounts of one currency.
    async fn delta(&self) -> Option<Money> {
        self.delta.map(Money)
    }

    /// When it was first found. It stays the same for as long as the disagreement does.
    async fn detected_at(&self) -> DateTime {
        DateTime(self.detected_at)
    }

    /// How it stands.
    async fn state(&self) -> DiscrepancyState {
        self.at_desk.state.into()
    }

    /// Who has it. Null: nobody.
    async fn assignee(&self) -> Option<&str> {
        self.at_desk.assignee.as_deref()
    }

    /// The day in Seoul on which it comes back as `OPEN`. Null unless it is `ACKNOWLEDGED` until a day.
    async fn acknowledged_until(&self, ctx: &Context<'_>) -> Result<Option<LocalDate>, ApiError> {
        if self.at_desk.state != DeskState::Acknowledged {
            return Ok(None);
        }
        let desk = Loaders::of(ctx)?.desk(&self.id).await?;
        Ok(desk.acknowledged_until.map(LocalDate))
    }

    /// When it was no longer found. Null while it is.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.at_desk.resolved_at.map(DateTime)
    }

    /// Everything that was done about it, oldest first, and what became of that by itself.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn notes(&self, ctx: &Context<'_>) -> Result<Vec<DiscrepancyNote>, ApiError> {
        let desk = Loaders::of(ctx)?.desk(&self.id).await?;
        Ok(desk.steps.into_iter().map(DiscrepancyNote::from).collect())
    }

    /// How many business days ago it was found, in Seoul; of one that is `RESOLVED`, how many it took.
    async fn age_business_days(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let scoped = Scoped::of(ctx)?;
        let ended = self.at_desk.resolved_at;
        let days = scoped.business_days_since(self.detected_at, ended).await?;
        count(u64::from(days))
    }

    /// The rows, days and requests that it was found by.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn evidence(&self, ctx: &Context<'_>) -> Result<DiscrepancyEvidence, ApiError> {
        if self.at_desk.state == DeskState::Resolved {
            return Ok(DiscrepancyEvidence::default());
        }
        let books = match (&self.books, &self.subject) {
            (Some(books), _) => Some(Arc::clone(books)),
            (None, VerdictSubject::Payment(key)) => {
                let stored = Scoped::of(ctx)?.stored_payment(key).await?;
                stored.map(|stored| Arc::new(Books::as_stored(stored)))
            }
            (None, VerdictSubject::Row(_)) => None,
        };
        let Some(books) = books else {
            let scoped = Scoped::of(ctx)?;
            let found = scoped.discrepancy_of(&self.subject, &self.id).await?;
            return match found {
                Some(found) => DiscrepancyEvidence::of_rows(ctx, &found, &self.subject).await,
                None => Ok(DiscrepancyEvidence::default()),
            };
        };
        let reconciled = books.reconciled(ctx).await?;
        let found = reconciled.reconciliation.discrepancies.iter();
        let mut found = found.zip(&reconciled.found);
        match found.find(|(_, known)| known.id == self.id) {
            Some((found, _)) => DiscrepancyEvidence::of_payment(ctx, found, &books).await,
            // It has ended since it was listed.
            None => Ok(DiscrepancyEvidence::default()),
        }
    }
}

/// Something that was done about a discrepancy, or came about by itself.
#[derive(SimpleObject)]
pub(super) struct DiscrepancyNote {
    /// When.
    at: DateTime,
    /// The name of the access token of whoever did it; `toss-recon` where it came about by itself.
    by: String,
    /// What: `ACKNOWLEDGED`, `ASSIGNED`, `UNASSIGNED`, `NOTED`, `REOPENED`, `EVIDENCE_CHANGED` and `DAY_CAME` (it came back by
    /// itself), `RESOLVED`, `FOUND_AGAIN`. Words may be added.
    action: String,
    /// With what words; of `ASSIGNED`, to whom.
    text: Option<String>,
}

impl From<DeskEntry> for DiscrepancyNote {
    fn from(entry: DeskEntry) -> Self {
        Self {
            at: DateTime(entry.at),
            by: entry.actor,
            action: entry.action.as_str().to_owned(),
            text: entry.words,
        }
    }
}

/// The discrepancies of one class.
#[derive(SimpleObject)]
pub(super) struct DiscrepancyCount {
    /// The class.
    class: DiscrepancyClass,
    /// How much they matter.
    severity: Severity,
    /// How many there are.
    count: i32,
    /// The sum of their `delta`, signed: one element for each currency.
    delta: Vec<Money>,
}

impl DiscrepancyCount {
    /// As clients see it.
    ///
    /// # Errors
    /// `INTERNAL` for a number that GraphQL cannot write.
    pub(super) fn of(counted: ClassCount) -> Result<Self, ApiError> {
        Ok(Self {
            class: counted.class.into(),
            severity: counted.class.severity().into(),
            count: count(counted.count)?,
            delta: counted.delta.into_iter().map(Money).collect(),
        })
    }
}
