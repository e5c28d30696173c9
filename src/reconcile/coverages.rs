//! What has been read of each merchant's lists, as verdicts depend on it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use reconciliation::{Coverage, KstDate, MId, Stretch};

use crate::merchants::Merchants;
use crate::store::{AccountName, BookRows, Source, Store, StoreError, WindowRead};

/// The coverage of every account, as it was when this was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Coverages {
    by_account: HashMap<AccountName, Arc<Coverage>>,
    /// Which account has shown a merchant, for rows that name no payment of an account.
    accounts: HashMap<MId, AccountName>,
    nothing: Arc<Coverage>,
}

impl Coverages {
    /// Reads the coverage of every account that is configured or has shown a merchant.
    pub(super) async fn read(store: &Store, merchants: &Merchants) -> Result<Self, StoreError> {
        let shown = store.merchant_ids().await?;
        let mut found = Self::default();
        for (account, mids) in &shown {
            for mid in mids {
                found
                    .accounts
                    .entry(mid.clone())
                    .or_insert_with(|| account.clone());
            }
        }
        let configured = merchants.all().iter().map(|merchant| &merchant.account);
        for account in configured.chain(shown.keys()) {
            if found.by_account.contains_key(account) {
                continue;
            }
            let settles = merchants
                .named(account)
                .is_none_or(|merchant| !merchant.has_test_key);
            let coverage = coverage(
                &store.all_windows(account, Source::Transactions).await?,
                &store.all_windows(account, Source::Settlements).await?,
                settles,
            );
            found.by_account.insert(account.clone(), Arc::new(coverage));
        }
        Ok(found)
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

fn coverage(
    transactions: &BTreeMap<KstDate, WindowRead>,
    settlements: &BTreeMap<KstDate, WindowRead>,
    settles: bool,
) -> Coverage {
    let stretches = transactions
        .iter()
        .map(|(day, window)| Stretch::of_day(*day, window.read_at));
    let days = settlements
        .iter()
        .map(|(day, window)| (*day, window.read_at));
    let coverage = Coverage::new(stretches, days);
    if settles {
        coverage
    } else {
        coverage.without_settlements()
    }
}
