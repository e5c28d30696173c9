//! Whether a cancel may be sent, and with which amounts: the checks made on the payment as Toss has just described it.

use crate::{Money, Payment, PaymentStatus};

/// What a caller may do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAdvice {
    /// Temporary: a new request may succeed.
    Retry,
    /// The input must change.
    FixInput,
    /// What was asked for is already so.
    AlreadyDone,
    /// Somebody must look at it, or talk to Toss.
    NeedsPerson,
    /// The outcome is not known yet; it will be.
    Wait,
}

impl RetryAdvice {
    /// Every advice.
    pub const ALL: [Self; 5] = [
        Self::Retry,
        Self::FixInput,
        Self::AlreadyDone,
        Self::NeedsPerson,
        Self::Wait,
    ];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "RETRY",
            Self::FixInput => "FIX_INPUT",
            Self::AlreadyDone => "ALREADY_DONE",
            Self::NeedsPerson => "NEEDS_PERSON",
            Self::Wait => "WAIT",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|advice| advice.as_str() == text)
    }
}

/// Where the money of a deposited virtual account goes back to: personal data, so it shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct RefundAccount {
    /// Toss's code of the bank.
    pub bank: String,
    /// Digits only, at most 20.
    pub account_number: String,
    /// The name that the account is under, at most 60 characters.
    pub holder_name: String,
}

impl std::fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefundAccount(masked)")
    }
}

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
    fn new(
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

/// Checks an intent against the payment as Toss has just described it.
///
/// # Errors
/// The first [`CancelRefusal`] that applies; nothing is to be sent then.
pub fn permit_cancel(
    payment: &Payment,
    intent: &CancelIntent,
) -> Result<PermittedCancel, CancelRefusal> {
    let balance = balance_of(payment)?;
    check_expected_balance(intent, balance)?;
    check_state(payment, balance)?;
    let voids = payment.is_virtual_account() && payment.status == PaymentStatus::WaitingForDeposit;
    check_amounts(payment, intent, balance)?;
    check_partial(payment, intent, balance, voids)?;
    check_void(intent, voids)?;
    check_refund_account(payment, intent, voids)?;
    Ok(PermittedCancel { balance, voids })
}

fn balance_of(payment: &Payment) -> Result<Money, CancelRefusal> {
    payment.balance_amount.ok_or_else(|| {
        CancelRefusal::new(
            "NOT_CANCELABLE_PAYMENT",
            RetryAdvice::NeedsPerson,
            None,
            "Toss did not say how much of this payment is left, so nothing can be cancelled."
                .to_owned(),
        )
    })
}

fn check_expected_balance(intent: &CancelIntent, balance: Money) -> Result<(), CancelRefusal> {
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

fn check_state(payment: &Payment, balance: Money) -> Result<(), CancelRefusal> {
    let status = &payment.status;
    if balance.is_zero() && status.is_cancel() {
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
    if cancelable && !balance.is_zero() {
        return Ok(());
    }
    Err(CancelRefusal::new(
        "NOT_CANCELABLE_PAYMENT",
        RetryAdvice::NeedsPerson,
        None,
        format!("A payment in the status {status} with {balance} left cannot be cancelled."),
    ))
}

fn check_amounts(
    payment: &Payment,
    intent: &CancelIntent,
    balance: Money,
) -> Result<(), CancelRefusal> {
    let invalid = |field, message| {
        Err(CancelRefusal::new(
            "INVALID_INPUT",
            RetryAdvice::FixInput,
            Some(field),
            message,
        ))
    };
    let currency = payment.currency;
    for (field, amount) in [
        ("amount", intent.amount),
        ("taxFreeAmount", intent.tax_free_amount),
    ] {
        if let Some(amount) = amount.filter(|amount| amount.currency() != currency) {
            return invalid(
                field,
                format!(
                    "The payment is in {currency}, the given amount in {}.",
                    amount.currency()
                ),
            );
        }
    }
    if intent.amount.is_some_and(|amount| amount.minor() <= 0) {
        return invalid("amount", "The amount to cancel must be above 0.".to_owned());
    }
    if let Some(amount) = intent
        .amount
        .filter(|amount| amount.minor() > balance.minor())
    {
        return Err(CancelRefusal::new(
            "NOT_CANCELABLE_AMOUNT",
            RetryAdvice::FixInput,
            Some("amount"),
            format!("Only {balance} is left of this payment, which is less than {amount}."),
        ));
    }
    let canceled = intent.amount.unwrap_or(balance);
    match intent.tax_free_amount {
        Some(tax_free) if tax_free.minor() < 0 => invalid(
            "taxFreeAmount",
            "The tax-free part cannot be negative.".to_owned(),
        ),
        Some(tax_free) if tax_free.minor() > canceled.minor() => invalid(
            "taxFreeAmount",
            format!("The tax-free part {tax_free} is more than the {canceled} to cancel."),
        ),
        _ => Ok(()),
    }
}

fn check_partial(
    payment: &Payment,
    intent: &CancelIntent,
    balance: Money,
    voids: bool,
) -> Result<(), CancelRefusal> {
    let is_partial = intent.amount.is_some_and(|amount| amount != balance);
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

fn check_refund_account(
    payment: &Payment,
    intent: &CancelIntent,
    voids: bool,
) -> Result<(), CancelRefusal> {
    let needs_account = payment.is_virtual_account() && !voids;
    match &intent.refund_account {
        None if needs_account => Err(CancelRefusal::new(
            "REFUND_ACCOUNT_REQUIRED",
            RetryAdvice::FixInput,
            Some("refundAccount"),
            "This virtual account has been paid: give the buyer's own bank account for the refund."
                .to_owned(),
        )),
        Some(_) if !needs_account => Err(CancelRefusal::new(
            "INVALID_INPUT",
            RetryAdvice::FixInput,
            Some("refundAccount"),
            "A refund account is for virtual accounts that have been paid; leave it out here."
                .to_owned(),
        )),
        Some(account) => check_account(account),
        None => Ok(()),
    }
}

fn check_account(account: &RefundAccount) -> Result<(), CancelRefusal> {
    let invalid = |code, message: &str| {
        Err(CancelRefusal::new(
            code,
            RetryAdvice::FixInput,
            Some("refundAccount"),
            message.to_owned(),
        ))
    };
    let number = &account.account_number;
    if number.is_empty() || number.len() > 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return invalid(
            "INVALID_REFUND_ACCOUNT_NUMBER",
            "The account number must be 1 to 20 digits without hyphens.",
        );
    }
    let bank = &account.bank;
    if bank.len() != 2
        || !bank
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    {
        return invalid(
            "INVALID_BANK",
            "The bank must be Toss's code of two characters, such as 88.",
        );
    }
    if account.holder_name.trim().is_empty() || account.holder_name.chars().count() > 60 {
        return invalid(
            "INVALID_REFUND_ACCOUNT_INFO",
            "The holder's name must have 1 to 60 characters.",
        );
    }
    Ok(())
}
