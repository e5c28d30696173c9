//! `GET /v1/settlements` and `POST /v1/settlements`.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Asked, payments, transactions};
use crate::bodies::json::{Json, Object};
use crate::bodies::method::View;
use crate::bodies::odd::make_odd;
use crate::bodies::{sample, settlement};
use crate::faults::FaultKind;
use crate::kst::kst_date;
use crate::ledger::payment::Method;
use crate::payouts::trouble::troubled_rows;
use crate::payouts::{FeesForm, SettlementRow};
use crate::refusal::Refusal;
use crate::world::{RowMove, World};

/// Rows on a page when nothing is asked for.
const DEFAULT_SIZE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManualRequest {
    payment_key: String,
}

/// A page of the rows whose date lies in the range, both ends included.
pub(super) fn list(world: &mut World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let date = |name: &str| {
        let text = asked.call.query_value(name);
        text.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
            .ok_or_else(|| Refusal::of("INVALID_DATE"))
    };
    let (start, end) = (date("startDate")?, date("endDate")?);
    if start > end {
        return Err(Refusal::of("INVALID_DATE"));
    }
    let by_payout = match asked.call.query_value("dateType") {
        None | Some("soldDate") => false,
        Some("paidOutDate") => true,
        Some(_) => return Err(Refusal::of("INVALID_REQUEST")),
    };
    let page: usize = asked
        .call
        .query_value("page")
        .unwrap_or("1")
        .parse()
        .unwrap_or(0);
    if page == 0 {
        return Err(Refusal::of("INVALID_REQUEST"));
    }
    let size = transactions::page_size(world, asked.call.query_value("size"), DEFAULT_SIZE)?;
    if asked.is_test && world.behaviour.samples_test_keys {
        let mid = world.merchants[asked.merchant].mid.as_str();
        let rows = if page == 1 {
            vec![sample::settlement(mid, start)]
        } else {
            Vec::new()
        };
        return Ok(rows.into());
    }
    if asked.is_test && !world.behaviour.settles_test_keys {
        return Ok(Vec::new().into());
    }
    if let Some(busy) = world.busy_days.iter().find(|busy| {
        asked.merchant == 0
            && !by_payout
            && start == end
            && busy.day == start
            && busy.is_settled(asked.now)
    }) {
        let mid = world.merchants[asked.merchant].mid.as_str();
        let first = (page - 1).saturating_mul(size) as u64;
        let numbers = first..first.saturating_add(size as u64).min(busy.settlements());
        let page: Vec<Object> = numbers.map(|number| busy.settlement(mid, number)).collect();
        return Ok(page.into());
    }
    let mut rows = rows(world, asked);
    rows.retain(|row| {
        let day = if by_payout {
            row.paid_out_date
        } else {
            row.sold_date
        };
        (start..=end).contains(&day)
    });
    rows.sort_by_key(|row| {
        (
            if by_payout {
                row.paid_out_date
            } else {
                row.sold_date
            },
            row.event_at,
        )
    });
    reorder(world, asked, page, &mut rows);
    let page = if asked.fault == Some(&FaultKind::PageRepeats) {
        1
    } else {
        page
    };
    let shown: Vec<SettlementRow> = rows
        .into_iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .collect();
    for row in &shown {
        if let Some(watched) = row
            .awaited_trouble
            .and_then(|at| world.settlement_troubles.get_mut(at))
        {
            watched.listings += 1;
        }
    }
    let bodies: Vec<Object> = shown.iter().map(|row| written(world, asked, row)).collect();
    Ok(bodies.into())
}

/// Moves rows to other places: for this page alone, or for good once it has been shown.
fn reorder(world: &mut World, asked: &Asked<'_>, page: usize, rows: &mut [SettlementRow]) {
    if rows.is_empty() {
        return;
    }
    if page > 1 && asked.fault == Some(&FaultKind::RowMoves) {
        rows.rotate_left(1);
    }
    for moved in &world.settlement_moves {
        match moved {
            RowMove::LastFirst => rows.rotate_right(1),
            RowMove::FirstLast => rows.rotate_left(1),
        }
    }
    match asked.fault {
        Some(FaultKind::LastRowFirst) => world.settlement_moves.push(RowMove::LastFirst),
        Some(FaultKind::FirstRowLast) => world.settlement_moves.push(RowMove::FirstLast),
        _ => {}
    }
}

/// Asks for the acquisition of one card payment, which needs a contract of its own.
pub(super) fn request(world: &World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    let body: ManualRequest =
        serde_json::from_slice(&asked.call.body).map_err(|_| Refusal::of("INVALID_REQUEST"))?;
    if !world.merchants[asked.merchant].manual_settlement {
        return Err(Refusal::of("FORBIDDEN_REQUEST"));
    }
    let index = payments::find(world, asked, &body.payment_key)?;
    match world.ledger.payment(index).method {
        Some(Method::Card { .. }) => Ok(Object::new().with("result", true).into()),
        _ => Err(Refusal::of("NOT_FOUND_METHOD")),
    }
}

/// Every row that is published by now: those of events before today, in KST.
fn rows(world: &World, asked: &Asked<'_>) -> Vec<SettlementRow> {
    let today = kst_date(asked.now);
    world
        .ledger
        .rows()
        .iter()
        .flat_map(|row| {
            let payment = world.ledger.payment(row.payment);
            match world.merchant_of(&payment.mid) {
                Some(merchant) if asked.mids.contains(&payment.mid) => troubled_rows(
                    row,
                    payment,
                    &merchant.contract,
                    &world.settlement_troubles,
                    asked.now,
                ),
                _ => Vec::new(),
            }
        })
        .filter(|row| row.listed_from <= today && is_settled_here(world, row, today))
        .collect()
}

/// Whether the switches let a row be listed on this day.
fn is_settled_here(world: &World, row: &SettlementRow, today: NaiveDate) -> bool {
    let method = &world.ledger.payment(row.payment).method;
    let foreign = matches!(method, Some(Method::OverseasEasyPay { .. }));
    (world.behaviour.lists_ahead || row.sold_date < today)
        && (world.behaviour.settles_foreign_wallets || !foreign)
}

fn written(world: &World, asked: &Asked<'_>, row: &SettlementRow) -> Object {
    let payment = world.ledger.payment(row.payment);
    let view = View {
        language: asked.call.language(),
        now: asked.now,
        paid_out: Some(row.paid_out_date),
    };
    let mut body = settlement::body(payment, row, view);
    let form = if row.fees_form == FeesForm::Listed {
        world.behaviour.fees
    } else {
        row.fees_form
    };
    match form {
        FeesForm::Listed => {}
        FeesForm::Missing => body.remove("fees"),
        FeesForm::Strings => {
            let in_quotes = |(kind, fee): &(&'static str, i64)| {
                let text = crate::money::Amount::new(*fee, row.currency).json_text();
                Object::new().with("type", *kind).with("fee", text)
            };
            body.set("fees", row.fees.iter().map(in_quotes).collect::<Vec<_>>());
        }
    }
    if row.degraded || asked.is_test {
        let prefix = world.ids.order_prefix(&payment.order_id);
        body.set("paymentKey", Json::Null);
        body.set("transactionKey", Json::Null);
        body.set("card", Json::Null);
        body.set("orderId", format!("{prefix}_{}", payment.order_id));
        let day = kst_date(payment.approved_at.unwrap_or(payment.requested_at));
        body.set("approvedAt", format!("{day}T00:00:00+09:00"));
    }
    for odd in &row.odd {
        make_odd(&mut body, *odd);
    }
    body
}
