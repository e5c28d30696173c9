//! What queries served from the store cost, beside a bare actix-web handler of ready-made bytes and beside a plain REST handler
//! over the same database.
//!
//! All are processes of their own, on loopback, and take turns under the same load; what is printed is the CPU time for each
//! request, of the process and of PostgreSQL together, and the ratios. Any payments are those of a large shop, each asked for
//! about once; those read lately are a few that are asked for again and again.
//! `cargo bench --bench served_payment -- --seconds 4 --payments 100000 --rounds 2`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, ends at the first fault, and is no server with settings"
)]

#[path = "../support/filling.rs"]
mod filling;
mod handlers;
mod load;
#[path = "../../tests/support/postgres.rs"]
mod postgres;
#[path = "../support/program.rs"]
mod program;
mod requests;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/statistics.rs"]
mod statistics;
#[path = "../support/watched.rs"]
mod watched;

use std::env;

use chrono::{Days, Utc};
use handlers::Handler;
use load::{Cost, DatabaseCpu, Load};
use program::{Program, SECRET_KEY, TOSS};
use requests::{Requests, Work};
use sea_orm::{ConnectionTrait, Database, DbBackend};
use server::{ServerProcess, create_token};

const DEFAULT_SECONDS: u64 = 4;
const DEFAULT_PAYMENTS: u64 = 100_000;
const DEFAULT_ROUNDS: u64 = 2;

fn main() {
    if handlers::served() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(compare());
}

async fn compare() {
    let only = argument("--only");
    let number = |name, usual| argument(name).map_or(usual, |text| text.parse().unwrap());
    let (seconds, rounds) = (
        number("--seconds", DEFAULT_SECONDS),
        number("--rounds", DEFAULT_ROUNDS),
    );
    let payments = number("--payments", DEFAULT_PAYMENTS);
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("bench.db").display());
    for name in ["SQLite", "PostgreSQL"] {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let url = match name {
            "SQLite" => sqlite.clone(),
            _ => postgres::database().await,
        };
        shop(&url, payments).await;
        let token = create_token(&url, "viewer");
        let served = ServerProcess::serve(&url, TOSS, SECRET_KEY, &["--no-sync"]);
        let rest = Handler::Rest(url.clone()).start();
        let requests = Requests::of(&url, served.address, rest.address, &token, payments).await;
        let database = DatabaseCpu::of(&url).await;
        for work in Work::ALL {
            let sample = requests.sample(work, served.address).await;
            let bare = Handler::Bare(sample).start();
            for round in 1..=rounds {
                let load = Load {
                    seconds,
                    database: &database,
                };
                let floor = load.on(&bare, requests.graphql(work)).await;
                let plain = load.on(&rest, requests.rest(work)).await;
                let cost = load.on(&served, requests.graphql(work)).await;
                print(name, work, round, &[floor, plain, cost]);
            }
        }
    }
}

fn print(name: &str, work: Work, round: u64, costs: &[Cost; 3]) {
    let [floor, plain, cost] = costs;
    println!(
        "{name} {work}, round {round}: bare {floor}; REST {plain}; served {cost}; {:.1} x bare, {:.2} x REST",
        cost.micros() / floor.micros(),
        cost.micros() / plain.micros(),
    );
}

/// A month of a large shop whose payments have been read from Toss just now.
async fn shop(url: &str, payments: u64) {
    let first = Utc::now().date_naive() - Days::new(filling::DAYS);
    let program = Program::with_month(url.to_owned(), first, payments).await;
    let database = Database::connect(program.database_url()).await.unwrap();
    let (yes, no) = match database.get_database_backend() {
        DbBackend::Postgres => ("TRUE", "FALSE"),
        _ => ("1", "0"),
    };
    let read = format!(
        "UPDATE payments SET rows_only = {no}, is_partial_cancelable = {yes}, total_amount = 10000, balance_amount = 10000, \
         requested_at = began_at, approved_at = began_at, raw = '{{}}', last_transaction_key = \
         (SELECT MAX(transaction_key) FROM transactions WHERE transactions.payment_key = payments.payment_key)"
    );
    database.execute_unprepared(&read).await.unwrap();
    statistics::gather(&database).await;
    database.close().await.unwrap();
}

fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}
