//! What payouts really bring into the bank account: what one day lacks, the next ones make up for.

use crate::{Money, MoneyError};

/// What a payout comes to at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// What is deposited, never below 0.
    pub deposited: Money,
    /// What could not be taken off and the next payout must, never below 0.
    pub carried_over: Money,
}

/// Payouts of one merchant and currency, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Deposits {
    owed: Money,
}

impl Deposits {
    /// Nothing is owed yet; money of the currency of `nothing`.
    pub fn new(nothing: Money) -> Self {
        Self {
            owed: Money::zero(nothing.currency()),
        }
    }

    /// The next payout, by its net: below 0 when cancels outweigh payments.
    ///
    /// # Errors
    /// When a sum does not fit, or the currency is another.
    pub fn pay_out(&mut self, net: Money) -> Result<Deposit, MoneyError> {
        let left = net.minus(self.owed)?;
        let zero = Money::zero(left.currency());
        let (deposited, carried_over) = if left.minor() < 0 {
            (zero, zero.minus(left)?)
        } else {
            (left, zero)
        };
        self.owed = carried_over;
        Ok(Deposit {
            deposited,
            carried_over,
        })
    }
}
