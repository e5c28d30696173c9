//! Starting and stopping the stand-in, and the handle by which a test holds it.

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServerHandle;
use chrono::NaiveDate;
use tokio::sync::Notify;

use crate::busy_day::BusyDay;
use crate::clock::SimClock;
use crate::console::{Console, ExecutedCancel};
use crate::faults::Fault;
use crate::http;
use crate::payouts::trouble::{SettlementTrouble, Watched};
use crate::recorded::RecordedRequest;
use crate::row_trouble::{PaymentTrouble, TransactionTrouble};
use crate::scenarios::{Scenario, Story};
use crate::settings::{Behaviour, Settings};
use crate::webhooks::delivery;
use crate::world::World;

/// Why a stand-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or forbidden.
    #[error(
        "cannot listen on 127.0.0.1:{port}: {cause}; choose another port, or 0 for any free one"
    )]
    Listen {
        /// The port asked for.
        port: u16,
        /// The system's reason.
        cause: io::Error,
    },
    /// The server's thread could not be made, or ended at once.
    #[error("cannot start the server: {0}")]
    Serve(io::Error),
    /// Stories and the console need somebody to be paid.
    #[error("there is no merchant; give at least one")]
    NoMerchant,
}

/// What the server, the console and the deliveries share.
pub(crate) struct Sim {
    pub(crate) clock: SimClock,
    pub(crate) control: bool,
    /// Woken when payments are released.
    pub(crate) released: Notify,
    world: Mutex<World>,
}

impl Sim {
    /// Does something with the state while nobody else does.
    pub(crate) fn with_world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Plays a story from `start`, the KST day of its first event.
    pub(crate) fn play(&self, scenario: &Scenario, start: NaiveDate) {
        let mid = self.with_world(|world| world.merchants[0].mid.clone());
        let story = Story::told(scenario, start, &mid);
        let now = self.clock.now();
        self.with_world(|world| story.happen(world, now));
        self.clock.moved().notify_waiters();
    }
}

/// A running stand-in. It has a thread of its own, works under any runtime, and stops when dropped.
pub struct TossSim {
    sim: Arc<Sim>,
    base_url: String,
    secret_key: String,
    server: ServerHandle,
}

impl TossSim {
    /// Starts a stand-in and waits until it listens.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let port = settings.port;
        let secret_key = settings
            .merchants
            .first()
            .and_then(|merchant| merchant.secret_keys.first())
            .cloned()
            .ok_or(StartError::NoMerchant)?;
        let listen = |cause| StartError::Listen { port, cause };
        let listener = TcpListener::bind(("127.0.0.1", port)).map_err(listen)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let sim = Arc::new(Sim {
            clock: settings.clock,
            control: settings.control,
            released: Notify::new(),
            world: Mutex::new(World::new(
                settings.seed,
                settings.merchants,
                settings.behaviour,
            )),
        });
        let server = serve_on_a_thread(listener, Arc::clone(&sim))
            .await
            .map_err(StartError::Serve)?;
        Ok(Self {
            sim,
            base_url,
            secret_key,
            server,
        })
    }

    /// Where the API is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The first merchant's first secret key.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The clock it runs on.
    pub fn clock(&self) -> &SimClock {
        &self.sim.clock
    }

    /// What can be broken.
    pub fn faults(&self) -> Faults<'_> {
        Faults::new(&self.sim)
    }

    /// What happens without the API.
    pub fn console(&self) -> Console<'_> {
        Console::new(&self.sim)
    }

    /// Plays a story at the first merchant. `start` is the KST day of its first event; events that lie ahead of
    /// the clock happen when it gets there.
    pub fn play(&self, scenario: &Scenario, start: NaiveDate) {
        self.sim.play(scenario, start);
    }

    /// Gives the first merchant a day of a great many payments. On that day the lists hold nothing else.
    pub fn add_busy_day(&self, day: BusyDay) {
        self.sim.with_world(|world| world.busy_days.push(day));
    }

    /// Every call of the API since the start or the last clearing.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.sim.with_world(|world| world.requests.clone())
    }

    /// Forgets the calls so far.
    pub fn clear_requests(&self) {
        self.sim.with_world(|world| world.requests.clear());
    }

    /// Webhooks that wait to be delivered, for the first time or again. One that is on its way is not counted.
    pub fn pending_webhooks(&self) -> usize {
        self.sim.with_world(|world| world.outbox.pending())
    }

    /// Every cancel that a payment really had, whoever asked for it, in order.
    pub fn executed_cancels(&self, payment_key: &str) -> Vec<ExecutedCancel> {
        self.console().executed_cancels(payment_key)
    }
}

