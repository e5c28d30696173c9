//! `GET /v1/transactions`.

use chrono::{DateTime, Duration, Utc};

use super::Asked;
use crate::bodies::json::{Json, Object};
use crate::bodies::odd::make_odd;
use crate::bodies::transaction;
use crate::faults::FaultKind;
use crate::kst::read_query_instant;
use crate::ledger::transaction::Row;
use crate::refusal::Refusal;
use crate::row_trouble::TransactionChange;
use crate::settings::OverLimit;
use crate::world::World;

/// Rows on a page when nothing is asked for.
const DEFAULT_LIMIT: usize = 100;
/// Rows on a page at most.
pub(super) const MAX_LIMIT: usize = 5000;

/// The rows of a window in order of time, ties in order of execution; the cursor's own row is left out.
pub(super) fn list(world: &World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let (start, end) = window(asked)?;
    let limit = page_size(world, asked.call.query_value("limit"), DEFAULT_LIMIT)?;
    if let Some(page) = of_busy_days(world, asked, (start, end), limit)? {
        return Ok(page);
    }
    let mut rows: Vec<&Row> = world
        .ledger
        .rows()
        .iter()
        .filter(|row| is_listed(world, asked, row))
        .collect();
    rows.sort_by_key(|row| row.at);
    let in_window = |row: &Row| row.at >= start && row.at < end;
    let after = match asked.call.query_value("startingAfter") {
        None => 0,
        Some(key) => {
            let position = rows.iter().position(|row| row.transaction_key == key);
            let usable =
                |at: &usize| !world.behaviour.refuses_cursors_outside || in_window(rows[*at]);
            position
                .filter(usable)
                .ok_or_else(|| Refusal::of("INVALID_TRANSACTION_KEY"))?
                + 1
        }
    };
    let mut shown: Vec<&Row> = rows
        .into_iter()
        .skip(after)
        .filter(|row| in_window(row))
        .take(limit)
        .collect();
    if asked.fault == Some(&FaultKind::RowTwice)
        && let Some(first) = shown.first().copied()
    {
        shown.insert(0, first);
        shown.truncate(limit);
    }
    let page: Vec<Object> = shown
        .into_iter()
        .map(|row| written(world, asked, row))
        .collect();
    Ok(page.into())
}

/// A page of the busy days in the window, if there are any: they are the first merchant's.
fn of_busy_days(
    world: &World,
    asked: &Asked<'_>,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    limit: usize,
) -> Result<Option<Json>, Refusal> {
    let mut listed: Vec<_> = world
        .busy_days
        .iter()
        .filter(|_| asked.merchant == 0)
        .map(|busy| (busy, busy.rows_between(start, end.min(asked.now))))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    listed.sort_by_key(|(busy, _)| busy.day);
    if listed.is_empty() {
        return Ok(None);
    }
    if let Some(key) = asked.call.query_value("startingAfter") {
        let cursor = listed
            .iter()
            .enumerate()
            .find_map(|(place, (busy, _))| Some((place, busy.row_of_key(key)?)));
        let (place, row) = cursor.ok_or_else(|| Refusal::of("INVALID_TRANSACTION_KEY"))?;
        listed.drain(..place);
        if let Some((_, rows)) = listed.first_mut() {
            rows.start = rows.start.max(row + 1);
        }
    }
    let mid = world.merchants[asked.merchant].mid.as_str();
    let page: Vec<Object> = listed
        .into_iter()
        .flat_map(|(busy, rows)| rows.map(move |row| busy.transaction(mid, row)))
        .take(limit)
        .collect();
    Ok(Some(page.into()))
}

/// `limit` or `size`, held to the most that a page may have.
pub(super) fn page_size(
    world: &World,
    asked_for: Option<&str>,
    default: usize,
) -> Result<usize, Refusal> {
    let Some(text) = asked_for else {
        return Ok(default);
    };
    let size: usize = text.parse().map_err(|_| Refusal::of("INVALID_REQUEST"))?;
    match world.behaviour.over_limit {
        _ if size == 0 => Err(Refusal::of("INVALID_REQUEST")),
        OverLimit::Refuse if size > MAX_LIMIT => Err(Refusal::of("INVALID_REQUEST")),
        OverLimit::Clamp | OverLimit::Refuse => Ok(size.min(MAX_LIMIT)),
    }
}

/// From the start up to, but without, the instant after the end's second.
fn window(asked: &Asked<'_>) -> Result<(DateTime<Utc>, DateTime<Utc>), Refusal> {
    let read = |name: &str| {
        asked
            .call
            .query_value(name)
            .and_then(read_query_instant)
            .ok_or_else(|| Refusal::of("INVALID_DATE"))
    };
    let (start, end) = (read("startDate")?, read("endDate")?);
    if start > end {
        return Err(Refusal::of("INVALID_DATE"));
    }
    let end_second = end - Duration::nanoseconds(i64::from(end.timestamp_subsec_nanos()));
    Ok((start, end_second + Duration::seconds(1)))
}

fn is_listed(world: &World, asked: &Asked<'_>, row: &Row) -> bool {
    let payment = world.ledger.payment(row.payment);
    asked.mids.contains(&payment.mid)
        && world
            .transaction_troubles
            .iter()
            .filter(|trouble| trouble.order_id == payment.order_id)
            .all(|trouble| match trouble.change {
                TransactionChange::Hidden => false,
                TransactionChange::Late(by) => asked.now >= row.at + by,
                TransactionChange::Status(_) | TransactionChange::Odd(_) => true,
            })
}

fn written(world: &World, asked: &Asked<'_>, row: &Row) -> Object {
    let payment = world.ledger.payment(row.payment);
    let mut body = transaction::body(payment, row, asked.call.language());
    let newest = payment.last_transaction_key.as_deref() == Some(row.transaction_key.as_str());
    for trouble in &world.transaction_troubles {
        if trouble.order_id != payment.order_id {
            continue;
        }
        match &trouble.change {
            TransactionChange::Status(status) if newest => body.set("status", status.as_str()),
            TransactionChange::Odd(odd) => make_odd(&mut body, *odd),
            _ => {}
        }
    }
    body
}
