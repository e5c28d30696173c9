//! A day with more payments than anybody would tell a story of: its rows are worked out from their numbers as they are
//! asked for, so that a million of them take no memory.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};

use crate::bodies::json::{Json, Object};
use crate::kst::{KST, kst_date, kst_instant, written};
use crate::money::Amount;

const SECONDS: u64 = 86_400;

/// What five payments do, in order: which of them, and the status of its row. Eleven rows, 2.2 for each.
const BLOCK: [(u64, &str); 11] = [
    (0, "DONE"),
    (1, "DONE"),
    (2, "DONE"),
    (3, "WAITING_FOR_DEPOSIT"),
    (4, "WAITING_FOR_DEPOSIT"),
    (1, "CANCELED"),
    (2, "PARTIAL_CANCELED"),
    (3, "DONE"),
    (4, "DONE"),
    (3, "CANCELED"),
    (4, "PARTIAL_CANCELED"),
];
const PAYMENTS_IN_BLOCK: u64 = 5;
/// The rows of a block that are settled: all but those of accounts that wait.
const SETTLED: [u64; 9] = [0, 1, 2, 5, 6, 7, 8, 9, 10];

/// A day on which one merchant has so many transactions, evenly spread, and nothing else. Its payments stand in the two
/// lists alone.
#[derive(Clone, Copy, Debug)]
pub struct BusyDay {
    /// The day in Seoul.
    pub day: NaiveDate,
    /// Rows of the transactions list; of each eleven, nine are settled.
    pub rows: u64,
}

