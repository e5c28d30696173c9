//! One row of Toss's settlements list (source S).

use chrono::{DateTime, Utc};

use crate::{KstDate, MId, Money, OrderId, PaymentKey, TransactionKey};

/// What a settlement row settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SettlementKind {
    /// An approval: it is paid out.
    Payment,
    /// A cancel: it is deducted.
    Cancel,
}

/// One line of a row's fee breakdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeLine {
    /// Toss's word: `BASE`, `INSTALLMENT_DISCOUNT`, `INSTALLMENT`, `POINT_SAVING`, `ETC`, or one not known yet.
    pub kind: String,
    /// Signed like the row's amount.
    pub fee: Money,
}

/// What is paid out or deducted for one event. From `GET /v1/settlements`. Rows have no id of their own, and identical
/// rows do occur. A part that Toss left out is `None`, which is never 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The merchant that the row names.
    pub mid: MId,
    /// The payment; absent in rows of test settlements.
    pub payment_key: Option<PaymentKey>,
    /// The event; absent in rows of test settlements.
    pub transaction_key: Option<TransactionKey>,
    /// The merchant's order; rows of test settlements put a prefix and `_` in front of it.
    pub order_id: OrderId,
    /// The method's literal as Toss wrote it, e.g. 카드.
    pub method_label: Option<String>,
    /// Whether it settles an approval or a cancel.
    pub kind: SettlementKind,
    /// Signed: negative for a cancel.
    pub amount: Money,
    /// The instalment fee.
    pub interest_fee: Option<Money>,
    /// The whole fee, VAT included, signed like the amount.
    pub fee: Option<Money>,
    /// The fee without VAT.
    pub supply_amount: Option<Money>,
    /// The VAT of the fee.
    pub vat: Option<Money>,
    /// The fee's parts.
    pub fees: Option<Vec<FeeLine>>,
    /// What is paid out, signed.
    pub pay_out_amount: Money,
    /// When the payment was approved; on a cancel's row too.
    pub approved_at: Option<DateTime<Utc>>,
    /// The day that the event is booked on.
    pub sold_date: KstDate,
    /// The day that the money moves.
    pub paid_out_date: KstDate,
}

impl Settlement {
    /// Which kind a row is: a cancel when Toss attached one, and otherwise by the amount's sign.
    pub fn kind_of(amount: Money, names_a_cancel: bool) -> SettlementKind {
        if names_a_cancel || amount.minor() < 0 {
            SettlementKind::Cancel
        } else {
            SettlementKind::Payment
        }
    }

    /// The same row with the signs that its kind asks for. A cancel that is listed with positive amounts is told from an
    /// approval by what Toss attached to it, never by the sign: all of its amounts are turned, so that whatever equations
    /// held still do.
    #[must_use]
    pub fn in_its_direction(mut self) -> Self {
        let is_turned = self.kind == SettlementKind::Cancel
            && self.amount.minor() > 0
            && self.pay_out_amount.minor() >= 0;
        if is_turned {
            self.amount = self.amount.negated();
            self.pay_out_amount = self.pay_out_amount.negated();
            let parts = [
                &mut self.interest_fee,
                &mut self.fee,
                &mut self.supply_amount,
                &mut self.vat,
            ];
            for part in parts {
                *part = part.map(Money::negated);
            }
            for line in self.fees.iter_mut().flatten() {
                line.fee = line.fee.negated();
            }
        }
        self
    }

    /// The fee to show: as listed, else supply amount and VAT, else the sum of a breakdown that has lines, else what
    /// the payout lacks to the amount. For display only; a check works on what was listed.
    pub fn shown_fee(&self) -> Money {
        let from_parts = || self.supply_amount?.plus(self.vat?).ok();
        let from_lines = || {
            let zero = Money::zero(self.amount.currency());
            self.fees
                .as_ref()
                .filter(|lines| !lines.is_empty())?
                .iter()
                .try_fold(zero, |sum, line| sum.plus(line.fee))
                .ok()
        };
        self.fee
            .or_else(from_parts)
            .or_else(from_lines)
            .or_else(|| self.amount.minus(self.pay_out_amount).ok())
            .unwrap_or_else(|| Money::zero(self.amount.currency()))
    }
}
