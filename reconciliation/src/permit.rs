//! Whether a cancel may be sent, and with which amounts: the checks made on the payment as Toss has just described it.

use chrono::{DateTime, Utc};

use crate::cancel_rules::check_deadline;
use crate::{Cancel, CancelStatus, Money, Payment, PaymentStatus, RefundAccount, RetryAdvice};

/// What a caller wants cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelIntent {
    /// `None` is everything that is left.
    pub amount: Option<Money>,
    /// The tax-free part of the amount.
    pub tax_free_amount: Option<Money>,
    /// The balance that the caller saw; another one refuses the cancel.
    pub expected_balance: Option<Money>,
    /// Needed iff a virtual account has been paid.
    pub refund_account: Option<RefundAccount>,
    /// Whether the caller means to hand an unpaid virtual account back.
    pub void_unpaid: bool,
}

/// A cancel that may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermittedCancel {
    /// The balance that was read: sent along as `refundableAmount`, so that Toss refuses when it has changed.
    pub balance: Money,
    /// Whether it hands an unpaid virtual account back and moves no money.
    pub voids: bool,
}

/// Why a cancel may not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRefusal {
    /// Toss's code where Toss would refuse with it, else one of ours.
    pub code: &'static str,
    /// One sentence for the admin.
    pub message: String,
    /// What to do.
    pub advice: RetryAdvice,
    /// The input field at fault, in the API's spelling.
    pub field: Option<&'static str>,
}

impl CancelRefusal {
    pub(crate) fn new(
        code: &'static str,
        advice: RetryAdvice,
        field: Option<&'static str>,
        message: String,
    ) -> Self {
        Self {
            code,
            message,
            advice,
            field,
        }
    }
}

/// What a payment offers to whoever may cancel it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelOptions {
    /// What can be cancelled at most: the balance.
    pub max_amount: Money,
    /// Whether less than that can be cancelled.
    pub partial_allowed: bool,
    /// Whether the buyer's bank account must be given.
    pub needs_refund_account: bool,
    /// Whether it hands an unpaid virtual account back and moves no money.
    pub voids: bool,
}

/// What the payment offers, by the same checks that [`permit_cancel`] makes of an intent.
///
/// # Errors
/// The [`CancelRefusal`] that any intent would meet.
pub fn cancel_options(
    payment: &Payment,
    now: DateTime<Utc>,
) -> Result<CancelOptions, CancelRefusal> {
    let (balance, voids) = check_payment(payment, now)?;
    Ok(CancelOptions {
        max_amount: balance,
        partial_allowed: check_partial(payment, true, voids).is_ok(),
        needs_refund_account: needs_refund_account(payment, voids),
        voids,
    })
}

/// Checks an intent against the payment as Toss has just described it, in this order: the payment's state, its balance,
/// the time for cancels, the balance that the caller saw, the amounts, whether a partial cancel is possible, whether a
/// void is meant, the refund account.
///
/// # Errors
/// The first [`CancelRefusal`] that applies; nothing is to be sent then.
pub fn permit_cancel(
    payment: &Payment,
    intent: &CancelIntent,
    now: DateTime<Utc>,
) -> Result<PermittedCancel, CancelRefusal> {
    let (balance, voids) = check_payment(payment, now)?;
    check_expected_balance(intent, balance)?;
    check_amounts(intent, balance)?;
    let is_partial = intent.amount.is_some_and(|amount| amount != balance);
    check_partial(payment, is_partial, voids)?;
    check_void(intent, voids)?;
    check_refund_account(payment, intent, voids)?;
    Ok(PermittedCancel { balance, voids })
}

/// Refuses while Toss still works on a cancel of the payment, be it whose it may: what is left is not known before it ends.
///
/// # Errors
/// `CANCEL_IN_FLIGHT`, with the advice to wait.
pub fn permit_beside(cancels: &[Cancel]) -> Result<(), CancelRefusal> {
    let under_way = cancels
        .iter()
        .find(|cancel| cancel.status == CancelStatus::InProgress);
    match under_way {
        Some(cancel) => Err(CancelRefusal::new(
            "CANCEL_IN_FLIGHT",
            RetryAdvice::Wait,
            None,
            format!(
                "Toss is still working on another cancel of this payment, of {}: wait for its end, then decide anew.",
                cancel.amount
            ),
        )),
        None => Ok(()),
    }
}

/// What does not depend on the intent: the balance, and whether a cancel would only hand an account number back.
fn check_payment(payment: &Payment, now: DateTime<Utc>) -> Result<(Money, bool), CancelRefusal> {
    check_state(payment)?;
    let balance = balance_of(payment)?;
    let voids = payment.status == PaymentStatus::WaitingForDeposit;
    if !voids {
        check_deadline(payment, now)?;
    }
    Ok((balance, voids))
}

fn check_state(payment: &Payment) -> Result<(), CancelRefusal> {
    let status = &payment.status;
    let nothing_left = payment.balance_amount.is_some_and(Money::is_zero);
    // Draining by parts leaves PARTIAL_CANCELED: the balance tells, not the status.
    if (status.is_cancel() || *status == PaymentStatus::Done) && nothing_left {
        return Err(CancelRefusal::new(
            "ALREADY_CANCELED_PAYMENT",
            RetryAdvice::AlreadyDone,
            None,
            "Nothing is left of this payment: all of it has been cancelled.".to_owned(),
        ));
    }
    let cancelable = match status {
        PaymentStatus::Done | PaymentStatus::PartialCanceled => true,
        PaymentStatus::WaitingForDeposit => payment.is_virtual_account(),
        _ => false,
    };
    if cancelable {
        return Ok(());
    }
    Err(not_cancelable(format!(
        "A payment in the status {status} cannot be cancelled."
    )))
}