impl Drop for TossSim {
    fn drop(&mut self) {
        // The command is sent by the call itself; nobody needs to wait for its end.
        drop(self.server.stop(false));
    }
}

/// The switches of a running stand-in.
pub struct Faults<'a> {
    sim: &'a Sim,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(sim: &'a Sim) -> Self {
        Self { sim }
    }

    /// Meets coming calls with a nuisance.
    pub fn add(&self, fault: Fault) {
        self.sim.with_world(|world| world.faults.add(fault));
    }

    /// Takes all nuisances and troubles back.
    pub fn clear(&self) {
        self.sim.with_world(|world| {
            world.faults.clear();
            world.settlement_troubles.clear();
            world.transaction_troubles.clear();
            world.payment_troubles.clear();
            world.settlement_moves.clear();
            world.held.clear();
        });
        self.sim.released.notify_waiters();
    }

    /// Calls that pending nuisances will still meet.
    pub fn remaining(&self) -> u32 {
        self.sim.with_world(|world| world.faults.remaining())
    }

    /// Moves switches.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        self.sim.with_world(|world| change(&mut world.behaviour));
    }

    /// Makes an order's settlement rows wrong.
    pub fn settlement(&self, trouble: SettlementTrouble) {
        let watched = Watched {
            trouble,
            listings: 0,
        };
        self.sim
            .with_world(|world| world.settlement_troubles.push(watched));
    }

    /// Makes an order's transaction rows wrong.
    pub fn transaction(&self, trouble: TransactionTrouble) {
        self.sim
            .with_world(|world| world.transaction_troubles.push(trouble));
    }

    /// Makes an order's payment body wrong.
    pub fn payment(&self, trouble: PaymentTrouble) {
        self.sim
            .with_world(|world| world.payment_troubles.push(trouble));
    }

    /// Has questions about one payment, named by key or order, wait until it is released or their client goes. Other
    /// payments are answered, and cancels too.
    pub fn hold(&self, payment: &str) {
        self.sim
            .with_world(|world| world.held.push(payment.to_owned()));
    }

    /// Lets what waits for a payment go on; it is named as it was to [`Faults::hold`].
    pub fn release(&self, payment: &str) {
        self.sim
            .with_world(|world| world.held.retain(|held| held != payment));
        self.sim.released.notify_waiters();
    }

    /// Loses the idempotency store: a known key is new again.
    pub fn forget_idempotency_keys(&self) {
        self.sim.with_world(|world| world.store.forget_all());
    }
}

async fn serve_on_a_thread(listener: TcpListener, sim: Arc<Sim>) -> io::Result<ServerHandle> {
    let (started, start) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("toss-sim".into())
        .spawn(move || {
            let result = actix_web::rt::System::new().block_on(async move {
                let server = http::server(listener, Arc::clone(&sim))?;
                let deliveries = actix_web::rt::spawn(delivery::run(sim));
                let _gone = started.send(server.handle());
                let ended = server.await;
                deliveries.abort();
                ended
            });
            // A server that ends with an error has already failed every call of the test that holds it.
            drop(result);
        })?;
    start
        .await
        .map_err(|_| io::Error::other("the server's thread ended before it listened"))
}
