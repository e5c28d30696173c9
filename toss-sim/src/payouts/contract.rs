//! What a merchant has agreed with Toss: its cycle, its payout day and its fees.

use crate::calendar::SettlementCycle;
use crate::ledger::payment::Method;
use crate::money::Currency;

/// A merchant's settlement contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// How events are gathered into sold dates.
    pub cycle: SettlementCycle,
    /// Business days from the sold date to the payout.
    pub payout_business_days: u32,
    /// The fees.
    pub fees: FeeRates,
}

impl Default for Contract {
    fn default() -> Self {
        Self {
            cycle: SettlementCycle::Daily,
            payout_business_days: 5,
            fees: FeeRates::default(),
        }
    }
}

/// Fees before VAT, in hundredths of a percent of the amount unless said otherwise.
#[derive(Clone, Debug)]
pub struct FeeRates {
    /// Cards.
    pub card: i64,
    /// On top of it when the merchant bears the interest of instalments.
    pub installment: i64,
    /// Korean wallets.
    pub easy_pay: i64,
    /// Transfers.
    pub transfer: i64,
    /// Phone bills.
    pub mobile_phone: i64,
    /// Vouchers.
    pub gift_certificate: i64,
    /// Foreign wallets.
    pub overseas: i64,
    /// Won per deposit into a virtual account, before VAT.
    pub virtual_account_won: i64,
    /// Whether cancelling a deposited account gives its fee back; contracts differ.
    pub virtual_account_returned: bool,
}

impl Default for FeeRates {
    fn default() -> Self {
        Self {
            card: 210,
            installment: 200,
            easy_pay: 300,
            transfer: 180,
            mobile_phone: 350,
            gift_certificate: 600,
            overseas: 390,
            virtual_account_won: 300,
            virtual_account_returned: false,
        }
    }
}

impl FeeRates {
    /// The parts of the fee for `amount` minor units, VAT included, each with the sign of `amount`.
    pub(crate) fn parts(
        &self,
        method: &Method,
        amount: i64,
        currency: Currency,
    ) -> Vec<(&'static str, i64)> {
        let of_amount = |rate: i64| (amount.abs() * rate * 11) / 100_000 * amount.signum();
        match method {
            Method::Card {
                merchant_pays_interest: true,
                ..
            } => {
                vec![
                    ("BASE", of_amount(self.card)),
                    ("INSTALLMENT", of_amount(self.installment)),
                ]
            }
            Method::Card { .. } => vec![("BASE", of_amount(self.card)), ("ETC", 0)],
            Method::EasyPay { .. } => vec![("BASE", of_amount(self.easy_pay))],
            Method::Transfer => vec![("BASE", of_amount(self.transfer))],
            Method::MobilePhone => vec![("BASE", of_amount(self.mobile_phone))],
            Method::GiftCertificate(_) => vec![("BASE", of_amount(self.gift_certificate))],
            Method::OverseasEasyPay { .. } => vec![("BASE", of_amount(self.overseas))],
            Method::VirtualAccount if amount < 0 && !self.virtual_account_returned => {
                vec![("BASE", 0)]
            }
            Method::VirtualAccount if currency == Currency::Krw => {
                vec![("BASE", self.virtual_account_won * 11 / 10 * amount.signum())]
            }
            Method::VirtualAccount => vec![("BASE", 0)],
        }
    }
}

/// Supply amount and VAT of a fee: `supply = round(fee / 1.1)`, half away from zero.
pub(crate) fn supply_and_vat(fee: i64) -> (i64, i64) {
    let supply = (fee.abs() * 20 + 11) / 22 * fee.signum();
    (supply, fee - supply)
}