fn balance_of(payment: &Payment) -> Result<Money, CancelRefusal> {
    match payment.balance_amount {
        Some(balance) if balance.minor() > 0 => Ok(balance),
        Some(balance) => Err(not_cancelable(format!(
            "A payment with {balance} left cannot be cancelled."
        ))),
        None => Err(not_cancelable(
            "Toss did not say how much of this payment is left, so nothing can be cancelled."
                .to_owned(),
        )),
    }
}

fn not_cancelable(message: String) -> CancelRefusal {
    CancelRefusal::new(
        "NOT_CANCELABLE_PAYMENT",
        RetryAdvice::NeedsPerson,
        None,
        message,
    )
}

fn invalid_input(field: &'static str, message: String) -> CancelRefusal {
    CancelRefusal::new("INVALID_INPUT", RetryAdvice::FixInput, Some(field), message)
}

/// Refuses an amount of another currency than the balance's: it could not be compared.
fn check_currency(
    field: &'static str,
    amount: Option<Money>,
    balance: Money,
) -> Result<(), CancelRefusal> {
    match amount.map(Money::currency) {
        Some(given) if given != balance.currency() => Err(invalid_input(
            field,
            format!(
                "The payment is in {}, the given amount in {given}.",
                balance.currency()
            ),
        )),
        _ => Ok(()),
    }
}

fn check_expected_balance(intent: &CancelIntent, balance: Money) -> Result<(), CancelRefusal> {
    check_currency("expectedBalance", intent.expected_balance, balance)?;
    match intent.expected_balance {
        Some(expected) if expected != balance => Err(CancelRefusal::new(
            "BALANCE_CHANGED",
            RetryAdvice::FixInput,
            Some("expectedBalance"),
            format!(
                "{balance} is left of this payment, not {expected}: look at it again and decide anew."
            ),
        )),
        _ => Ok(()),
    }
}

fn check_amounts(intent: &CancelIntent, balance: Money) -> Result<(), CancelRefusal> {
    check_currency("amount", intent.amount, balance)?;
    check_currency("taxFreeAmount", intent.tax_free_amount, balance)?;
    let canceled = intent.amount.unwrap_or(balance);
    if canceled.minor() <= 0 {
        return Err(invalid_input(
            "amount",
            "The amount to cancel must be above 0.".to_owned(),
        ));
    }
    if canceled.minor() > balance.minor() {
        return Err(CancelRefusal::new(
            "NOT_CANCELABLE_AMOUNT",
            RetryAdvice::FixInput,
            Some("amount"),
            format!("Only {balance} is left of this payment, which is less than {canceled}."),
        ));
    }
    match intent.tax_free_amount {
        Some(tax_free) if tax_free.minor() < 0 => Err(invalid_input(
            "taxFreeAmount",
            "The tax-free part cannot be negative.".to_owned(),
        )),
        Some(tax_free) if tax_free.minor() > canceled.minor() => Err(invalid_input(
            "taxFreeAmount",
            format!("The tax-free part {tax_free} is more than the {canceled} to cancel."),
        )),
        _ => Ok(()),
    }
}

fn check_partial(payment: &Payment, is_partial: bool, voids: bool) -> Result<(), CancelRefusal> {
    if is_partial && voids {
        return Err(CancelRefusal::new(
            "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
            RetryAdvice::FixInput,
            Some("amount"),
            "A virtual account that has not been paid can only be cancelled as a whole.".to_owned(),
        ));
    }
    if is_partial && payment.is_partial_cancelable == Some(false) {
        return Err(CancelRefusal::new(
            "NOT_ALLOWED_PARTIAL_REFUND",
            RetryAdvice::FixInput,
            Some("amount"),
            "This payment can only be cancelled as a whole.".to_owned(),
        ));
    }
    Ok(())
}

fn check_void(intent: &CancelIntent, voids: bool) -> Result<(), CancelRefusal> {
    if voids && !intent.void_unpaid {
        return Err(CancelRefusal::new(
            "VOID_NOT_CONFIRMED",
            RetryAdvice::FixInput,
            Some("voidUnpaid"),
            "This virtual account has not been paid: cancelling it hands the account number back and refunds nothing. \
             Say voidUnpaid: true if that is meant."
                .to_owned(),
        ));
    }
    Ok(())
}

fn needs_refund_account(payment: &Payment, voids: bool) -> bool {
    payment.is_virtual_account() && !voids
}

fn check_refund_account(
    payment: &Payment,
    intent: &CancelIntent,
    voids: bool,
) -> Result<(), CancelRefusal> {
    let needs_account = needs_refund_account(payment, voids);
    match &intent.refund_account {
        None if needs_account => Err(CancelRefusal::new(
            "REFUND_ACCOUNT_REQUIRED",
            RetryAdvice::FixInput,
            Some("refundAccount"),
            "This virtual account has been paid: give the buyer's own bank account for the refund."
                .to_owned(),
        )),
        Some(_) if !needs_account => Err(invalid_input(
            "refundAccount",
            "A refund account is for virtual accounts that have been paid; leave it out here."
                .to_owned(),
        )),
        Some(account) => account.check(),
        None => Ok(()),
    }
}
