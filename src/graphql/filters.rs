//! What the lists can be filtered by, and which days may be asked for.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use reconciliation::{DeskState, KstDate, MId, OrderId, PaymentKey};

use super::cancel::CancelOrigin;
use super::discrepancy::{DiscrepancyClass, DiscrepancyState, Severity};
use super::error::ApiError;
use super::money::AmountRange;
use super::reconciliation::Verdict;
use super::scalars::LocalDate;
use super::settlement::{MatchStrength, SettlementKind};
use super::status::{PaymentMethod, PaymentStatus};
use super::transaction::TransactionEffect;
use crate::store;

/// The most values of one filter.
const MOST_VALUES: usize = 50;

/// The most days that are added up in one answer: a year, and room for the month around it.
const MOST_DAYS: u32 = 400;

/// Days, both ends included.
#[derive(Clone, Copy, Debug, InputObject)]
pub(super) struct DateRange {
    /// The first day.
    from: LocalDate,
    /// The last day.
    to: LocalDate,
}

/// Which payments. What is left out lets every payment through; an empty list lets none through.
#[derive(Debug, Default, InputObject)]
pub(super) struct PaymentFilter {
    /// The day of the payment's first transaction: its approval, or the issue of its virtual account. For a payment
    /// without transactions, the day of its request.
    transaction_date: Option<DateRange>,
    /// Its status.
    status: Option<Vec<PaymentStatus>>,
    /// Its method.
    method: Option<Vec<PaymentMethod>>,
    /// Its merchant at Toss.
    m_id: Option<Vec<String>>,
    /// The merchant's own order number.
    order_id: Option<String>,
    /// How it stands.
    verdict: Option<Vec<Verdict>>,
    /// The beginning of its order number, payment key, order name or approval number, or all of it; capitals count, and `%` and
    /// `_` are letters like others. Fewer than 3 characters find nothing, without an error.
    search: Option<String>,
    /// What was really paid: `paidAmount`.
    amount: Option<AmountRange>,
    /// A day on which it was cancelled, in full or in part, in Seoul.
    cancel_date: Option<DateRange>,
    /// A day on which one of its settlement rows is paid out or deducted (지급일). Forecasts are not looked at.
    payout_date: Option<DateRange>,
    /// True: read from Toss itself. False: only seen in Toss's lists.
    was_read: Option<bool>,
}

/// Which settlement rows. What is left out lets every row through; an empty list lets none through.
#[derive(Debug, Default, InputObject)]
pub(super) struct SettlementFilter {
    /// The day that the event is booked on.
    sold_date: Option<DateRange>,
    /// The day that the money moves. Given without `soldDate`, the list is in the order of these days.
    paid_out_date: Option<DateRange>,
    /// The merchant at Toss.
    m_id: Option<Vec<String>>,
    /// Payments or cancels alone.
    kind: Option<SettlementKind>,
    /// The merchant's own order number: rows of its payments, and rows that name no payment but this order, with or without
    /// the prefix of test settlements.
    order_id: Option<String>,
    /// Toss's key of the payment.
    payment_key: Option<String>,
    /// How surely the row belongs to one of its payment's transactions.
    #[graphql(name = "match")]
    matches: Option<Vec<MatchStrength>>,
}

/// Which discrepancies. What is left out lets every one through, but for `state`; an empty list lets none through.
#[derive(Debug, Default, InputObject)]
pub(super) struct DiscrepancyFilter {
    /// What disagrees.
    class: Option<Vec<DiscrepancyClass>>,
    /// How much it matters. Left out: all.
    severity: Option<Vec<Severity>>,
    /// How it stands. Left out: `OPEN` alone.
    state: Option<Vec<DiscrepancyState>>,
    /// Who has it.
    assignee: Option<String>,
    /// The day of the payment's first transaction, as in `PaymentFilter`; of a settlement row without a payment, its sold
    /// date.
    transaction_date: Option<DateRange>,
    /// The merchant at Toss.
    m_id: Option<Vec<String>>,
    /// Toss's key of the payment.
    payment_key: Option<String>,
    /// How large `delta` is, whatever its sign. Without `to`, everything from `from` on.
    min_delta: Option<AmountRange>,
}

/// Which transactions. What is left out lets every one through; an empty list lets none through.
#[derive(Debug, Default, InputObject)]
pub(super) struct TransactionFilter {
    /// The day on which it happened.
    transaction_date: Option<DateRange>,
    /// The day on which its money moves, by its settlement row or, before there is one, by forecast. Of one that Toss settles
    /// in parts on several days, the first of them.
    payout_date: Option<DateRange>,
    /// What it did to the money held.
    effect: Option<Vec<TransactionEffect>>,
    /// Who caused it: cancels alone.
    origin: Option<Vec<CancelOrigin>>,
    /// The payment's method.
    method: Option<Vec<PaymentMethod>>,
    /// The merchant at Toss.
    m_id: Option<Vec<String>>,
    /// The merchant's own order number.
    order_id: Option<String>,
}

