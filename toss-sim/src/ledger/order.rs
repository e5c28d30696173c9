//! What is to be paid: the buyer's side of a payment, with the defaults of an ordinary domestic one.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use serde::Deserialize;

use super::payment::{Method, Payment, Status, VirtualAccount};
use crate::ids::Ids;
use crate::kst::{kst_date, kst_instant};
use crate::money::Amount;

/// How far a new payment gets by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Paid, or for a virtual account: issued.
    #[default]
    Approved,
    /// Authenticated by the buyer; `POST /v1/payments/confirm` finishes it.
    Authenticated,
    /// Refused by the card company.
    Aborted,
    /// The buyer closed the window before choosing a method.
    Expired,
}

/// A payment to make. Build it with [`NewPayment::new`] or one of the shorthands and change what matters.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// The merchant's order, 6 to 64 characters.
    pub order_id: String,
    /// What is bought.
    pub order_name: String,
    /// How it is paid.
    pub method: Method,
    /// The whole amount.
    pub amount: Amount,
    /// When it is approved or issued; `None` is now, the future is waited for.
    pub at: Option<DateTime<Utc>>,
    /// The mId to pay at; `None` is the first merchant.
    pub mid: Option<String>,
    /// How far it gets.
    pub outcome: Outcome,
    /// The merchant's id of the buyer.
    pub customer_key: Option<String>,
    /// Whether parts may be cancelled.
    pub partial_cancelable: bool,
    /// Whether the money is in escrow.
    pub escrow: bool,
    /// The part free of tax, in minor units.
    pub tax_free: i64,
    /// The part exempt of tax (cup deposits), in minor units.
    pub tax_exemption: i64,
    /// The card company's instant discount, in minor units.
    pub card_discount: i64,
    /// Hours until a virtual account is due; Toss's default is 168.
    pub valid_hours: i64,
}

impl NewPayment {
    /// A payment of `amount` for `order_id`, approved now at the first merchant.
    pub fn new(order_id: impl Into<String>, method: Method, amount: Amount) -> Self {
        Self {
            order_id: order_id.into(),
            order_name: "커피 원두 외 1건".into(),
            method,
            amount,
            at: None,
            mid: None,
            outcome: Outcome::Approved,
            customer_key: None,
            partial_cancelable: true,
            escrow: false,
            tax_free: 0,
            tax_exemption: 0,
            card_discount: 0,
            valid_hours: 168,
        }
    }

    /// A card payment in won.
    pub fn card(order_id: impl Into<String>, won: i64) -> Self {
        Self::new(order_id, Method::card(), Amount::won(won))
    }

    /// A virtual account over so many won.
    pub fn virtual_account(order_id: impl Into<String>, won: i64) -> Self {
        Self::new(order_id, Method::VirtualAccount, Amount::won(won))
    }

    /// A foreign wallet's payment in American cents, whose cancels are done at once.
    pub fn overseas(order_id: impl Into<String>, cents: i64) -> Self {
        let method = Method::OverseasEasyPay {
            asynchronous: false,
        };
        Self {
            order_name: "Mug set".into(),
            ..Self::new(order_id, method, Amount::usd_cents(cents))
        }
    }

    /// The same, approved or issued at this instant.
    #[must_use]
    pub fn at(self, instant: DateTime<Utc>) -> Self {
        Self {
            at: Some(instant),
            ..self
        }
    }

    /// The same, at this mId.
    #[must_use]
    pub fn for_mid(self, mid: impl Into<String>) -> Self {
        Self {
            mid: Some(mid.into()),
            ..self
        }
    }

    /// The same, but going no further than this.
    #[must_use]
    pub fn ending(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// When the payment window opened, for an approval at this instant.
    pub(crate) fn requested_at(&self, approved: DateTime<Utc>) -> DateTime<Utc> {
        let ahead = if self.method == Method::VirtualAccount {
            4
        } else {
            21
        };
        approved - Duration::seconds(ahead)
    }

    /// The payment as it is right after `at`.
    pub(crate) fn payment(&self, ids: Ids, key: &str, mid: &str, at: DateTime<Utc>) -> Payment {
        let requested_at = self.requested_at(at);
        let is_account = self.method == Method::VirtualAccount;
        let status = match self.outcome {
            Outcome::Approved if is_account => Status::WaitingForDeposit,
            Outcome::Approved => Status::Done,
            Outcome::Authenticated => Status::InProgress,
            Outcome::Aborted => Status::Aborted,
            Outcome::Expired => Status::Expired,
        };
        let issued = status == Status::WaitingForDeposit;
        Payment {
            mid: mid.to_owned(),
            payment_key: key.to_owned(),
            order_id: self.order_id.clone(),
            order_name: self.order_name.clone(),
            customer_key: self.customer_key.clone(),
            method: (self.outcome != Outcome::Expired).then(|| self.method.clone()),
            total: self.amount,
            balance: self.amount.minor,
            tax_free: self.tax_free,
            tax_exemption: self.tax_exemption,
            card_discount: self.card_discount,
            status,
            requested_at,
            approved_at: (status == Status::Done).then_some(at),
            escrow: self.escrow,
            partial_cancelable: self.partial_cancelable,
            account: issued.then(|| VirtualAccount {
                number: ids.account_number(key),
                due: due(requested_at, self.valid_hours),
                deposited: false,
            }),
            approve_no: ids.approve_no(key),
            secret: issued.then(|| ids.secret(key)),
            failure: failure(self.outcome),
            last_transaction_key: None,
            cancels: Vec::new(),
            keys_used: 0,
        }
    }
}

/// Accounts that live for days end with their last day; shorter ones to the second.
fn due(requested_at: DateTime<Utc>, valid_hours: i64) -> DateTime<Utc> {
    let end = requested_at + Duration::hours(valid_hours);
    if valid_hours < 24 {
        return end;
    }
    NaiveTime::from_hms_opt(23, 59, 59)
        .map_or(end, |last_second| kst_instant(kst_date(end), last_second))
}

fn failure(outcome: Outcome) -> Option<(&'static str, &'static str)> {
    match outcome {
        Outcome::Approved | Outcome::Authenticated => None,
        Outcome::Aborted => Some((
            "REJECT_CARD_PAYMENT",
            "한도초과 혹은 잔액부족으로 결제에 실패했습니다.",
        )),
        Outcome::Expired => Some((
            "EXPIRED_PAYMENT",
            "결제가 만료되었습니다. 다시 시도해주세요.",
        )),
    }
}