impl BusyDay {
    /// The rows of the transactions list at or after `from` and before `until`, by their numbers.
    pub(crate) fn rows_between(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> std::ops::Range<u64> {
        let first_from = |instant: DateTime<Utc>| {
            let second = u64::try_from((instant - self.start()).num_seconds()).unwrap_or(0);
            (second.min(SECONDS) * self.rows).div_ceil(SECONDS)
        };
        first_from(from)..first_from(until)
    }

    /// The number of the row with this key.
    pub(crate) fn row_of_key(&self, key: &str) -> Option<u64> {
        let number = u64::from_str_radix(key.get(16..)?, 16).ok()?;
        (number < self.rows && self.transaction_key(number) == key).then_some(number)
    }

    /// A row of the transactions list.
    pub(crate) fn transaction(&self, mid: &str, row: u64) -> Object {
        let (payment, status) = Self::event(row);
        Object::new()
            .with("mId", mid)
            .with("transactionKey", self.transaction_key(row))
            .with("paymentKey", self.payment_key(mid, payment))
            .with("orderId", self.order_id(payment))
            .with("method", method(payment))
            .with("customerKey", Json::Null)
            .with("useEscrow", false)
            .with(
                "receiptUrl",
                format!("https://dashboard.tosspayments.com/receipt/{payment}"),
            )
            .with("status", status)
            .with("transactionAt", written(self.at(row)))
            .with("currency", "KRW")
            .with("amount", Amount::won(amount(payment, status)))
    }

    /// How many rows the settlements list has.
    pub(crate) fn settlements(&self) -> u64 {
        let settled_in_rest = SETTLED.iter().filter(|row| **row < self.rows % 11).count() as u64;
        self.rows / 11 * 9 + settled_in_rest
    }

    /// A row of the settlements list.
    pub(crate) fn settlement(&self, mid: &str, number: u64) -> Object {
        let place = usize::try_from(number % 9).unwrap_or(0);
        let row = number / 9 * 11 + SETTLED[place];
        let (payment, status) = Self::event(row);
        let is_cancel = status != "DONE";
        let sign = if is_cancel { -1 } else { 1 };
        let amount = sign * amount(payment, status);
        let (supply, vat) = (amount * 3 / 100, amount * 3 / 1_000);
        let fee = Object::new()
            .with("type", "BASE")
            .with("fee", Amount::won(supply + vat));
        let cancel = is_cancel.then(|| {
            Object::new()
                .with("transactionKey", self.transaction_key(row))
                .with("cancelReason", "고객 변심")
                .with("canceledAt", written(self.at(row)))
                .with("cancelAmount", Amount::won(-amount))
        });
        Object::new()
            .with("mId", mid)
            .with("paymentKey", self.payment_key(mid, payment))
            .with("transactionKey", self.transaction_key(row))
            .with("orderId", self.order_id(payment))
            .with("currency", "KRW")
            .with("method", method(payment))
            .with("fees", vec![fee])
            .with("approvedAt", written(self.at(row)))
            .with("soldDate", self.day.to_string())
            .with("paidOutDate", (self.day + Days::new(2)).to_string())
            .with("card", Json::Null)
            .with("cancel", cancel)
            .with("amount", Amount::won(amount))
            .with("interestFee", Amount::won(0))
            .with("fee", Amount::won(supply + vat))
            .with("supplyAmount", Amount::won(supply))
            .with("vat", Amount::won(vat))
            .with("payOutAmount", Amount::won(amount - supply - vat))
    }

    /// Whether its settlement rows are published.
    pub(crate) fn is_settled(&self, now: DateTime<Utc>) -> bool {
        self.day < kst_date(now)
    }

    fn start(&self) -> DateTime<Utc> {
        kst_instant(self.day, NaiveTime::MIN)
    }

    fn at(&self, row: u64) -> DateTime<Utc> {
        let second = row * SECONDS / self.rows.max(1);
        self.start() + Duration::seconds(i64::try_from(second).unwrap_or(0))
    }

    /// The payment of a row, by its number in the day, and the row's status.
    fn event(row: u64) -> (u64, &'static str) {
        let length = BLOCK.len() as u64;
        let place = usize::try_from(row % length).unwrap_or(0);
        let (payment, status) = BLOCK[place];
        (row / length * PAYMENTS_IN_BLOCK + payment, status)
    }

    /// 32 hexadecimal digits: sixteen that look drawn, and the row's number.
    fn transaction_key(&self, row: u64) -> String {
        format!("{:016X}{row:016X}", scattered(row ^ (self.number() << 40)))
    }

    /// The newer shape of payment keys: five characters of the mId, the time of the request, five that look drawn.
    fn payment_key(&self, mid: &str, payment: u64) -> String {
        const ALPHABET: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let head: String = mid.chars().take(5).collect();
        let begun = self.at(payment / PAYMENTS_IN_BLOCK * BLOCK.len() as u64);
        let time = begun.with_timezone(&KST).format("%Y%m%d%H%M%S");
        // Payments of one second have consecutive numbers: multiplying by what shares no factor with 62^5 keeps them apart.
        let mut tail = payment.wrapping_mul(387_420_489) % 62_u64.pow(5);
        let mut drawn = String::with_capacity(5);
        for _ in 0..5 {
            let place = usize::try_from(tail % 62).unwrap_or(0);
            drawn.push(char::from(ALPHABET[place]));
            tail /= 62;
        }
        format!("{head}{time}{drawn}")
    }

    fn order_id(&self, payment: u64) -> String {
        format!("busy-{}-{payment}", self.day.format("%Y%m%d"))
    }

    /// Tells days apart.
    fn number(&self) -> u64 {
        let day = self
            .day
            .signed_duration_since(NaiveDate::default())
            .num_days();
        day.unsigned_abs()
    }
}

fn method(payment: u64) -> &'static str {
    match payment % PAYMENTS_IN_BLOCK {
        0 | 1 => "카드",
        2 => "간편결제",
        _ => "가상계좌",
    }
}

/// In won, positive as in the transactions list.
fn amount(payment: u64, status: &str) -> i64 {
    let whole = 9_000 + 700 * i64::try_from(payment % 90).unwrap_or(0);
    if status == "PARTIAL_CANCELED" {
        2_000
    } else {
        whole
    }
}

/// One to one, and without order.
fn scattered(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_is_found_by_its_key_and_stands_in_one_stretch_of_the_day() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
        let busy = BusyDay { day, rows: 100_003 };
        for row in [0, 1, 50_000, 100_002] {
            assert_eq!(busy.row_of_key(&busy.transaction_key(row)), Some(row));
        }
        assert_eq!(busy.row_of_key(&busy.transaction_key(100_003)), None);
        assert_eq!(busy.row_of_key("unknown"), None);
        let noon = busy.start() + Duration::hours(12);
        let (morning, evening) = (
            busy.rows_between(busy.start(), noon),
            busy.rows_between(noon, busy.start() + Duration::days(2)),
        );
        assert_eq!(
            (morning.start, morning.end, evening.end),
            (0, evening.start, busy.rows)
        );
        assert!(busy.at(morning.end - 1) < noon && busy.at(evening.start) >= noon);
        let payments: HashSet<String> = (0..45_000)
            .map(|payment| busy.payment_key("tdemoshop01", payment))
            .collect();
        assert_eq!(payments.len(), 45_000);
        assert_eq!(busy.settlements(), 9_091 * 9 + 2);
    }
}
