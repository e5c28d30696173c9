//! What each payment method allows when it comes to cancels: one table, for the check before a cancel and for what a screen
//! offers.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::{CancelRefusal, KstDate, Payment, PaymentMethod, RetryAdvice};

/// Until when a paid payment can be cancelled. Source: Toss's table of refund periods; a breach is answered with
/// `EXCEED_MAX_REFUND_DUE`.
#[derive(Clone, Copy)]
enum Deadline {
    /// Toss names none, or leaves it to the company behind the method.
    None,
    /// So many days of 24 hours from the payment.
    Days(i64),
    /// The calendar month of the payment, in Seoul.
    SameMonth,
}

fn deadline(method: &PaymentMethod) -> Deadline {
    match method {
        PaymentMethod::Transfer => Deadline::Days(180),
        PaymentMethod::VirtualAccount => Deadline::Days(365),
        PaymentMethod::MobilePhone => Deadline::SameMonth,
        PaymentMethod::Card
        | PaymentMethod::EasyPay
        | PaymentMethod::CultureGiftCertificate
        | PaymentMethod::BookGiftCertificate
        | PaymentMethod::GameGiftCertificate
        | PaymentMethod::ForeignEasyPay
        | PaymentMethod::Other(_) => Deadline::None,
    }
}

/// Whether a paid payment is still within the time for cancels. A payment whose time is not known passes: Toss decides.
pub(crate) fn check_deadline(payment: &Payment, now: DateTime<Utc>) -> Result<(), CancelRefusal> {
    let (Some(paid), Some(method)) = (payment.approved_at, payment.method()) else {
        return Ok(());
    };
    let rule = match deadline(&method) {
        Deadline::None => return Ok(()),
        Deadline::Days(days) if now - paid <= TimeDelta::days(days) => return Ok(()),
        Deadline::SameMonth if month(now) == month(paid) => return Ok(()),
        Deadline::Days(days) => format!("for {days} days after it was paid"),
        Deadline::SameMonth => "in the calendar month in which it was paid".to_owned(),
    };
    Err(CancelRefusal::new(
        "EXCEED_MAX_REFUND_DUE",
        RetryAdvice::NeedsPerson,
        None,
        format!(
            "A payment of this kind can only be cancelled {rule}: return the money another way."
        ),
    ))
}

fn month(at: DateTime<Utc>) -> (i32, u32) {
    let day = KstDate::of(at).naive();
    (day.year(), day.month())
}
