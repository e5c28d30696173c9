//! A shop whose lists have been mirrored, and lists that are read page by page.

use std::time::Duration;

use reconciliation::KstDate;
use serde_json::Value;
use toss_recon::clock::Clock;
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::store::{AccountName, Source};
use toss_recon::sync::{Import, Mirror, MirrorSettings};
use toss_recon::toss::{BaseUrl, SecretKey, Toss, TossSettings};

use crate::support::{Engine, Given, MERCHANT, SECRET_KEY, Shop};

/// The first and the last day of the stand-in's month.
pub(crate) const MONTH: (&str, &str) = ("2026-02-18", "2026-03-19");

/// A shop that has lived through the month of the demo, with both lists of it mirrored.
pub(crate) struct Month(pub(crate) Shop);

impl Given for Month {
    async fn on(engine: Engine) -> Self {
        let shop = Shop::open(engine).await;
        shop.play("month", MONTH.0);
        shop.mirror(MONTH).await;
        shop.verdicts_made().await;
        Self(shop)
    }
}

impl Shop {
    /// Mirrors both lists of these days, as `sync` does beside a running server.
    pub(crate) async fn mirror(&self, days: (&str, &str)) {
        self.mirror_of(&[(MERCHANT, SECRET_KEY)], days).await;
    }

    /// The same of these merchants, each with its key.
    pub(crate) async fn mirror_of(&self, merchants: &[(&str, &str)], (from, to): (&str, &str)) {
        let merchants = merchants.iter().map(|(name, key)| {
            let settings = TossSettings::new(
                BaseUrl::parse(self.sim.base_url()).unwrap(),
                SecretKey::parse(key).unwrap(),
            );
            Merchant {
                account: AccountName::new(name),
                toss: Toss::new(settings).unwrap(),
                settlement_cycle: None,
                payout_business_days: None,
                unsettled_methods: Vec::new(),
                has_test_key: false,
            }
        });
        let merchants = Merchants::new(merchants.collect());
        let hands = self.sim.clock().clone();
        let clock = Clock::from_fn(move || hands.now());
        let store = self.store().await;
        let mirror = Mirror::new(
            store.clone(),
            merchants,
            clock,
            MirrorSettings::every(Duration::from_mins(1)),
        );
        let days = Import {
            from: KstDate::parse(from).unwrap(),
            to: KstDate::parse(to).unwrap(),
            sources: Source::ALL.to_vec(),
        };
        mirror.import(&days, |_| {}).await.unwrap();
        store.close().await.unwrap();
    }

    /// Waits until no verdict is due. A list waits for a second at most and then tells those that are still due as they were,
    /// while a payment tells how it stands; a machine that is busy with other tests may need longer.
    pub(crate) async fn verdicts_made(&self) {
        let store = self.store().await;
        loop {
            self.ask("{ discrepancies(first: 1) { nodes { id } } }")
                .await;
            let due = store.due_verdicts(self.sim.clock().now(), 1).await;
            if due.unwrap().is_empty() {
                break;
            }
        }
        store.close().await.unwrap();
    }

    /// Every node of a list, read in pages of that many.
    pub(crate) async fn all(
        &self,
        list: &str,
        filter: &str,
        rows: usize,
        selection: &str,
    ) -> Vec<Value> {
        let mut nodes = Vec::new();
        let mut after = Value::Null;
        loop {
            let query = format!(
                "{{ {list}(filter: {{ {filter} }}, first: {rows}, after: {after}) {{ \
                 nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let mut page = self.ask(&query).await[list].take();
            nodes.append(page["nodes"].as_array_mut().unwrap());
            if page["pageInfo"]["hasNextPage"] == false {
                return nodes;
            }
            after = page["pageInfo"]["endCursor"].take();
        }
    }
}

/// A text of a JSON object.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} of {value:#}"))
        .to_owned()
}

/// An amount in minor units: as many decimals as its currency has are written, no more and no fewer.
pub(crate) fn minor(money: &Value) -> i64 {
    text(money, "amount").replace('.', "").parse().unwrap()
}
