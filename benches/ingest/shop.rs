//! The stand-in with one large day behind it.

use std::time::{Duration, Instant};

use chrono::{DateTime, Days, TimeDelta, Utc};
use reconciliation::{KstDate, Payment, SettlementCycle};
use toss_recon::clock::Clock;
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::store::{AccountName, Source};
use toss_recon::toss::{BaseUrl, SecretKey, Toss, TossSettings, TransactionPage};
use toss_sim::{BusyDay, Settings, SimClock, TossSim};

pub(crate) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
pub(crate) const ACCOUNT: &str = "bench";
const PAGE_ROWS: usize = 5_000;

pub(crate) struct Shop {
    pub(crate) sim: TossSim,
    pub(crate) day: KstDate,
}

/// What the stand-in needs to list everything.
pub(crate) struct Served {
    pub(crate) rows: usize,
    pub(crate) took: Duration,
}

impl Shop {
    pub(crate) async fn open(rows: u64) -> Self {
        let now: DateTime<Utc> =
            DateTime::from(std::time::UNIX_EPOCH + std::time::UNIX_EPOCH.elapsed().unwrap());
        let settings = Settings {
            clock: SimClock::running_from(now),
            ..Settings::default()
        };
        let sim = TossSim::start(settings).await.unwrap();
        let day = KstDate::of(now).naive() - Days::new(5);
        sim.add_busy_day(BusyDay { day, rows });
        Self {
            sim,
            day: KstDate::from_naive(day),
        }
    }

    pub(crate) fn merchants(&self) -> Merchants {
        Merchants::new(vec![Merchant {
            account: AccountName::new(ACCOUNT),
            toss: self.toss(),
            settlement_cycle: Some(SettlementCycle::Daily),
            payout_business_days: None,
            unsettled_methods: Vec::new(),
            has_test_key: false,
        }])
    }

    pub(crate) fn clock(&self) -> Clock {
        let hands = self.sim.clock().clone();
        Clock::from_fn(move || hands.now())
    }

    /// Reads every page and throws it away. Only the last row's key is looked for, which names the next page.
    pub(crate) async fn served(&self, source: Source) -> Served {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let base = self.sim.base_url();
        let day = self.day;
        let begun = Instant::now();
        let (mut rows, mut after) = (0, String::new());
        for page in 1_u32.. {
            let url = match source {
                Source::Transactions => format!(
                    "{base}/v1/transactions?startDate={day}T00:00:00&endDate={day}T23:59:59&limit={PAGE_ROWS}{after}"
                ),
                Source::Settlements => format!(
                    "{base}/v1/settlements?startDate={day}&endDate={day}&page={page}&size={PAGE_ROWS}"
                ),
            };
            let request = client.get(url).basic_auth(SECRET_KEY, Some(""));
            let body = request.send().await.unwrap().text().await.unwrap();
            let listed = body.matches("\"orderId\"").count();
            rows += listed;
            if listed < PAGE_ROWS {
                break;
            }
            let (_, last) = body.rsplit_once("\"transactionKey\":\"").unwrap();
            after = format!("&startingAfter={}", &last[..32]);
        }
        // Settlements are read twice: several pages are believed when two readings agree.
        let readings = if source == Source::Settlements && rows >= PAGE_ROWS {
            2
        } else {
            1
        };
        Served {
            rows,
            took: begun.elapsed() * readings,
        }
    }

    /// A payment of every third hour, for others to write while the day is imported.
    pub(crate) async fn readings(&self) -> Vec<Payment> {
        let toss = self.toss();
        let mut payments = Vec::new();
        for hour in (0..24).step_by(3) {
            let from = self.day.start() + TimeDelta::hours(hour);
            let page = TransactionPage {
                from,
                to: from + TimeDelta::minutes(30),
                starting_after: None,
                limit: 1,
                first_position: 0,
            };
            let row = toss.transactions(&page).await.unwrap().rows.remove(0).value;
            payments.push(Payment {
                mid: row.mid,
                payment_key: row.payment_key,
                order_id: row.order_id,
                method_label: row.method_label,
                status: row.status,
                currency: row.amount.currency(),
                total_amount: Some(row.amount),
                balance_amount: Some(row.amount),
                requested_at: Some(row.transaction_at),
                approved_at: None,
                is_partial_cancelable: None,
                last_transaction_key: Some(row.transaction_key),
                virtual_account: None,
            });
        }
        payments
    }

    fn toss(&self) -> Toss {
        let base_url = BaseUrl::parse(self.sim.base_url()).unwrap();
        Toss::new(TossSettings::new(
            base_url,
            SecretKey::parse(SECRET_KEY).unwrap(),
        ))
        .unwrap()
    }
}
