//! What has been read of each merchant's lists, as verdicts depend on it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use reconciliation::{Coverage, MId, Stretch};

use super::Inner;
use super::verdict_settings::VerdictSettings;
use crate::store::{AccountName, BookRows, ReadDays, Source, StoreError};

/// The coverage of every account, all of it at one instant.
pub(super) struct Coverages {
    /// What it was made of.
    pub(super) read_days: ReadDays,
    by_account: HashMap<AccountName, Arc<Coverage>>,
    /// The merchants that each account has shown.
    shown: Shown,
    settings: Arc<VerdictSettings>,
    /// Which account has shown a merchant, for rows that name no payment of an account.
    accounts: HashMap<MId, AccountName>,
    nothing: Arc<Coverage>,
}

type Shown = BTreeMap<AccountName, Vec<MId>>;

impl Inner {
    /// What has been read by now. It is put together anew only when something was read since it was.
    pub(super) async fn coverages(
        &self,
        settings: &Arc<VerdictSettings>,
    ) -> Result<Arc<Coverages>, StoreError> {
        let latest = self.coverages.lock().await.clone();
        let latest = latest.filter(|latest| Arc::ptr_eq(&latest.settings, settings));
        let shown = self.store.merchant_ids().await?;
        let read_days = match &latest {
            Some(known) => match self.store.read_days_after(&known.read_days).await? {
                None if known.shown == shown => return Ok(Arc::clone(known)),
                None => known.read_days.clone(),
                Some(read_days) => read_days,
            },
            None => self.store.read_days().await?,
        };
        let coverages = Arc::new(Coverages::new(read_days, shown, Arc::clone(settings)));
        *self.coverages.lock().await = Some(Arc::clone(&coverages));
        Ok(coverages)
    }
}

impl Coverages {
    /// The coverage of every account that is configured or was read with.
    fn new(read_days: ReadDays, shown: Shown, settings: Arc<VerdictSettings>) -> Self {
        let mut accounts = HashMap::new();
        for (account, mids) in &shown {
            for mid in mids {
                accounts
                    .entry(mid.clone())
                    .or_insert_with(|| account.clone());
            }
        }
        let configured = settings.accounts.keys();
        let by_account = configured
            .chain(read_days.accounts())
            .map(|account| {
                let coverage = coverage(&read_days, account, &settings);
                (account.clone(), Arc::new(coverage))
            })
            .collect();
        Self {
            read_days,
            by_account,
            shown,
            settings,
            accounts,
            nothing: Arc::default(),
        }
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
fn coverage(read_days: &ReadDays, account: &AccountName, settings: &VerdictSettings) -> Coverage {
    let stretches = read_days
        .of(account, Source::Transactions)
        .map(|(day, window)| Stretch::of_day(day, window.read_at));
    let days = read_days
        .of(account, Source::Settlements)
        .map(|(day, window)| (day, window.read_at));
    let coverage = Coverage::new(stretches, days);
    if settings.has_test_key(account) {
        coverage.without_settlements()
    } else {
        coverage
    }
}
