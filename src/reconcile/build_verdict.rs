//! A verdict with everything that is kept of it, made from a payment's books.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reconciliation::{
    Books, Cohort, Currency, Discrepancy, Evidence, Gap, KstDate, Language, MId, MatchStrength,
    Money, MoneyError, PartialCancelRows, PaymentMethod, Reckoning, Reconciliation, Terms,
    Unsettled, Verdict, match_settlement,
};
use sha2::{Digest, Sha256};

use super::books::books;
use super::coverages::Coverages;
use crate::store::{
    AccountName, BookRows, DatedBooks, DiscrepancyId, DiscrepancyRecord, PaymentSums,
    PaymentVerdict, SettlementId, Source, UnsettledEvent, UnsureRow, VerdictGap, VerdictRecord,
    VerdictSubject,
};

/// What verdicts are made with, the same for all of one pass.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub(super) coverages: &'a Coverages,
    pub(super) terms: &'a Terms,
    pub(super) partial_cancel_rows: PartialCancelRows,
    pub(super) as_of: DateTime<Utc>,
}

/// A verdict, and the whole result that it was taken from.
pub(super) struct Made {
    pub(super) record: VerdictRecord,
    /// `None` when nothing is stored of the subject, or its sums do not fit.
    pub(super) reconciliation: Option<Reconciliation>,
}

impl Maker<'_> {
    /// Makes one verdict. Books whose sums do not fit have none: nothing true could be said of them.
    pub(super) fn make(&self, subject: &VerdictSubject, rows: BookRows) -> Made {
        let books_version = rows.books_version;
        let is_empty = rows.payment.is_none()
            && rows.settlements.is_empty()
            && rows.transactions.is_empty()
            && rows.unreadable.is_empty();
        if is_empty {
            return self.none(subject, books_version);
        }
        self.try_make(subject, rows).unwrap_or_else(|error| {
            tracing::error!(%error, %subject, "a payment's amounts cannot be added; it has no verdict");
            self.none(subject, books_version)
        })
    }

    /// That there is no verdict.
    fn none(&self, subject: &VerdictSubject, books_version: i64) -> Made {
        Made {
            record: VerdictRecord {
                subject: subject.clone(),
                books_version,
                as_of: self.as_of,
                due_at: None,
                payment: None,
                discrepancies: Vec::new(),
                unsettled: Vec::new(),
                gaps: Vec::new(),
                dated: DatedBooks::default(),
                unsure: Vec::new(),
            },
            reconciliation: None,
        }
    }

    fn try_make(&self, subject: &VerdictSubject, rows: BookRows) -> Result<Made, MoneyError> {
        let account = self.coverages.account(&rows).cloned();
        let books_version = rows.books_version;
        let begun = Begun::of(&rows);
        let coverage = self.coverages.of(account.as_ref());
        let ids = rows.settlements.iter().map(|(id, _)| id.clone());
        let ids: Vec<SettlementId> = ids.collect();
        let books = books(rows, coverage, self.partial_cancel_rows)?;
        let reckoning = Reckoning::of(&books, self.terms, self.as_of);
        let reconciliation = reckoning.reconciliation();
        let payment = match (&begun, account) {
            (Some(begun), Some(account)) => Some(payment_verdict(
                begun,
                account,
                &books,
                &reckoning,
                reconciliation.verdict,
            )?),
            _ => None,
        };
        let dated = dated_books(
            payment.as_ref(),
            &books,
            &reckoning,
            reconciliation.checked_payment,
        )?;
        let found = &reconciliation.discrepancies;
        let record = VerdictRecord {
            subject: subject.clone(),
            books_version,
            as_of: self.as_of,
            due_at: reckoning.next_change(),
            payment,
            discrepancies: discrepancies(subject, begun.as_ref(), &books, found),
            unsettled: unsettled_events(reckoning.unsettled()),
            gaps: with_unlisted(gaps(found), &books),
            dated,
            unsure: unsure_rows(ids, &books),
        };
        Ok(Made {
            record,
            reconciliation: Some(reconciliation),
        })
    }
}

