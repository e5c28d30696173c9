//! The merchants that this server answers for, each with its own line to Toss.

use std::sync::Arc;

use reconciliation::{PaymentMethod, SettlementCycle};

use crate::store::AccountName;
use crate::toss::Toss;

/// A merchant's key at Toss and what its contract says.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// What the merchant is called here.
    pub account: AccountName,
    /// The client that holds its key.
    pub toss: Toss,
    /// How often Toss closes its sales, when configured.
    pub settlement_cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date, when configured.
    pub payout_business_days: Option<u32>,
    /// Methods that Toss never settles, as configured.
    pub unsettled_methods: Vec<PaymentMethod>,
    /// Whether the key is a test key, for which Toss settles nothing.
    pub has_test_key: bool,
}

/// All of them, at least one.
#[derive(Clone, Debug)]
pub struct Merchants(Arc<[Merchant]>);

impl Merchants {
    /// The configured merchants.
    pub fn new(merchants: Vec<Merchant>) -> Self {
        Self(Arc::from(merchants))
    }

    /// Every merchant, in the order of the settings.
    pub fn all(&self) -> &[Merchant] {
        &self.0
    }

    /// The merchant of that name, unless it has been taken out of the settings.
    pub fn named(&self, account: &AccountName) -> Option<&Merchant> {
        self.0.iter().find(|merchant| &merchant.account == account)
    }
}
