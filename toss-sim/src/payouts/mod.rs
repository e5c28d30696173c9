//! Settlement rows, computed from the books: one for every approval and for every cancel that moved money.

pub(crate) mod contract;
pub(crate) mod trouble;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::calendar::{business_days_after, sold_date};
use crate::kst::kst_date;
use crate::ledger::payment::Payment;
use crate::ledger::transaction::{Row, RowKind};
use crate::money::Currency;
use crate::odd_row::OddRow;
use contract::{Contract, supply_and_vat};

/// How a row's `fees` are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FeesForm {
    /// A list with numbers.
    #[default]
    Listed,
    /// Not there at all.
    Missing,
    /// A list with the numbers in quotes, as in 2021.
    Strings,
}

/// One settlement row; money in minor units, signed like `amount`.
#[derive(Clone, Debug)]
pub(crate) struct SettlementRow {
    pub(crate) payment: usize,
    pub(crate) transaction_key: String,
    pub(crate) kind: RowKind,
    pub(crate) event_at: DateTime<Utc>,
    pub(crate) currency: Currency,
    pub(crate) amount: i64,
    pub(crate) fees: Vec<(&'static str, i64)>,
    pub(crate) fee: i64,
    pub(crate) supply: i64,
    pub(crate) vat: i64,
    pub(crate) pay_out: i64,
    pub(crate) sold_date: NaiveDate,
    pub(crate) paid_out_date: NaiveDate,
    /// The first KST day on which the row is listed: the one after the event.
    pub(crate) listed_from: NaiveDate,
    pub(crate) fees_form: FeesForm,
    /// Written as test rows were seen: no keys, no card, midnight, a prefix before the orderId.
    pub(crate) degraded: bool,
    pub(crate) odd: Vec<OddRow>,
    /// The trouble that would change this row once it has been listed.
    pub(crate) awaited_trouble: Option<usize>,
}

impl SettlementRow {
    /// The row for a transaction; `None` for a payment without a method.
    pub(crate) fn for_event(row: &Row, payment: &Payment, contract: &Contract) -> Option<Self> {
        let method = payment.method.as_ref()?;
        let amount = match row.kind {
            RowKind::Cancel { .. } => -row.amount,
            RowKind::Issued | RowKind::Approved { .. } => row.amount,
        };
        let event_day = kst_date(row.at);
        let sold = sold_date(event_day, contract.cycle);
        let mut settled = Self {
            payment: row.payment,
            transaction_key: row.transaction_key.clone(),
            kind: row.kind,
            event_at: row.at,
            currency: payment.currency(),
            amount,
            fees: contract.fees.parts(method, amount, payment.currency()),
            fee: 0,
            supply: 0,
            vat: 0,
            pay_out: 0,
            sold_date: sold,
            paid_out_date: business_days_after(sold, contract.payout_business_days),
            listed_from: event_day.succ_opt().unwrap_or(event_day),
            fees_form: FeesForm::Listed,
            degraded: false,
            odd: Vec::new(),
            awaited_trouble: None,
        };
        settled.add_up();
        Some(settled)
    }

    /// Derives the totals from `amount` and `fees`.
    pub(crate) fn add_up(&mut self) {
        self.fee = self.fees.iter().map(|(_, fee)| fee).sum();
        (self.supply, self.vat) = supply_and_vat(self.fee);
        self.pay_out = self.amount - self.fee;
    }
}

/// The day on which an approval's money reaches the merchant.
pub(crate) fn approval_paid_out(payment: &Payment, contract: &Contract) -> Option<NaiveDate> {
    let sold = sold_date(kst_date(payment.approved_at?), contract.cycle);
    Some(business_days_after(sold, contract.payout_business_days))
}