/// A payment that has its place in lists.
struct Begun {
    mid: MId,
    currency: Currency,
    at: DateTime<Utc>,
}

impl Begun {
    fn of(rows: &BookRows) -> Option<Self> {
        let payment = &rows.payment.as_ref()?.payment;
        Some(Self {
            mid: payment.mid.clone(),
            currency: payment.currency,
            at: rows.began_at?,
        })
    }
}

fn payment_verdict(
    begun: &Begun,
    account: AccountName,
    books: &Books,
    reckoning: &Reckoning<'_>,
    verdict: Verdict,
) -> Result<PaymentVerdict, MoneyError> {
    let totals = books.history.totals(begun.currency);
    let mut sums = PaymentSums {
        paid: totals.paid,
        effective_refund: totals.effective_refund,
        voided: totals.voided,
        ..PaymentSums::zero(begun.currency)
    };
    // Sample rows of a test key settle nothing.
    let is_available = !books.coverage.settlements_unavailable();
    for row in books.settlements.iter().filter(|_| is_available) {
        let row = &row.settlement;
        add(&mut sums.settled, row.amount)?;
        add(&mut sums.fee, row.shown_fee())?;
        add(&mut sums.pay_out, row.pay_out_amount)?;
    }
    if !reckoning.is_settled() {
        sums.never_settled = sums.unsettled()?;
    }
    Ok(PaymentVerdict {
        mid: begun.mid.clone(),
        account,
        began_at: begun.at,
        verdict,
        sums,
    })
}

/// The books by date.
fn dated_books(
    payment: Option<&PaymentVerdict>,
    books: &Books,
    reckoning: &Reckoning<'_>,
    checked_payment: bool,
) -> Result<DatedBooks, MoneyError> {
    let cohort = payment.map(|payment| Cohort {
        mid: payment.mid.clone(),
        currency: payment.sums.paid.currency(),
        day: KstDate::of(payment.began_at),
    });
    let is_reconciled = payment.is_some_and(|payment| payment.verdict == Verdict::Reconciled);
    let method = books.method_label().map(PaymentMethod::from_label);
    let lines = reckoning.booked_lines(cohort.as_ref())?;
    Ok(DatedBooks::new(
        method.as_ref(),
        is_reconciled && !checked_payment,
        lines,
    ))
}

/// The rows that do not surely belong to one event, in the order of their ids: those of the books, at the places of the ids.
fn unsure_rows(ids: Vec<SettlementId>, books: &Books) -> Vec<UnsureRow> {
    let events = books.history.events();
    let rows = ids.into_iter().zip(&books.settlements);
    let unsure = rows.filter_map(|(id, listed)| {
        let row = &listed.settlement;
        let strength = match_settlement(row, events).strength;
        (strength != MatchStrength::Exact).then(|| UnsureRow {
            id,
            strength,
            mid: row.mid.clone(),
            kind: row.kind,
            sold_date: row.sold_date,
            paid_out_date: row.paid_out_date,
        })
    });
    let mut unsure: Vec<UnsureRow> = unsure.collect();
    unsure.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    unsure
}

/// Adds what is of the same currency; a row in another one is a discrepancy and belongs to no sum.
fn add(sum: &mut Money, amount: Money) -> Result<(), MoneyError> {
    if sum.currency() == amount.currency() {
        *sum = sum.plus(amount)?;
    }
    Ok(())
}

fn discrepancies(
    subject: &VerdictSubject,
    begun: Option<&Begun>,
    books: &Books,
    found: &[Discrepancy],
) -> Vec<DiscrepancyRecord> {
    if found.is_empty() {
        return Vec::new();
    }
    let Some((mid, began_at)) = place(begun, books) else {
        return Vec::new();
    };
    let ids = ids(subject, found);
    ids.into_iter()
        .zip(found)
        .map(|(id, found)| DiscrepancyRecord {
            id,
            payment_key: found.payment_key.clone(),
            mid: mid.clone(),
            class: found.class(),
            transaction_key: found.transaction_key.clone(),
            explanation: found.explanation(Language::English),
            explanation_ko: Some(found.explanation(Language::Korean)),
            expected: found.expected(),
            observed: found.observed(),
            delta: found.delta(),
            began_at,
            evidence: Some(evidence(found)),
        })
        .collect()
}

