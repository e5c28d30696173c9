//! What buyers, the merchant's staff and the bank do: `/sim/payments…`.

use actix_web::web::{self, Bytes};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Answer, ControlError, Data, read};
use crate::console::{CancelByHand, Console};
use crate::kst::written;
use crate::ledger::order::{NewPayment, Outcome};
use crate::ledger::payment::{Method, Status};
use crate::merchant::Merchant;
use crate::money::{Amount, Currency};
use crate::server::Sim;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PaymentRequest {
    order_id: String,
    method: Method,
    amount: Box<RawValue>,
    /// KRW, but USD for a foreign wallet.
    currency: Option<Currency>,
    at: Option<DateTime<Utc>>,
    m_id: Option<String>,
    #[serde(default)]
    outcome: Outcome,
    order_name: Option<String>,
    customer_key: Option<String>,
    partial_cancelable: Option<bool>,
    #[serde(default)]
    escrow: bool,
    #[serde(default)]
    tax_free: i64,
    valid_hours: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelRequest {
    amount: Option<Box<RawValue>>,
    reason: Option<String>,
    at: Option<DateTime<Utc>>,
    /// Also when it is more than what is left.
    #[serde(default)]
    beyond: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinishRequest {
    #[serde(default)]
    refused: bool,
    at: Option<DateTime<Utc>>,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/payments", web::get().to(list))
        .route("/payments", web::post().to(pay))
        .route("/payments/{payment}/deposit", web::post().to(deposit))
        .route("/payments/{payment}/bounce", web::post().to(bounce))
        .route("/payments/{payment}/expire", web::post().to(expire))
        .route("/payments/{payment}/cancel", web::post().to(cancel))
        .route(
            "/payments/{payment}/card-company-cancel",
            web::post().to(card_company_cancel),
        )
        .route(
            "/payments/{payment}/finish-cancel",
            web::post().to(finish_cancel),
        )
        .route("/payments/{payment}/cancels", web::get().to(cancels));
}

async fn list(sim: Data) -> Answer {
    Ok(web::Json(json!(Console::new(&sim).payment_keys())))
}

async fn pay(sim: Data, body: Bytes) -> Answer {
    let request: PaymentRequest = read(&body)?;
    let overseas = matches!(request.method, Method::OverseasEasyPay { .. });
    let currency = request.currency.unwrap_or(if overseas {
        Currency::Usd
    } else {
        Currency::Krw
    });
    if let Some(mid) = &request.m_id
        && !sim.with_world(|world| {
            world
                .merchants
                .iter()
                .flat_map(Merchant::mids)
                .any(|known| known == *mid)
        })
    {
        return Err(ControlError::Merchant(mid.clone()));
    }
    let defaults = NewPayment::new(
        request.order_id,
        request.method,
        amount(&request.amount, currency)?,
    );
    let key = Console::new(&sim).pay(NewPayment {
        at: request.at,
        mid: request.m_id,
        outcome: request.outcome,
        order_name: request.order_name.unwrap_or(defaults.order_name),
        customer_key: request.customer_key,
        partial_cancelable: request.partial_cancelable.unwrap_or(true),
        escrow: request.escrow,
        tax_free: request.tax_free,
        valid_hours: request.valid_hours.unwrap_or(defaults.valid_hours),
        ..defaults
    });
    Ok(web::Json(json!({ "paymentKey": key })))
}

async fn deposit(sim: Data, payment: web::Path<String>, body: Bytes) -> Answer {
    let when: When = read(&body)?;
    Console::new(&sim).deposit(&payment, when.at)?;
    Ok(status(&sim, &payment))
}

async fn bounce(sim: Data, payment: web::Path<String>, body: Bytes) -> Answer {
    let when: When = read(&body)?;
    Console::new(&sim).bounce(&payment, when.at)?;
    Ok(status(&sim, &payment))
}

async fn expire(sim: Data, payment: web::Path<String>, body: Bytes) -> Answer {
    let when: When = read(&body)?;
    Console::new(&sim).expire(&payment, when.at)?;
    Ok(status(&sim, &payment))
}

async fn cancel(sim: Data, payment: web::Path<String>, body: Bytes) -> Answer {
    let request: CancelRequest = read(&body)?;
    let console = Console::new(&sim);
    let currency = console
        .balance(&payment)
        .map_or(Currency::Krw, |balance| balance.currency);
    let part = request
        .amount
        .map(|raw| amount(&raw, currency))
        .transpose()?;
    let reason = request.reason.unwrap_or_else(|| "상점관리자 취소".into());
    let cancel = CancelByHand {
        amount: part,
        reason,
        at: request.at,
    };
    if request.beyond {
        console.refund_beyond(&payment, &cancel)?;
    } else {
        console.cancel(&payment, &cancel)?;
    }
    Ok(status(&sim, &payment))
}

async fn card_company_cancel(sim: Data, payment: web::Path<String>, body: Bytes) -> Answer {
    let when: When = read(&body)?;
    Console::new(&sim).card_company_cancel(&payment, when.at)?;
    Ok(status(&sim, &payment))
}

async fn finish_cancel(sim: Data, payment: web::Path<String>, body: Bytes) -> Answer {
    let request: FinishRequest = read(&body)?;
    Console::new(&sim).finish_cancel(&payment, request.refused, request.at)?;
    Ok(status(&sim, &payment))
}

async fn cancels(sim: Data, payment: web::Path<String>) -> Answer {
    let cancels: Vec<Value> = Console::new(&sim)
        .executed_cancels(&payment)
        .into_iter()
        .map(|cancel| {
            json!({
                "transactionKey": cancel.transaction_key,
                "amount": cancel.amount.json_text(),
                "currency": cancel.amount.currency.code(),
                "reason": cancel.reason,
                "at": written(cancel.at),
                "status": cancel.status.word(),
                "movesMoney": cancel.moves_money,
            })
        })
        .collect();
    Ok(web::Json(cancels.into()))
}

fn status(sim: &Sim, payment: &str) -> web::Json<Value> {
    let console = Console::new(sim);
    web::Json(json!({
        "paymentKey": console.payment_key(payment),
        "status": console.status(payment).map(Status::word),
        "balance": console.balance(payment).map(Amount::json_text),
    }))
}

fn amount(raw: &RawValue, currency: Currency) -> Result<Amount, ControlError> {
    let text = raw.get().trim_matches('"');
    Amount::parse(text, currency)
        .filter(|amount| amount.minor > 0)
        .ok_or_else(|| ControlError::Amount(text.to_owned(), currency.code()))
}
