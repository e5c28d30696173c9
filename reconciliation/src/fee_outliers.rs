//! Settlement rows whose fee is not at the rate of their like. Information: the contract is not known, only what is usual.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::Datelike;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{Currency, KstDate, MId, Money, PaymentMethod, TransactionKey};

/// Fewer rows than these have no usual rate.
const FEWEST_ROWS: usize = 30;
/// Decimals of a rate: more than any contract has.
const MOST_DECIMALS: u32 = 18;

/// What a settlement row says about its fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSample {
    /// The merchant.
    pub mid: MId,
    /// The event, if the row names it.
    pub transaction_key: Option<TransactionKey>,
    /// The method.
    pub method: PaymentMethod,
    /// The card company, wallet or bank, in Toss's spelling, where the row names one.
    pub provider: Option<String>,
    /// The day that the event is booked on; its month is compared.
    pub sold_date: KstDate,
    /// Signed.
    pub amount: Money,
    /// The whole fee with VAT, signed like the amount. A row that lists none has no sample.
    pub fee: Money,
}

/// A row that is charged at another rate than its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeOutlier {
    /// The row.
    pub sample: FeeSample,
    /// The rate that fits the most rows, as the number with the fewest decimals that does: `0.0231` is 2.31 %.
    pub usual_rate: Decimal,
    /// The rows of this merchant, method, provider and month.
    pub rows: usize,
    /// Those of them that the usual rate fits.
    pub agreeing: usize,
}

/// The rows whose fee no rounding of the usual rate gives, per merchant, method, provider, month and currency. A rate
/// fits a row when its fee is that share of its amount, rounded up or down to the minor unit. The usual rate is the one
/// that fits the most of at least 30 rows, and more than half of them; of several the lowest. The order of the samples
/// does not matter to what is found; it is given by merchant, method, provider and month, then in their order.
pub fn fee_outliers(samples: &[FeeSample]) -> Vec<FeeOutlier> {
    let mut groups: BTreeMap<_, Vec<(&FeeSample, Rates)>> = BTreeMap::new();
    for sample in samples {
        if let Some(rates) = Rates::that_fit(sample) {
            groups
                .entry(like(sample))
                .or_default()
                .push((sample, rates));
        }
    }
    groups.values().flat_map(|group| outliers(group)).collect()
}

/// The rate that is usual among these rows, whoever their provider: the one that fits the most of at least 30, and more than
/// half of them. `None` of rows in several currencies.
pub fn usual_fee_rate(samples: &[FeeSample]) -> Option<Decimal> {
    let mut currencies = samples.iter().map(|sample| sample.amount.currency());
    let first = currencies.next()?;
    let of_one = currencies.all(|currency| currency == first);
    let fitting = samples.iter().filter(|_| of_one);
    let group: Vec<(&FeeSample, Rates)> = fitting
        .filter_map(|sample| Some((sample, Rates::that_fit(sample)?)))
        .collect();
    let (usual, agreeing) = usual_rates(&group).filter(|_| group.len() >= FEWEST_ROWS)?;
    (agreeing * 2 > group.len()).then(|| usual.roundest())
}

/// What that rate makes of an amount, rounded to the nearest minor unit, signed like the amount. `None` when it does not fit.
pub fn fee_at(rate: Decimal, amount: Money) -> Option<Money> {
    let fee = rate.checked_mul(Decimal::from(amount.minor()))?;
    let minor = fee.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    Some(Money::from_minor(
        i64::try_from(minor).ok()?,
        amount.currency(),
    ))
}

type Like<'a> = (
    &'a MId,
    &'a PaymentMethod,
    Option<&'a str>,
    (i32, u32),
    Currency,
);

fn like(sample: &FeeSample) -> Like<'_> {
    let day = sample.sold_date.naive();
    (
        &sample.mid,
        &sample.method,
        sample.provider.as_deref(),
        (day.year(), day.month()),
        sample.amount.currency(),
    )
}

