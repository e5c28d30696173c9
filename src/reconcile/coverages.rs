//! What has been read of each merchant's lists, as verdicts depend on it.

use std::collections::HashMap;
use std::sync::Arc;

use reconciliation::{Coverage, MId, Stretch};

use crate::merchants::Merchants;
use crate::store::{AccountName, BookRows, ReadDays, Source, Store, StoreError};

/// The coverage of every account, all of it at one instant.
pub(super) struct Coverages {
    /// What it was made of.
    pub(super) read_days: ReadDays,
    by_account: HashMap<AccountName, Arc<Coverage>>,
    /// Which account has shown a merchant, for rows that name no payment of an account.
    accounts: HashMap<MId, AccountName>,
    nothing: Arc<Coverage>,
}

impl Coverages {
    /// Reads the coverage of every account that is configured or was read with.
    pub(super) async fn read(store: &Store, merchants: &Merchants) -> Result<Self, StoreError> {
        let read_days = store.read_days().await?;
        let mut accounts = HashMap::new();
        for (account, mids) in store.merchant_ids().await? {
            for mid in mids {
                accounts.entry(mid).or_insert_with(|| account.clone());
            }
        }
        let configured = merchants.all().iter().map(|merchant| &merchant.account);
        let by_account = configured
            .chain(read_days.accounts())
            .map(|account| {
                let coverage = coverage(&read_days, account, merchants);
                (account.clone(), Arc::new(coverage))
            })
            .collect();
        Ok(Self {
            read_days,
            by_account,
            accounts,
            nothing: Arc::default(),
        })
    }

    /// The account whose key reads these books: the payment's, else the one that has shown the rows' merchant.
    pub(super) fn account<'a>(&'a self, rows: &'a BookRows) -> Option<&'a AccountName> {
        if let Some(stored) = &rows.payment {
            return Some(&stored.account);
        }
        let (_, row) = rows.settlements.first()?;
        self.accounts.get(&row.settlement.mid)
    }

    /// What has been read with an account's key.
    pub(super) fn of(&self, account: Option<&AccountName>) -> Arc<Coverage> {
        let known = account.and_then(|account| self.by_account.get(account));
        Arc::clone(known.unwrap_or(&self.nothing))
    }
}

/// What has been read with one key. Under a test key settlements cannot be had.
fn coverage(read_days: &ReadDays, account: &AccountName, merchants: &Merchants) -> Coverage {
    let stretches = read_days
        .of(account, Source::Transactions)
        .map(|(day, window)| Stretch::of_day(day, window.read_at));
    let days = read_days
        .of(account, Source::Settlements)
        .map(|(day, window)| (day, window.read_at));
    let coverage = Coverage::new(stretches, days);
    match merchants.named(account) {
        Some(merchant) if merchant.has_test_key => coverage.without_settlements(),
        _ => coverage,
    }
}
