//! The real server, as its own program runs it, within a test. A test binary takes it in with
//! `#[path = "../support/running.rs"] mod running;`.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use reconciliation::{BusinessCalendar, CancelPolicy, PartialCancelRows, SettlementCycle};
use tokio::sync::oneshot;
use toss_recon::clock::Clock;
use toss_recon::config::{
    FrontDoor, FrontEnds, MerchantConfig, ServerConfig, SyncConfig, TossConfig,
};
use toss_recon::server::Server;
use toss_recon::store::AccountName;
use toss_recon::toss::{BaseUrl, MusdAmounts, SecretKey};
use toss_sim::TossSim;

/// A server on a thread of its own. It ends in order when dropped.
pub(crate) struct RunningServer {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl RunningServer {
    /// A server on a free port, on the stand-in's clock; `prepare` may change what it does before it starts.
    pub(crate) async fn start(
        config: ServerConfig,
        sim: &TossSim,
        prepare: fn(Server) -> Server,
    ) -> Self {
        let hands = sim.clock().clone();
        let clock = Clock::from_fn(move || hands.now());
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, start) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = prepare(Server::bind(&config, clock).await.unwrap());
                started.send(server.address()).unwrap();
                let until_dropped = async move {
                    let _ = stopped.await;
                };
                server.run(until_dropped).await.unwrap();
            });
        });
        Self {
            address: start.await.expect("the server starts"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A test that failed has said so already.
            let _ = thread.join();
        }
    }
}

/// A merchant who is settled daily.
pub(crate) fn merchant(account: &str, secret_key: &str) -> MerchantConfig {
    MerchantConfig {
        account: AccountName::new(account),
        secret_key: SecretKey::parse(secret_key).unwrap(),
        settlement_cycle: Some(SettlementCycle::Daily),
        payout_business_days: None,
        unsettled_methods: Vec::new(),
    }
}

/// The settings of a server for these merchants, before the stand-in and on this database. What is not named is as it is
/// when nobody sets it.
pub(crate) fn config(
    sim: &TossSim,
    database_url: &str,
    merchants: Vec<MerchantConfig>,
) -> ServerConfig {
    ServerConfig {
        merchants,
        toss: TossConfig {
            base_url: BaseUrl::parse(sim.base_url()).unwrap(),
            timeout: Duration::from_secs(10),
            calls_per_minute: None,
            partial_cancel_rows: PartialCancelRows::default(),
            musd_amounts: MusdAmounts::default(),
        },
        database_url: database_url.parse().unwrap(),
        listen_addr: "127.0.0.1:0".parse().unwrap(),
        cancel_retry: Duration::from_secs(5),
        sync: SyncConfig::default(),
        cancel_policy: CancelPolicy::default(),
        calendar: BusinessCalendar::korean().unwrap(),
        webhook_secret: None,
        front_door: FrontDoor::default(),
        front_ends: FrontEnds::default(),
        public_url: None,
        notify: Vec::new(),
    }
}
