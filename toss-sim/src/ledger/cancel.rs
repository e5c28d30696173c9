//! Cancelling: the checks in Toss's order, and what a cancel does to a payment.

use chrono::{DateTime, Datelike, Duration, Utc};

use super::payment::{Method, Payment, Status};
use super::refund_account::{RefundAccount, check_refund_account};
use crate::kst::kst_date;
use crate::refusal::Refusal;

/// How far a cancel has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelStatus {
    /// The money is on its way back; domestic cancels start here.
    Done,
    /// A foreign wallet is still deciding.
    InProgress,
    /// A foreign wallet refused; the balance is restored.
    Aborted,
}

impl CancelStatus {
    /// Toss's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::InProgress => "IN_PROGRESS",
            Self::Aborted => "ABORTED",
        }
    }
}

/// A cancel that was executed.
#[derive(Clone, Debug)]
pub(crate) struct Cancel {
    pub(crate) transaction_key: String,
    pub(crate) amount: i64,
    pub(crate) tax_free: i64,
    pub(crate) tax_exemption: i64,
    pub(crate) reason: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) refundable: i64,
    pub(crate) status: CancelStatus,
    pub(crate) request_id: Option<String>,
    /// Whether money was held that the cancel gives back; false for a virtual account that was not paid.
    pub(crate) moves_money: bool,
}

/// What is asked of a cancel, already read from its request; amounts in minor units.
#[derive(Clone, Default)]
pub(crate) struct CancelOrder {
    pub(crate) reason: String,
    pub(crate) amount: Option<i64>,
    pub(crate) tax_free: i64,
    pub(crate) tax_exemption: i64,
    pub(crate) refundable: Option<i64>,
    pub(crate) names_currency: bool,
    pub(crate) request_id: Option<String>,
    pub(crate) account: Option<RefundAccount>,
    /// Made by hand in the console, where the refund account comes from elsewhere.
    pub(crate) by_hand: bool,
    /// Carried out although it is more than what is left: a fault of Toss's. The balance ends at 0.
    pub(crate) beyond: bool,
}

/// Days after the approval during which a transfer, or a foreign wallet, can be cancelled.
const TRANSFER_DAYS: i64 = 180;
/// Days after the deposit during which a virtual account can be cancelled.
const ACCOUNT_DAYS: i64 = 365;

/// The amount that the cancel takes, or why it is refused. Toss does not document the order of its checks;
/// this one lets each code be met.
pub(crate) fn check(
    payment: &Payment,
    order: &CancelOrder,
    at: DateTime<Utc>,
) -> Result<i64, Refusal> {
    check_state(payment)?;
    check_deadline(payment, at)?;
    let amount = order.amount.unwrap_or(payment.balance);
    if amount < payment.balance {
        check_partial(payment, order, amount)?;
    }
    if order
        .refundable
        .is_some_and(|expected| expected != payment.balance)
    {
        return Err(Refusal::of("NOT_MATCHES_REFUNDABLE_AMOUNT"));
    }
    if order.beyond {
        return Ok(amount);
    }
    let tax_parts_fit =
        order.tax_free <= payment.tax_free && order.tax_exemption <= payment.tax_exemption;
    if amount > payment.balance || order.tax_free + order.tax_exemption > amount || !tax_parts_fit {
        return Err(Refusal::of("NOT_CANCELABLE_AMOUNT"));
    }
    if !order.by_hand {
        check_refund_account(payment, order.account.as_ref())?;
        let asynchronous = Method::OverseasEasyPay { asynchronous: true };
        if payment.method.as_ref() == Some(&asynchronous) && order.request_id.is_none() {
            return Err(Refusal::of("INVALID_REQUEST"));
        }
    }
    Ok(amount)
}