fn outliers(group: &[(&FeeSample, Rates)]) -> Vec<FeeOutlier> {
    let Some((usual, agreeing)) = usual_rates(group).filter(|_| group.len() >= FEWEST_ROWS) else {
        return Vec::new();
    };
    if agreeing * 2 <= group.len() {
        return Vec::new();
    }
    let usual_rate = usual.roundest();
    group
        .iter()
        .filter(|(_, rates)| !rates.contain(&usual))
        .map(|(sample, _)| FeeOutlier {
            sample: (*sample).clone(),
            usual_rate,
            rows: group.len(),
            agreeing,
        })
        .collect()
}

/// The rates that the most rows have in common, and how many rows that is.
fn usual_rates(group: &[(&FeeSample, Rates)]) -> Option<(Rates, usize)> {
    let mut ends: Vec<(Ratio, End)> = group
        .iter()
        .flat_map(|(_, rates)| [(rates.above, End::Opens), (rates.below, End::Closes)])
        .collect();
    // The ends are not rates that fit, so at one place the closing ones come first.
    ends.sort_by(|a, b| a.0.compare(b.0).then(a.1.cmp(&b.1)));
    let mut open = 0_usize;
    let mut best: Option<(Rates, usize)> = None;
    for (place, (rate, end)) in ends.iter().enumerate() {
        match end {
            End::Opens => open += 1,
            End::Closes => open = open.saturating_sub(1),
        }
        let next = ends.get(place + 1);
        if let Some((next, _)) = next
            && rate.compare(*next) == Ordering::Less
            && best.is_none_or(|(_, most)| open > most)
        {
            let between = Rates {
                above: *rate,
                below: *next,
            };
            best = Some((between, open));
        }
    }
    best
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Closes,
    Opens,
}

/// The rates between two, neither included.
#[derive(Clone, Copy)]
struct Rates {
    above: Ratio,
    below: Ratio,
}

impl Rates {
    /// The rates that make this fee of this amount, rounded either way. `None` for an amount of 0, another currency, and
    /// a fee of the other sign: no rate does.
    fn that_fit(sample: &FeeSample) -> Option<Self> {
        let (amount, fee) = (sample.amount, sample.fee);
        let opposed = fee.minor().signum() * amount.minor().signum() < 0;
        if amount.is_zero() || opposed || fee.currency() != amount.currency() {
            return None;
        }
        let of = i128::from(amount.minor().unsigned_abs());
        let fee = i128::from(fee.minor().unsigned_abs());
        Some(Self {
            above: Ratio { part: fee - 1, of },
            below: Ratio { part: fee + 1, of },
        })
    }

    /// Whether all of the others fit too. They are taken from between two neighbouring ends, so it is all or none.
    fn contain(&self, others: &Self) -> bool {
        self.above.compare(others.above) != Ordering::Greater
            && self.below.compare(others.below) != Ordering::Less
    }

    /// The one with the fewest decimals, and of these the lowest that is not negative.
    fn roundest(&self) -> Decimal {
        let mut scale = 1_i128;
        for decimals in 0..=MOST_DECIMALS {
            // The smallest count of this decimal that is above the lower end.
            let count = (self.above.part * scale).div_euclid(self.above.of) + 1;
            let count = count.max(0);
            let rate = Ratio {
                part: count,
                of: scale,
            };
            if rate.compare(self.below) == Ordering::Less {
                return Decimal::try_from_i128_with_scale(count, decimals).unwrap_or_default();
            }
            scale *= 10;
        }
        Decimal::ZERO
    }
}

#[derive(Clone, Copy)]
struct Ratio {
    part: i128,
    /// Positive.
    of: i128,
}

impl Ratio {
    /// Exact: minor units are below 2^63, and the scales of [`Rates::roundest`] below 10^19.
    fn compare(self, other: Self) -> Ordering {
        (self.part * other.of).cmp(&(other.part * self.of))
    }
}
