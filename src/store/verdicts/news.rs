//! What has been read while verdicts were made: those that depend on it must not be kept.

use std::collections::HashMap;

use reconciliation::KstDate;

use super::VerdictRecord;
use crate::store::db::transaction::Transaction;
use crate::store::mirror::read_days::read_days_after;
use crate::store::{AccountName, ReadDays, Source, StoreError};

/// What has been read since verdicts were made.
#[derive(Default)]
pub(super) struct News {
    days: HashMap<(AccountName, Source), Vec<KstDate>>,
    /// The newest day with a new hole in front of it.
    holes: HashMap<AccountName, KstDate>,
}

impl News {
    pub(super) async fn since(
        transaction: &Transaction,
        seen: &ReadDays,
    ) -> Result<Self, StoreError> {
        let mut news = Self::default();
        let Some(now) = read_days_after(transaction, seen).await? else {
            return Ok(news);
        };
        for (account, source, day, makes_a_hole) in now.since(seen) {
            news.days
                .entry((account.clone(), source))
                .or_default()
                .push(day);
            if makes_a_hole {
                let newest = news.holes.entry(account.clone()).or_insert(day);
                *newest = day.max(*newest);
            }
        }
        Ok(news)
    }

    /// Whether a verdict might be another one if it were made now.
    pub(super) fn concern(&self, record: &VerdictRecord, account: Option<&AccountName>) -> bool {
        let Some(account) = account else {
            return false;
        };
        let waited_for = record.gaps.iter().any(|gap| {
            let days = self.days.get(&(account.clone(), gap.source));
            days.is_some_and(|days| days.iter().any(|day| (gap.from..=gap.to).contains(day)))
        });
        let before_a_hole = || {
            let hole = self.holes.get(account);
            let began = record.payment.as_ref().map(|payment| payment.began_at);
            hole.zip(began)
                .is_some_and(|(day, began)| began < day.start())
        };
        waited_for || before_a_hole()
    }
}
