//! Several settlement rows of one event: the parts in which it is settled, or a surplus.

use crate::ledger::Line;
use crate::{ListedSettlement, Money, Settlement};

impl Line<'_> {
    /// Whether it has more rows than its money allows for: several that are not its parts.
    pub(crate) fn has_surplus(&self) -> bool {
        self.rows.len() > 1 && !self.is_in_parts()
    }

    /// Whether it is settled in parts: several rows under its own key, of one sign, that come to no more than it moved.
    /// They may fall short of it; then the sum is what is wrong, and not their number.
    pub(crate) fn is_in_parts(&self) -> bool {
        let named =
            |row: &&ListedSettlement| row.settlement.transaction_key.as_ref() == Some(self.key());
        let signs = |sign: i64| {
            let mut amounts = self.rows.iter().map(|row| row.settlement.amount.minor());
            amounts.any(|minor| minor.signum() == sign)
        };
        let is_within = self.settled_amount().is_some_and(|sum| {
            let moved = self.event.amount();
            sum.currency() == moved.currency() && sum.magnitude().minor() <= moved.minor()
        });
        self.rows.len() > 1 && self.rows.iter().all(named) && !(signs(1) && signs(-1)) && is_within
    }

    /// What its rows add up to; `None` without rows, and when they cannot be added.
    pub(crate) fn settled_amount(&self) -> Option<Money> {
        sum(self.rows.iter().map(|row| Some(row.settlement.amount)))
    }

    /// Its rows as if they were one: the first, with the sums of all. What one of them lacks, the whole lacks.
    pub(crate) fn rows_as_one(&self) -> Option<Settlement> {
        let first = &self.rows.first()?.settlement;
        if self.rows.len() == 1 {
            return Some(first.clone());
        }
        let of_all = |part: fn(&Settlement) -> Option<Money>| {
            sum(self.rows.iter().map(|row| part(&row.settlement)))
        };
        Some(Settlement {
            amount: self.settled_amount()?,
            interest_fee: of_all(|row| row.interest_fee),
            fee: of_all(|row| row.fee),
            supply_amount: of_all(|row| row.supply_amount),
            vat: of_all(|row| row.vat),
            fees: None,
            pay_out_amount: of_all(|row| Some(row.pay_out_amount))?,
            ..first.clone()
        })
    }
}

fn sum(mut parts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    let first = parts.next()??;
    parts.try_fold(first, |sum, part| sum.plus(part?).ok())
}