/// Whose a discrepancy is, and where it stands in lists: when its payment began, else when the day of its earliest row
/// did.
fn place<'a>(begun: Option<&'a Begun>, books: &'a Books) -> Option<(&'a MId, DateTime<Utc>)> {
    if let Some(begun) = begun {
        return Some((&begun.mid, begun.at));
    }
    let rows = books.settlements.iter();
    let settled = rows.map(|row| (row.settlement.sold_date, &row.settlement.mid));
    let unreadable = books.unreadable.iter();
    let unreadable = unreadable.filter_map(|listed| Some((listed.day, listed.row.mid.as_ref()?)));
    let (day, mid) = settled.chain(unreadable).min()?;
    Some((mid, day.start()))
}

/// The names of discrepancies, at their places: made of what is disagreed about and not of how, so that one keeps its
/// name while its numbers change, and when the payment's verdict is made anew.
pub(super) fn ids(subject: &VerdictSubject, found: &[Discrepancy]) -> Vec<DiscrepancyId> {
    let mut equals: BTreeMap<String, u32> = BTreeMap::new();
    found
        .iter()
        .map(|found| {
            let cause = found.cause();
            let name = format!("{subject}\n{cause}");
            // Rows that nothing tells apart are counted in their fixed order.
            let ordinal = equals.entry(cause).or_default();
            let name = format!("{name}{ordinal}");
            *ordinal += 1;
            DiscrepancyId::new(&short_hash(&name))
        })
        .collect()
}

/// A digest of what the evidence of a discrepancy says.
pub(super) fn evidence(found: &Discrepancy) -> String {
    short_hash(&found.content())
}

/// The first half of a text's SHA-256, as 32 hexadecimal digits.
pub(super) fn short_hash(text: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let half = hash
        .iter()
        .take(16)
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    format!("{half:032x}")
}

fn unsettled_events(events: Vec<Unsettled>) -> Vec<UnsettledEvent> {
    events
        .into_iter()
        .map(|event| UnsettledEvent {
            transaction_key: event.transaction_key,
            mid: event.mid,
            method_label: event.method_label,
            kind: event.kind,
            amount: event.amount,
            sold_date: event.sold_date,
        })
        .collect()
}

/// The same with the days on which something happened that only the payment shows: once they are read, the list decides.
fn with_unlisted(mut gaps: Vec<VerdictGap>, books: &Books) -> Vec<VerdictGap> {
    for event in books.history.unlisted_events() {
        let day = KstDate::of(event.transaction.transaction_at);
        let is_within = |gap: &VerdictGap| {
            gap.source == Source::Transactions && (gap.from..=gap.to).contains(&day)
        };
        if !gaps.iter().any(is_within) {
            gaps.push(VerdictGap {
                source: Source::Transactions,
                from: day,
                to: day,
            });
        }
    }
    gaps.sort_unstable();
    gaps
}

/// The days whose reading would change the verdict. What lies before a day, or can never be had, no reading of a day
/// brings by itself: new rows mark the payment.
fn gaps(found: &[Discrepancy]) -> Vec<VerdictGap> {
    let of_sources = found.iter().filter_map(|found| match &found.evidence {
        Evidence::SourceGap { source, gaps, .. } => Some((source, gaps)),
        _ => None,
    });
    of_sources
        .flat_map(|(source, gaps)| {
            let source = match source {
                reconciliation::Source::Transactions => Source::Transactions,
                reconciliation::Source::Settlements => Source::Settlements,
            };
            gaps.iter().filter_map(move |gap| match gap {
                Gap::Days(from, to) => Some(VerdictGap {
                    source,
                    from: *from,
                    to: *to,
                }),
                Gap::Unavailable | Gap::Before(_) => None,
            })
        })
        .collect()
}