impl DateRange {
    /// The first and the last day. `name` is the argument's.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when the last comes before the first.
    pub(super) fn days(self, name: &str) -> Result<(KstDate, KstDate), ApiError> {
        let (from, to) = (self.from.0, self.to.0);
        if from > to {
            return Err(ApiError::bad_user_input(format!(
                "{name}: from must not be after to"
            )));
        }
        Ok((from, to))
    }

    /// As [`DateRange::days`], where every day is added up.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` also when there are too many.
    pub(super) fn few_days(self, name: &str) -> Result<(KstDate, KstDate), ApiError> {
        let (from, to) = self.days(name)?;
        if to > from.plus_days(MOST_DAYS - 1) {
            return Err(ApiError::bad_user_input(format!(
                "{name} may hold at most {MOST_DAYS} days: ask for shorter ones, one after another"
            )));
        }
        Ok((from, to))
    }

    /// What sums by day are taken to hold, in units of their element's cost: of few days, what is settled and what is forecast
    /// on each.
    pub(super) fn cost(self) -> usize {
        let (from, to) = (self.from.0.naive(), self.to.0.naive());
        let days = to.signed_duration_since(from).num_days().saturating_add(1);
        let elements = usize::try_from(days.max(1)).unwrap_or(usize::MAX);
        elements.saturating_mul(2).min(super::DAYS_COST)
    }

    pub(super) fn instants(self, name: &str) -> Result<(DateTime<Utc>, DateTime<Utc>), ApiError> {
        let (from, to) = self.days(name)?;
        Ok((from.start(), to.next().start()))
    }
}

impl PaymentFilter {
    /// What to look for in the store.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for values that cannot be, or too many of them.
    pub(super) fn read(self) -> Result<store::PaymentFilter, ApiError> {
        Ok(store::PaymentFilter {
            began: self
                .transaction_date
                .map(|range| range.instants("transactionDate"))
                .transpose()?,
            statuses: few("status", self.status, PaymentStatus::engine)?,
            methods: few("method", self.method, PaymentMethod::engine)?,
            mids: mids(self.m_id)?,
            order_id: order(self.order_id)?,
            verdicts: few("verdict", self.verdict, Into::into)?,
            more: store::PaymentConditions {
                search: self.search,
                paid: self.amount.map(|range| range.read("amount")).transpose()?,
                cancelled: self
                    .cancel_date
                    .map(|range| range.instants("cancelDate"))
                    .transpose()?,
                paid_out: self
                    .payout_date
                    .map(|range| range.days("payoutDate"))
                    .transpose()?,
                was_read: self.was_read,
                keys: None,
            },
        })
    }
}

impl TransactionFilter {
    /// As [`PaymentFilter::read`].
    pub(super) fn read(self) -> Result<store::TransactionFilter, ApiError> {
        let order = self.order_id.map(|text| OrderId::parse(&text)).transpose();
        Ok(store::TransactionFilter {
            at: self
                .transaction_date
                .map(|range| range.instants("transactionDate"))
                .transpose()?,
            payout_day: self
                .payout_date
                .map(|range| range.days("payoutDate"))
                .transpose()?,
            effects: few("effect", self.effect, Into::into)?,
            origins: few("origin", self.origin, Into::into)?,
            methods: few("method", self.method, PaymentMethod::engine)?,
            mids: mids(self.m_id)?,
            order_id: order
                .map_err(|error| ApiError::bad_user_input(format!("orderId: {error}")))?,
            ..store::TransactionFilter::default()
        })
    }
}

impl SettlementFilter {
    /// As [`PaymentFilter::read`].
    pub(super) fn read(self) -> Result<store::SettlementFilter, ApiError> {
        Ok(store::SettlementFilter {
            sold_date: self
                .sold_date
                .map(|range| range.days("soldDate"))
                .transpose()?,
            paid_out_date: self
                .paid_out_date
                .map(|range| range.days("paidOutDate"))
                .transpose()?,
            mids: mids(self.m_id)?,
            kind: self.kind.map(Into::into),
            order_id: order(self.order_id)?,
            payment_key: payment(self.payment_key)?,
            matches: few("match", self.matches, Into::into)?,
        })
    }
}

impl DiscrepancyFilter {
    /// As [`PaymentFilter::read`].
    pub(super) fn read(self) -> Result<store::DiscrepancyFilter, ApiError> {
        Ok(store::DiscrepancyFilter {
            classes: of_severity(
                few("class", self.class, Into::into)?,
                few("severity", self.severity, Into::into)?,
            ),
            states: Some(
                few("state", self.state, Into::into)?.unwrap_or_else(|| vec![DeskState::Open]),
            ),
            assignee: self.assignee.as_deref().map(assignee).transpose()?,
            began: self
                .transaction_date
                .map(|range| range.instants("transactionDate"))
                .transpose()?,
            mids: mids(self.m_id)?,
            payment_key: payment(self.payment_key)?,
            delta: self
                .min_delta
                .map(|range| range.read("minDelta"))
                .transpose()?,
            ended_by: None,
        })
    }
}

