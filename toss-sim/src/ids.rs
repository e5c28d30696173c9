//! Keys drawn from the seed. What an id names decides it, not when it was asked for, so that an extra call
//! changes none of the others.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::kst::KST;

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789ABCDEF";
const DIGITS: &[u8] = b"0123456789";

/// The source of every id of one stand-in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids {
    seed: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The newer shape of payment keys: five characters of the mId, the time of the request, five at random.
    pub(crate) fn payment_key(self, mid: &str, order: &str, at: DateTime<Utc>, n: u32) -> String {
        let head: String = mid.chars().take(5).collect();
        let time = at.with_timezone(&KST).format("%Y%m%d%H%M%S");
        format!(
            "{head}{time}{}",
            self.draw(&("payment", mid, order, n), ALPHANUMERIC, 5)
        )
    }

    /// 32 upper-case hexadecimal digits: the key of a payment's `n`-th transaction.
    pub(crate) fn transaction_key(self, payment_key: &str, n: usize) -> String {
        self.draw(&("transaction", payment_key, n), HEX, 32)
    }

    /// The secret that Toss repeats in deposit callbacks.
    pub(crate) fn secret(self, payment_key: &str) -> String {
        format!(
            "ps_{}",
            self.draw(&("secret", payment_key), ALPHANUMERIC, 31)
        )
    }

    /// A virtual account's number; `X` marks one that no bank knows.
    pub(crate) fn account_number(self, payment_key: &str) -> String {
        format!("X{}", self.draw(&("account", payment_key), DIGITS, 13))
    }

    /// The approval number of a card company or voucher issuer.
    pub(crate) fn approve_no(self, payment_key: &str) -> String {
        self.draw(&("approval", payment_key), DIGITS, 8)
    }

    /// The trace id of the `n`-th answer.
    pub(crate) fn trace(self, n: u64) -> String {
        self.draw(&("trace", n), HEX, 32).to_ascii_lowercase()
    }

    /// The id that a webhook keeps over all its deliveries.
    pub(crate) fn transmission(self, n: u64) -> String {
        let tail = self.draw(&("transmission", n), ALPHANUMERIC, 26);
        format!("whtrans_a01{}", tail.to_ascii_lowercase())
    }

    /// Microseconds within a webhook's second; every fourth ends in a zero, as real ones sometimes do.
    pub(crate) fn micros(self, n: u64) -> u32 {
        let drawn = self
            .generator(&("micros", n))
            .random_range(100_000..1_000_000);
        if n.is_multiple_of(4) {
            drawn / 10 * 10
        } else {
            drawn
        }
    }

    /// The five characters that test settlement rows put before an orderId.
    pub(crate) fn order_prefix(self, order: &str) -> String {
        self.draw(&("prefix", order), ALPHANUMERIC, 5)
            .to_ascii_lowercase()
    }

    fn draw(self, name: &impl Hash, alphabet: &[u8], length: usize) -> String {
        let mut generator = self.generator(name);
        (0..length)
            .map(|_| char::from(alphabet[generator.random_range(0..alphabet.len())]))
            .collect()
    }

    fn generator(self, name: &impl Hash) -> StdRng {
        let mut hasher = DefaultHasher::new();
        self.seed.hash(&mut hasher);
        name.hash(&mut hasher);
        StdRng::seed_from_u64(hasher.finish())
    }
}
