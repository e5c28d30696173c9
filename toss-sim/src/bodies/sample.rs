//! The settlement row of Toss's documentation, which belongs to no payment of the shop.

use chrono::NaiveDate;

use super::json::{Json, Object};
use crate::calendar::business_days_after;

/// Business days from the sample's sold date to its payout.
const PAYOUT_DAYS: u32 = 5;

/// The sample, as sold by `mid` on this day.
pub(crate) fn settlement(mid: &str, sold: NaiveDate) -> Object {
    let fee = |kind: &'static str, won: i64| Object::new().with("type", kind).with("fee", won);
    Object::new()
        .with("mId", mid)
        .with("paymentKey", "5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKw")
        .with("transactionKey", "9FF15E1A29D0E77C218F57262BFA4986")
        .with("orderId", "a4CWyWY5m89PNh7xJwhk1")
        .with("currency", "KRW")
        .with("method", "카드")
        .with("fees", vec![fee("BASE", 800), fee("ETC", 60)])
        .with("approvedAt", format!("{sold}T10:45:30+09:00"))
        .with("soldDate", sold.to_string())
        .with(
            "paidOutDate",
            business_days_after(sold, PAYOUT_DAYS).to_string(),
        )
        .with("card", Json::Null)
        .with("cancel", Json::Null)
        .with("amount", 34_000)
        .with("interestFee", 0)
        .with("fee", 860)
        .with("supplyAmount", 782)
        .with("vat", 78)
        .with("payOutAmount", 33_140)
}