/// The classes that are asked for by name, by how much they matter, or by both.
fn of_severity(
    classes: Option<Vec<reconciliation::DiscrepancyClass>>,
    severities: Option<Vec<reconciliation::Severity>>,
) -> Option<Vec<reconciliation::DiscrepancyClass>> {
    let Some(severities) = severities else {
        return classes;
    };
    let all = || reconciliation::DiscrepancyClass::ALL.to_vec();
    let mut classes = classes.unwrap_or_else(all);
    classes.retain(|class| severities.contains(&class.severity()));
    Some(classes)
}

/// The longest name of whoever has a discrepancy, in characters.
const LONGEST_ASSIGNEE: usize = 100;

/// Whoever has a discrepancy, by a name that people use.
///
/// # Errors
/// `BAD_USER_INPUT` for what can be nobody's name.
pub(super) fn assignee(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let is_name = (1..=LONGEST_ASSIGNEE).contains(&name.chars().count())
        && !name.chars().any(char::is_control);
    if is_name {
        return Ok(name.to_owned());
    }
    Err(ApiError::bad_user_input(format!(
        "assignee: give 1 to {LONGEST_ASSIGNEE} characters of one line"
    )))
}

fn order(text: Option<String>) -> Result<Option<OrderId>, ApiError> {
    text.map(|text| OrderId::parse(&text))
        .transpose()
        .map_err(|error| ApiError::bad_user_input(format!("orderId: {error}")))
}

/// The payment of a filter's field `paymentKey`.
///
/// # Errors
/// `BAD_USER_INPUT` for what cannot be a key.
pub(super) fn payment(text: Option<String>) -> Result<Option<PaymentKey>, ApiError> {
    text.map(|text| PaymentKey::parse(&text))
        .transpose()
        .map_err(|error| ApiError::bad_user_input(format!("paymentKey: {error}")))
}

/// The merchants of a filter or an argument `mId`.
///
/// # Errors
/// `BAD_USER_INPUT` for what cannot be a merchant's name, or too many of them.
pub(super) fn mids(texts: Option<Vec<String>>) -> Result<Option<Vec<MId>>, ApiError> {
    let parsed = few("mId", texts, |text| MId::parse(&text))?;
    parsed
        .map(|mids| mids.into_iter().collect())
        .transpose()
        .map_err(|error| ApiError::bad_user_input(format!("mId: {error}")))
}

fn few<T, V>(
    name: &str,
    values: Option<Vec<T>>,
    read: impl Fn(T) -> V,
) -> Result<Option<Vec<V>>, ApiError> {
    match values {
        Some(values) if values.len() > MOST_VALUES => Err(ApiError::bad_user_input(format!(
            "{name} takes at most {MOST_VALUES} values"
        ))),
        values => Ok(values.map(|values| values.into_iter().map(read).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> DateRange {
        DateRange {
            from: LocalDate(KstDate::parse(from).unwrap()),
            to: LocalDate(KstDate::parse(to).unwrap()),
        }
    }

    #[test]
    fn a_range_begins_before_it_ends_and_sums_go_over_400_days_at_most() {
        for (from, to, is_range, is_few) in [
            ("2026-03-31", "2026-03-31", true, true),
            ("2026-03-31", "2026-03-30", false, false),
            ("2025-01-01", "2026-02-04", true, true),
            ("2025-01-01", "2026-02-05", true, false),
            ("0001-01-01", "9999-12-31", true, false),
        ] {
            let range = range(from, to);
            assert_eq!(range.days("range").is_ok(), is_range, "{from} {to}");
            assert_eq!(range.few_days("range").is_ok(), is_few, "{from} {to}");
        }
    }

    #[test]
    fn a_few_days_cost_less_than_many() {
        for (from, to, cost) in [
            ("2026-03-31", "2026-03-31", 2),
            ("2026-03-31", "2026-04-02", 6),
            ("2026-03-01", "2026-03-31", 40),
            ("0001-01-01", "9999-12-31", 40),
            ("2026-03-31", "2026-03-01", 2),
        ] {
            assert_eq!(range(from, to).cost(), cost, "{from} {to}");
        }
    }

    #[test]
    fn the_days_of_a_filter_begin_and_end_at_midnight_in_seoul() {
        let (from, until) = range("2026-03-01", "2026-03-31")
            .instants("transactionDate")
            .unwrap();
        assert_eq!(from.to_rfc3339(), "2026-02-28T15:00:00+00:00");
        assert_eq!(until.to_rfc3339(), "2026-03-31T15:00:00+00:00");
    }

    #[test]
    fn a_list_of_values_has_50_at_most_and_an_empty_one_stays_empty() {
        let names = |count: usize| Some((0..count).map(|i| format!("shop{i}")).collect());
        assert_eq!(mids(names(50)).unwrap().unwrap().len(), 50);
        assert!(mids(names(51)).is_err());
        assert_eq!(mids(names(0)).unwrap(), Some(Vec::new()));
        assert_eq!(mids(None).unwrap(), None);
        assert!(mids(Some(vec![String::new()])).is_err());
    }
}
