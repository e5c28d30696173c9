//! The objects that describe how a payment was paid; exactly those of its method are not null.

use super::json::{Json, Object};
use super::literal::Language;
use crate::kst::{kst_date, written};
use crate::ledger::payment::{Method, Payment, Status};

use chrono::{DateTime, NaiveDate, Utc};

/// How a body is to be written: for whom, and as of when.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) language: Language,
    pub(crate) now: DateTime<Utc>,
    /// When the approval's money is with the merchant, from which day its settlement is completed.
    pub(crate) paid_out: Option<NaiveDate>,
}

/// The `card` object: of a card payment, and of a wallet that drew on a card.
pub(crate) fn card(payment: &Payment, view: View) -> Json {
    let (amount, months, merchant_pays) = match (&payment.method, payment.approved_at) {
        (
            Some(Method::Card {
                months,
                merchant_pays_interest,
            }),
            Some(_),
        ) => (payment.total.minor, *months, *merchant_pays_interest),
        (Some(Method::EasyPay { money, points, .. }), Some(_))
            if *money + *points < payment.total.minor =>
        {
            (payment.total.minor - money - points, 0, false)
        }
        _ => return Json::Null,
    };
    let acquired = payment
        .approved_at
        .is_some_and(|approved| kst_date(view.now) > kst_date(approved));
    let acquire_status = match payment.status {
        Status::Canceled => "CANCELED",
        _ if acquired => "COMPLETED",
        _ => "READY",
    };
    Object::new()
        .with("issuerCode", "61")
        .with("acquirerCode", "31")
        .with("number", "12345678****901*")
        .with("installmentPlanMonths", i64::from(months))
        .with("isInterestFree", merchant_pays)
        .with("interestPayer", merchant_pays.then_some("MERCHANT"))
        .with("approveNo", payment.approve_no.as_str())
        .with("useCardPoint", false)
        .with("cardType", view.language.word("신용"))
        .with("ownerType", view.language.word("개인"))
        .with("acquireStatus", acquire_status)
        .with("amount", payment.amount(amount))
        .into()
}

/// The `virtualAccount` object. `expired` follows the due date by itself: no event tells of it.
pub(crate) fn virtual_account(payment: &Payment, view: View) -> Json {
    let Some(account) = &payment.account else {
        return Json::Null;
    };
    let name = "김토스";
    let unpaid = payment.status == Status::WaitingForDeposit;
    Object::new()
        .with("accountNumber", account.number.as_str())
        .with("accountType", view.language.word("일반"))
        .with("bankCode", "20")
        .with("customerName", name)
        .with("depositorName", account.deposited.then_some(name))
        .with("dueDate", written(account.due))
        .with("expired", unpaid && view.now > account.due)
        .with("settlementStatus", settlement_status(view))
        .with("refundStatus", "NONE")
        .with("refundReceiveAccount", None::<String>)
        .into()
}

/// The `transfer` object.
pub(crate) fn transfer(payment: &Payment, view: View) -> Json {
    match payment.method {
        Some(Method::Transfer) if payment.approved_at.is_some() => Object::new()
            .with("bankCode", "92")
            .with("settlementStatus", settlement_status(view))
            .into(),
        _ => Json::Null,
    }
}

/// The `mobilePhone` object.
pub(crate) fn mobile_phone(payment: &Payment, view: View) -> Json {
    match payment.method {
        Some(Method::MobilePhone) if payment.approved_at.is_some() => Object::new()
            .with("customerMobilePhone", "010****0000")
            .with("settlementStatus", settlement_status(view))
            .with("receiptUrl", receipt_url(payment))
            .into(),
        _ => Json::Null,
    }
}

/// The `giftCertificate` object.
pub(crate) fn gift_certificate(payment: &Payment, view: View) -> Json {
    match payment.method {
        Some(Method::GiftCertificate(_)) if payment.approved_at.is_some() => Object::new()
            .with("approveNo", payment.approve_no.as_str())
            .with("settlementStatus", settlement_status(view))
            .into(),
        _ => Json::Null,
    }
}

/// The `easyPay` object of a Korean wallet.
pub(crate) fn easy_pay(payment: &Payment, view: View) -> Json {
    match &payment.method {
        Some(Method::EasyPay {
            provider,
            money,
            points,
        }) => Object::new()
            .with("provider", view.language.word(provider))
            .with("amount", *money)
            .with("discountAmount", *points)
            .into(),
        _ => Json::Null,
    }
}

/// Where the buyer sees the receipt.
pub(crate) fn receipt_url(payment: &Payment) -> String {
    let key = &payment.payment_key;
    format!("https://dashboard.tosspayments.com/receipt/redirection?transactionId={key}&ref=PX")
}

fn settlement_status(view: View) -> &'static str {
    match view.paid_out {
        Some(day) if kst_date(view.now) >= day => "COMPLETED",
        _ => "INCOMPLETED",
    }
}
