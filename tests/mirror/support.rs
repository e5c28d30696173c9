//! A stand-in with a month behind it, a mirror of it in a database of its own, and what that database holds.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reconciliation::{KstDate, SettlementCycle};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use tempfile::TempDir;
use toss_recon::clock::Clock;
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::store::{AccountName, Source, Store};
use toss_recon::sync::{Import, Mirror, MirrorSettings};
use toss_recon::toss::{BaseUrl, RetrySchedule, SecretKey, Toss, TossSettings};
use toss_sim::{Scenario, Settings, SimClock, TossSim};

use crate::postgres;

pub(crate) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
pub(crate) const MID: &str = "tdemoshop01";
/// The stand-in's month.
pub(crate) const MONTH: (&str, &str) = ("2026-02-18", "2026-03-19");

/// Declares tests that run once on each database.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Engine::Sqlite).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Engine::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;

#[derive(Clone, Copy)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A database for one test.
pub(crate) struct TestDatabase {
    pub(crate) store: Store,
    pub(crate) url: String,
    raw: DatabaseConnection,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    pub(crate) async fn open(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        Self {
            _folder: Some(folder),
            ..Self::at(&url).await
        }
    }

    /// The database of that URL.
    pub(crate) async fn at(url: &str) -> Self {
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let raw = Database::connect(url).await.unwrap();
        Self {
            store,
            url: url.to_owned(),
            raw,
            _folder: None,
        }
    }

    /// Everything that a mirror keeps but for when it was read, in one order: equal for equal content.
    pub(crate) async fn content(&self) -> String {
        const TABLES: [(&str, &str); 5] = [
            (
                "transactions",
                "mid || transaction_key || payment_key || order_id || coalesce(method_label, '-') || status \
                 || transaction_at || ':' || amount || currency || ':' || listed_position || raw",
            ),
            (
                "settlements",
                "id || account || mid || coalesce(payment_key, '-') || kind || amount || ':' || pay_out_amount || raw",
            ),
            (
                "payments",
                "payment_key || mid || account || order_id || status || status_kind || method_kind || began_at || ':' \
                 || coalesce(newest_row_at, 0) || last_transaction_key",
            ),
            (
                "sync_windows",
                "account || source || CAST(day AS text) || row_count || ':' || digest",
            ),
            ("merchant_ids", "account || mid"),
        ];
        let mut content = String::new();
        for (table, columns) in TABLES {
            for row in self
                .texts(&format!("SELECT {columns} AS line FROM {table} ORDER BY 1"))
                .await
            {
                content.push_str(table);
                content.push(' ');
                content.push_str(&row);
                content.push('\n');
            }
        }
        content
    }

    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        self.raw
            .query_all_raw(Statement::from_string(
                self.raw.get_database_backend(),
                sql.to_owned(),
            ))
            .await
            .unwrap()
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect()
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn execute(&self, sql: &str) {
        self.raw.execute_unprepared(sql).await.unwrap();
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT CAST(COUNT(*) AS text) FROM {table}");
        self.texts(&sql).await[0].parse().unwrap()
    }
}

/// A stand-in whose clock stands at noon on 2026-03-20, with nothing behind it.
pub(crate) async fn empty_shop() -> TossSim {
    TossSim::start(Settings {
        clock: SimClock::manual(instant("2026-03-20T12:00:00+09:00")),
        ..Settings::default()
    })
    .await
    .unwrap()
}

/// The same, with a month behind it that has every case of the books.
pub(crate) async fn shop() -> TossSim {
    let sim = empty_shop().await;
    sim.play(
        Scenario::by_name("month").unwrap(),
        MONTH.0.parse().unwrap(),
    );
    sim
}

/// The stories whose rows are the same however often they are listed.
pub(crate) const STEADY: [&str; 8] = [
    "clean_month",
    "two_mids",
    "account_never_paid",
    "partial_cancels",
    "deposit_bounced",
    "settlement_duplicated",
    "degraded_rows",
    "negative_day",
];

