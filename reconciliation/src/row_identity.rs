//! The identities within one settlement row: what its fee and its payout must be. Signs are none: a flat fee above the
//! amount makes the payout negative, and a refund that costs a fee has a positive one.

use crate::{Money, Settlement};

/// What must hold within a settlement row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// The fee is the supply amount and the VAT.
    FeeIsSupplyAndVat,
    /// The fee is the sum of its lines.
    FeeIsSumOfLines,
    /// The payout is the amount less the fee, or less fee and instalment fee.
    PayOutIsAmountLessFee,
}

/// Which reading of the instalment fee a row's payout agrees with. Toss's documentation leaves open whether it is part
/// of the fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayOutReading {
    /// Amount − fee; the row has an instalment fee, and it is not deducted again.
    LessFee,
    /// Amount − fee − instalment fee.
    LessFeeAndInterest,
    /// The instalment fee is 0 or absent, so that amount − fee holds and the row tells no more.
    Either,
}

/// What became of checking one identity. A part that the row lacks makes it unknown, never held and never broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It holds.
    Held,
    /// It does not.
    Broken {
        /// What the other parts make it.
        expected: Money,
        /// What the row lists.
        observed: Money,
    },
    /// A part is absent, or a sum does not fit.
    Unknown,
}

/// A broken identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BrokenIdentity {
    /// Which.
    pub identity: Identity,
    /// What the other parts make it.
    pub expected: Money,
    /// What the row lists.
    pub observed: Money,
}

/// The checks of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowIdentities {
    outcomes: [(Identity, Outcome); 3],
    /// Which reading the payout agrees with; `None` when it agrees with neither or cannot be known.
    pub pay_out_reading: Option<PayOutReading>,
}

impl RowIdentities {
    /// Checks a row as it is listed.
    pub fn of(row: &Settlement) -> Self {
        Self::with_amount(row, row.amount)
    }

    /// Checks a row as if it listed that amount: tells a wrong amount from wrong arithmetic.
    pub(crate) fn with_amount(row: &Settlement, amount: Money) -> Self {
        let sum_of_parts = row.supply_amount.zip(row.vat).map(|(a, b)| a.plus(b).ok());
        let sum_of_lines = row.fees.as_ref().map(|lines| {
            let zero = Money::zero(row.amount.currency());
            lines
                .iter()
                .try_fold(zero, |sum, line| sum.plus(line.fee).ok())
        });
        let (pay_out, pay_out_reading) = pay_out(row, amount);
        Self {
            outcomes: [
                (
                    Identity::FeeIsSupplyAndVat,
                    equal(sum_of_parts.flatten(), row.fee),
                ),
                (
                    Identity::FeeIsSumOfLines,
                    equal(sum_of_lines.flatten(), row.fee),
                ),
                (Identity::PayOutIsAmountLessFee, pay_out),
            ],
            pay_out_reading,
        }
    }

    /// Every identity with its outcome.
    pub fn outcomes(&self) -> &[(Identity, Outcome)] {
        &self.outcomes
    }

    /// The identities that do not hold.
    pub fn broken(&self) -> impl Iterator<Item = BrokenIdentity> {
        self.outcomes
            .iter()
            .filter_map(|(identity, outcome)| match *outcome {
                Outcome::Broken { expected, observed } => Some(BrokenIdentity {
                    identity: *identity,
                    expected,
                    observed,
                }),
                Outcome::Held | Outcome::Unknown => None,
            })
    }
}

fn pay_out(row: &Settlement, amount: Money) -> (Outcome, Option<PayOutReading>) {
    let less_fee = row.fee.and_then(|fee| amount.minus(fee).ok());
    let outcome = equal(less_fee, Some(row.pay_out_amount));
    let interest = row.interest_fee.filter(|interest| !interest.is_zero());
    let less_both = less_fee
        .zip(interest)
        .and_then(|(rest, interest)| rest.minus(interest).ok());
    match (outcome, less_both) {
        (Outcome::Held, Some(_)) => (outcome, Some(PayOutReading::LessFee)),
        (Outcome::Held, None) => (outcome, Some(PayOutReading::Either)),
        (_, Some(both)) if both == row.pay_out_amount => {
            (Outcome::Held, Some(PayOutReading::LessFeeAndInterest))
        }
        _ => (outcome, None),
    }
}

fn equal(expected: Option<Money>, observed: Option<Money>) -> Outcome {
    match (expected, observed) {
        (Some(expected), Some(observed)) if expected == observed => Outcome::Held,
        (Some(expected), Some(observed)) if expected.currency() == observed.currency() => {
            Outcome::Broken { expected, observed }
        }
        _ => Outcome::Unknown,
    }
}