/// Carries out a cancel whose amount has been checked.
pub(crate) fn execute(
    payment: &mut Payment,
    order: &CancelOrder,
    amount: i64,
    key: String,
    at: DateTime<Utc>,
) {
    let in_one_go = amount == payment.balance && payment.standing_cancels() == 0;
    let asynchronous = payment.method == Some(Method::OverseasEasyPay { asynchronous: true });
    let tax_free = if in_one_go {
        payment.tax_free
    } else {
        order.tax_free
    };
    let tax_exemption = if in_one_go {
        payment.tax_exemption
    } else {
        order.tax_exemption
    };
    let moves_money = payment.account.is_none() || payment.is_deposited_account();
    payment.balance = (payment.balance - amount).max(0);
    payment.tax_free -= tax_free;
    payment.tax_exemption -= tax_exemption;
    payment.status = if in_one_go {
        Status::Canceled
    } else {
        Status::PartialCanceled
    };
    payment.last_transaction_key = Some(key.clone());
    payment.cancels.push(Cancel {
        transaction_key: key,
        amount,
        tax_free,
        tax_exemption,
        reason: order.reason.clone(),
        at,
        refundable: payment.balance,
        status: if asynchronous {
            CancelStatus::InProgress
        } else {
            CancelStatus::Done
        },
        request_id: order.request_id.clone().filter(|_| asynchronous),
        moves_money,
    });
}

/// Gives back to the balance what a refused asynchronous cancel had taken.
pub(crate) fn take_back(payment: &mut Payment, index: usize) {
    let Some(cancel) = payment.cancels.get_mut(index) else {
        return;
    };
    cancel.status = CancelStatus::Aborted;
    payment.balance += cancel.amount;
    payment.tax_free += cancel.tax_free;
    payment.tax_exemption += cancel.tax_exemption;
    payment.status = if payment.standing_cancels() == 0 {
        Status::Done
    } else {
        Status::PartialCanceled
    };
}

fn check_state(payment: &Payment) -> Result<(), Refusal> {
    match payment.status {
        Status::Canceled => Err(Refusal::of("ALREADY_CANCELED_PAYMENT")),
        // Measured at Toss: a payment drained by partial cancels never counts as cancelled.
        Status::PartialCanceled if payment.balance == 0 => {
            Err(Refusal::of("NOT_CANCELABLE_AMOUNT"))
        }
        Status::Done | Status::PartialCanceled | Status::WaitingForDeposit => Ok(()),
        Status::InProgress | Status::Aborted | Status::Expired => {
            Err(Refusal::of("NOT_CANCELABLE_PAYMENT"))
        }
    }
}

fn check_deadline(payment: &Payment, at: DateTime<Utc>) -> Result<(), Refusal> {
    let (Some(approved), Some(method)) = (payment.approved_at, &payment.method) else {
        return Ok(());
    };
    let in_time = match method {
        Method::Transfer | Method::OverseasEasyPay { .. } => {
            at <= approved + Duration::days(TRANSFER_DAYS)
        }
        Method::VirtualAccount => at <= approved + Duration::days(ACCOUNT_DAYS),
        Method::MobilePhone => {
            let (paid, now) = (kst_date(approved), kst_date(at));
            (paid.year(), paid.month()) == (now.year(), now.month())
        }
        Method::Card { .. } | Method::GiftCertificate(_) | Method::EasyPay { .. } => true,
    };
    if in_time {
        Ok(())
    } else {
        Err(Refusal::of("EXCEED_MAX_REFUND_DUE"))
    }
}

fn check_partial(payment: &Payment, order: &CancelOrder, amount: i64) -> Result<(), Refusal> {
    if payment.status == Status::WaitingForDeposit {
        return Err(Refusal::of("NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT"));
    }
    let card_with_exemption =
        matches!(payment.method, Some(Method::Card { .. })) && payment.tax_exemption > 0;
    if !payment.partial_cancelable || payment.escrow || card_with_exemption {
        return Err(Refusal::of("NOT_ALLOWED_PARTIAL_REFUND"));
    }
    if amount < payment.card_discount {
        return Err(Refusal::of("EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT"));
    }
    let overseas = matches!(payment.method, Some(Method::OverseasEasyPay { .. }));
    if overseas && !order.names_currency && !order.by_hand {
        return Err(Refusal::of("INVALID_REQUEST"));
    }
    Ok(())
}