/// A month whose rows are the same however often they are listed, so that two mirrors of it can be compared.
pub(crate) async fn steady_shop() -> TossSim {
    let sim = empty_shop().await;
    for story in STEADY {
        let story = Scenario::by_name(story).unwrap();
        sim.play(story, MONTH.0.parse().unwrap());
    }
    sim
}

/// Compares long texts by their first difference.
#[track_caller]
pub(crate) fn assert_same(found: &str, expected: &str, what: &str) {
    let mut lines = found.lines().zip(expected.lines());
    if let Some((found, expected)) = lines.find(|(found, expected)| found != expected) {
        panic!("{what}\nfound    {found}\nexpected {expected}");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{what}");
}

pub(crate) fn settings(page_rows: u32) -> MirrorSettings {
    MirrorSettings {
        page_rows,
        retry_pause: Duration::from_millis(1),
        ..MirrorSettings::every(Duration::from_mins(1))
    }
}

pub(crate) fn merchants(sim: &TossSim) -> Merchants {
    merchants_with(sim, Duration::from_secs(10))
}

/// Who wait so long for a payment, and twice as long for a list.
fn merchants_with(sim: &TossSim, timeout: Duration) -> Merchants {
    Merchants::new(vec![merchant(sim, MID, SECRET_KEY, timeout)])
}

/// The merchant of this shop, behind one whose key Toss has revoked.
pub(crate) fn merchants_behind_a_revoked_one(sim: &TossSim) -> Merchants {
    let timeout = Duration::from_secs(10);
    let revoked = "live_sk_rev0ked0000000000000000";
    Merchants::new(vec![
        merchant(sim, "revoked", revoked, timeout),
        merchant(sim, MID, SECRET_KEY, timeout),
    ])
}

/// The merchant of the second shop, behind that of the first.
pub(crate) fn merchants_of_two_shops(first: &TossSim, second: &TossSim) -> Merchants {
    let timeout = Duration::from_secs(10);
    Merchants::new(vec![
        merchant(first, "first", SECRET_KEY, timeout),
        merchant(second, MID, SECRET_KEY, timeout),
    ])
}

fn merchant(sim: &TossSim, name: &str, secret_key: &str, timeout: Duration) -> Merchant {
    let settings = TossSettings {
        timeout,
        retry: RetrySchedule {
            attempts: 2,
            first_pause: Duration::from_millis(1),
        },
        ..TossSettings::new(
            BaseUrl::parse(sim.base_url()).unwrap(),
            SecretKey::parse(secret_key).unwrap(),
        )
    };
    Merchant {
        account: AccountName::new(name),
        toss: Toss::new(settings).unwrap(),
        settlement_cycle: Some(SettlementCycle::Daily),
        payout_business_days: None,
        unsettled_methods: Vec::new(),
        has_test_key: false,
    }
}

pub(crate) fn clock(sim: &TossSim) -> Clock {
    let hands = sim.clock().clone();
    Clock::from_fn(move || hands.now())
}

pub(crate) fn mirror(sim: &TossSim, store: &Store, page_rows: u32) -> Mirror {
    Mirror::new(
        store.clone(),
        merchants(sim),
        clock(sim),
        settings(page_rows),
    )
}

/// A mirror that waits for a list twice as long as it is told.
pub(crate) fn mirror_with(sim: &TossSim, store: &Store, timeout: Duration) -> Mirror {
    let merchants = merchants_with(sim, timeout);
    Mirror::new(store.clone(), merchants, clock(sim), settings(5_000))
}

/// The whole month of both lists.
pub(crate) fn month() -> Import {
    Import {
        from: day(MONTH.0),
        to: day(MONTH.1),
        sources: Source::ALL.to_vec(),
    }
}

/// What a mirror of the whole month holds that nothing disturbed.
pub(crate) async fn undisturbed(sim: &TossSim, engine: Engine) -> String {
    let database = TestDatabase::open(engine).await;
    mirror(sim, &database.store, 5_000)
        .import(&month(), |_| {})
        .await
        .unwrap();
    let content = database.content().await;
    database.store.close().await.unwrap();
    content
}

pub(crate) fn day(text: &str) -> KstDate {
    KstDate::parse(text).unwrap()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}
