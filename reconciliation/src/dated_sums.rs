//! Sums of booked lines by day, on each of the bases that books are closed by.

use std::collections::BTreeMap;

use crate::{BookedLine, Currency, Effect, KstDate, MId, Money, MoneyError};

/// Which day of a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateBasis {
    /// The day on which the payment began: its whole life counts there.
    Transaction,
    /// The day of each event.
    Event,
    /// The day that a settlement row is booked on.
    Sold,
    /// The day that a settlement row's money moves.
    PaidOut,
}

impl DateBasis {
    /// Every basis.
    pub const ALL: [Self; 4] = [Self::Transaction, Self::Event, Self::Sold, Self::PaidOut];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "TRANSACTION",
            Self::Event => "EVENT",
            Self::Sold => "SOLD",
            Self::PaidOut => "PAID_OUT",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == text)
    }

    /// The day of a line; `None` of a line that does not count on this basis.
    fn day_of(self, line: &BookedLine) -> Option<KstDate> {
        match self {
            Self::Transaction => line.cohort,
            Self::Event => line.day,
            Self::Sold => Some(line.row.as_ref()?.sold_date),
            Self::PaidOut => Some(line.row.as_ref()?.paid_out_date),
        }
    }
}

/// What some lines add up to, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedSums {
    /// Received, less deposits that bounced.
    pub paid: Money,
    /// Given back, positive.
    pub effective_refund: Money,
    /// Cancelled without money moving, positive.
    pub voided: Money,
    /// Σ amount of the settlement rows, signed.
    pub settled: Money,
    /// Σ fee of the rows, signed.
    pub fee: Money,
    /// Σ supplyAmount of the rows that tell it, signed.
    pub supply_amount: Money,
    /// Σ vat of the rows that tell it, signed.
    pub vat: Money,
    /// Σ payOutAmount of the rows, signed.
    pub pay_out: Money,
    /// What of the money Toss never settles, signed.
    pub never_settled: Money,
    /// How many rows.
    pub rows: u64,
    /// How many of them do not tell their supply amount or their VAT.
    pub rows_without_vat: u64,
}

impl BookedSums {
    /// Nothing, in that currency.
    pub fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            paid: zero,
            effective_refund: zero,
            voided: zero,
            settled: zero,
            fee: zero,
            supply_amount: zero,
            vat: zero,
            pay_out: zero,
            never_settled: zero,
            rows: 0,
            rows_without_vat: 0,
        }
    }

    /// The currency of the sums.
    pub fn currency(&self) -> Currency {
        self.paid.currency()
    }

    /// What was paid and not given back.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.paid.minus(self.effective_refund)
    }

    /// What Toss still owes of it before fees: negative when it has paid out too much.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn unsettled(&self) -> Result<Money, MoneyError> {
        self.net()?.minus(self.settled)?.minus(self.never_settled)
    }

    /// Both together.
    ///
    /// # Errors
    /// When a sum does not fit, or the currencies differ.
    pub fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        Ok(Self {
            paid: self.paid.plus(other.paid)?,
            effective_refund: self.effective_refund.plus(other.effective_refund)?,
            voided: self.voided.plus(other.voided)?,
            settled: self.settled.plus(other.settled)?,
            fee: self.fee.plus(other.fee)?,
            supply_amount: self.supply_amount.plus(other.supply_amount)?,
            vat: self.vat.plus(other.vat)?,
            pay_out: self.pay_out.plus(other.pay_out)?,
            never_settled: self.never_settled.plus(other.never_settled)?,
            rows: self.rows.saturating_add(other.rows),
            rows_without_vat: self.rows_without_vat.saturating_add(other.rows_without_vat),
        })
    }

    fn of(line: &BookedLine) -> Result<Self, MoneyError> {
        let mut sums = Self::zero(line.amount.currency());
        match line.effect {
            Effect::Paid | Effect::PaymentReversed => sums.paid = line.amount,
            Effect::Refunded => sums.effective_refund = line.amount.negated(),
            Effect::Voided => sums.voided = line.amount,
            Effect::None => {}
        }
        sums.never_settled = line.never_settled;
        if let Some(row) = &line.row {
            sums.settled = sums.settled.plus(row.amount)?;
            sums.fee = sums.fee.plus(row.fee)?;
            sums.pay_out = sums.pay_out.plus(row.pay_out)?;
            sums.rows = 1;
            match row.supply_amount.zip(row.vat) {
                Some((supply_amount, vat)) => {
                    sums.supply_amount = supply_amount;
                    sums.vat = vat;
                }
                None => sums.rows_without_vat = 1,
            }
        }
        Ok(sums)
    }
}

/// What one payment has on one day, of one merchant and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedSums {
    /// The merchant.
    pub mid: MId,
    /// The day.
    pub day: KstDate,
    /// The day before it on which the payment has something too. A payment is counted once in any stretch of days: on the
    /// day whose earlier one lies before the stretch.
    pub earlier: Option<KstDate>,
    /// The sums; the currency is theirs.
    pub sums: BookedSums,
}

/// What the lines of one payment add up to on each day, by merchant, currency and day.
///
/// # Errors
/// When a sum does not fit.
pub fn dated_sums(lines: &[BookedLine], basis: DateBasis) -> Result<Vec<DatedSums>, MoneyError> {
    let mut days: BTreeMap<(&MId, Currency, KstDate), BookedSums> = BTreeMap::new();
    for line in lines {
        let Some(day) = basis.day_of(line) else {
            continue;
        };
        let currency = line.amount.currency();
        let sums = days
            .entry((&line.mid, currency, day))
            .or_insert_with(|| BookedSums::zero(currency));
        *sums = sums.plus(&BookedSums::of(line)?)?;
    }
    let mut found: Vec<DatedSums> = Vec::with_capacity(days.len());
    for ((mid, currency, day), sums) in days {
        let before = found
            .last()
            .filter(|before| before.mid == *mid && before.sums.currency() == currency);
        found.push(DatedSums {
            mid: mid.clone(),
            day,
            earlier: before.map(|before| before.day),
            sums,
        });
    }
    Ok(found)
}
