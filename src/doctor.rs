//! The verb that asks Toss a few harmless questions with a merchant's key and has the engine look at the answers: which readings of
//! Toss's documentation hold for this merchant. It changes nothing, here or at Toss.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use reconciliation::{
    Answers, BusinessCalendar, Cancel, Finding, KstDate, OrderId, PartialCancelRows, Payment,
    PaymentKey, PaymentStatus, Sample, Settlement, Transaction, look_at_open_points,
};

use crate::merchants::Merchant;
use crate::toss::{Reading, SettlementDate, SettlementPage, Toss, TossError, TransactionPage};

/// Days of transactions that are asked for, today counted.
const TRANSACTION_DAYS: u32 = 31;
/// Days of settlements before today and behind it.
const SETTLEMENT_DAYS: u32 = 31;
/// The most payments that are read.
const PAYMENTS: usize = 6;
/// The rows of a list that is asked for again behind its first row.
const ROWS_BEHIND: u32 = 10;

/// What the settings say of what is open.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The business days.
    pub calendar: &'a BusinessCalendar,
    /// How rows of partial cancels are read.
    pub partial_cancel_rows: PartialCancelRows,
}

/// Examines one merchant, at this instant.
///
/// # Errors
/// When Toss does not answer a question that every merchant may ask.
pub async fn examine(
    merchant: &Merchant,
    settings: Settings<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Finding>, TossError> {
    let toss = &merchant.toss;
    let (transactions, days_at_once) = transactions(toss, now).await?;
    let settlements = settlements(toss, now).await?;
    let read = payments(toss, &transactions).await?;
    let answers = Answers {
        days_at_once: Some(days_at_once),
        goes_on_behind_a_row: goes_on(toss, &transactions, now, days_at_once).await?,
        latest_attempt_answers: latest_attempt_answers(toss, &transactions).await?,
    };
    Ok(look_at_open_points(&Sample {
        transactions: &transactions,
        settlements: &settlements,
        payments: &read.payments,
        versions: &read.versions,
        answers,
        read_on: KstDate::of(now),
        has_test_key: merchant.has_test_key,
        calendar: settings.calendar,
        partial_cancel_rows: settings.partial_cancel_rows,
    }))
}

/// The page that begins so many days ago, today counted.
fn page(now: DateTime<Utc>, days: u32) -> TransactionPage {
    TransactionPage {
        from: KstDate::of(now).minus_days(days - 1).start(),
        to: now,
        starting_after: None,
        limit: TransactionPage::LARGEST,
        first_position: 0,
    }
}

/// The rows, and how many days of them Toss gave at once.
async fn transactions(
    toss: &Toss,
    now: DateTime<Utc>,
) -> Result<(Vec<Transaction>, u32), TossError> {
    let mut days = TRANSACTION_DAYS;
    let rows = match toss.transactions(&page(now, days)).await {
        Err(error) if error.may_be_of_the_question() => {
            days = 1;
            toss.transactions(&page(now, days)).await?
        }
        answer => answer?,
    };
    Ok((values(rows.rows), days))
}

fn values<T>(rows: Vec<Reading<T>>) -> Vec<T> {
    rows.into_iter().map(|row| row.value).collect()
}

/// Rows by their sold dates, those to come as well.
async fn settlements(toss: &Toss, now: DateTime<Utc>) -> Result<Vec<Settlement>, TossError> {
    let today = KstDate::of(now);
    let mut rows = Vec::new();
    let stretches = [
        (today.minus_days(SETTLEMENT_DAYS), today),
        (today.next(), today.plus_days(SETTLEMENT_DAYS)),
    ];
    for (from, to) in stretches {
        rows.extend(match sold(toss, from, to).await {
            // So many days may be too many, and days to come none to ask for.
            Err(error) if error.may_be_of_the_question() && from > today => Vec::new(),
            Err(error) if error.may_be_of_the_question() => {
                let yesterday = today.minus_days(1);
                sold(toss, yesterday, yesterday).await?
            }
            answer => answer?,
        });
    }
    Ok(rows)
}

/// Rows sold on these days, both included.
async fn sold(toss: &Toss, from: KstDate, to: KstDate) -> Result<Vec<Settlement>, TossError> {
    let page = SettlementPage {
        from,
        to,
        date_basis: SettlementDate::Sold,
        page: 1,
        size: SettlementPage::LARGEST,
    };
    Ok(values(toss.settlements(&page).await?.rows))
}

/// Payments with their cancels, and the versions of the API that their answers named.
#[derive(Default)]
struct Read {
    payments: Vec<(Payment, Vec<Cancel>)>,
    versions: Vec<String>,
}

/// Reads some payments: first those whose cancels tell the most.
async fn payments(toss: &Toss, rows: &[Transaction]) -> Result<Read, TossError> {
    let partial = rows
        .iter()
        .filter(|row| row.status == PaymentStatus::PartialCanceled);
    let refunded = rows
        .iter()
        .filter(|row| row.is_virtual_account() && row.status == PaymentStatus::Canceled);
    let telling = partial
        .take(PAYMENTS / 2)
        .chain(refunded.take(PAYMENTS / 2));
    let mut seen: HashSet<&PaymentKey> = HashSet::new();
    let mut read = Read::default();
    for row in telling.chain(rows).take(2 * PAYMENTS) {
        if seen.len() == PAYMENTS || !seen.insert(&row.payment_key) {
            continue;
        }
        match toss.payment(&row.payment_key).await {
            Ok(reading) => {
                read.versions.extend(reading.version);
                read.payments.push((reading.payment, reading.cancels));
            }
            // One that cannot be had tells nothing.
            Err(error) if error.may_be_of_the_question() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Whether the list goes on with its second row when it is asked for behind its first one.
async fn goes_on(
    toss: &Toss,
    rows: &[Transaction],
    now: DateTime<Utc>,
    days: u32,
) -> Result<Option<bool>, TossError> {
    let [first, second, ..] = rows else {
        return Ok(None);
    };
    let behind = TransactionPage {
        starting_after: Some(first.transaction_key.clone()),
        limit: ROWS_BEHIND,
        first_position: 1,
        ..page(now, days)
    };
    match toss.transactions(&behind).await {
        Ok(part) => {
            let next = part.rows.first().map(|row| &row.value.transaction_key);
            Ok(Some(next == Some(&second.transaction_key)))
        }
        Err(error) if error.may_be_of_the_question() => Ok(Some(false)),
        Err(error) => Err(error),
    }
}

/// Of an order with several attempts, whether the latest one answers.
async fn latest_attempt_answers(
    toss: &Toss,
    rows: &[Transaction],
) -> Result<Option<bool>, TossError> {
    let Some((order, latest)) = of_several_attempts(rows) else {
        return Ok(None);
    };
    match toss.payment_by_order(order).await {
        Ok(reading) => Ok(Some(&reading.payment.payment_key == latest)),
        Err(error) if error.may_be_of_the_question() => Ok(None),
        Err(error) => Err(error),
    }
}

/// An order with several payments, and the one whose rows began last.
fn of_several_attempts(rows: &[Transaction]) -> Option<(&OrderId, &PaymentKey)> {
    let mut began: HashMap<(&OrderId, &PaymentKey), DateTime<Utc>> = HashMap::new();
    for row in rows {
        let at = began
            .entry((&row.order_id, &row.payment_key))
            .or_insert(row.transaction_at);
        *at = row.transaction_at.min(*at);
    }
    let mut attempts: HashMap<&OrderId, Vec<(DateTime<Utc>, &PaymentKey)>> = HashMap::new();
    for ((order, payment), at) in began {
        attempts.entry(order).or_default().push((at, payment));
    }
    let several = attempts.into_iter().filter(|(_, keys)| keys.len() > 1);
    let (order, keys) = several.min_by_key(|(order, _)| (*order).clone())?;
    let (_, latest) = keys.into_iter().max()?;
    Some((order, latest))
}
