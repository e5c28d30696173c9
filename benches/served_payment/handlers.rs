//! What is served beside the server, as processes of their own so that their CPU time can be told from the load's: ready-made
//! bytes, and a plain REST handler over the same database, as one writes it for speed.

mod on_postgres;
mod on_sqlite;

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use actix_web::web::{Data, Path, Query};
use actix_web::{App, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize};

use crate::server::ServerProcess;

/// Set for the process of a handler: what it is to serve.
const BARE_BODY: &str = "BENCH_BARE_BODY";
const REST_DATABASE: &str = "BENCH_REST_DATABASE";

pub(crate) enum Handler {
    /// This body, whatever is asked.
    Bare(String),
    /// What this database holds.
    Rest(String),
}

impl Handler {
    pub(crate) fn start(self) -> ServerProcess {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (name, value) = match self {
            // Too long for the environment.
            Self::Bare(body) => {
                std::fs::write(file.path(), body).unwrap();
                (BARE_BODY, file.path().display().to_string())
            }
            Self::Rest(url) => (REST_DATABASE, url),
        };
        let mut child = Command::new(env::current_exe().unwrap())
            .env(name, value)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        ServerProcess {
            child,
            address: line.trim().parse().unwrap(),
        }
    }
}

/// Serves, where this process is a handler's.
pub(crate) fn served() -> bool {
    if let Ok(file) = env::var(BARE_BODY) {
        let body = web::Bytes::from(std::fs::read(file).unwrap());
        serve(move |config| {
            let body = body.clone();
            let answer = move |_request: web::Bytes| {
                let body = body.clone();
                async move { json().body(body) }
            };
            config.route("/graphql", web::post().to(answer));
        });
        return true;
    }
    let Ok(url) = env::var(REST_DATABASE) else {
        return false;
    };
    if url.starts_with("sqlite") {
        serve(move |config| {
            config.app_data(Data::new(on_sqlite::Rows::open(&url)));
            routes::<on_sqlite::Rows>(config);
        });
    } else {
        let pool = on_postgres::Rows::lazy(&url);
        serve(move |config| {
            config.app_data(Data::new(pool.clone()));
            routes::<on_postgres::Rows>(config);
        });
    }
    true
}

fn serve(configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) {
    actix_web::rt::System::new()
        .block_on(async move {
            let server = HttpServer::new(move || App::new().configure(configure.clone()))
                .workers(std::thread::available_parallelism().map_or(2, usize::from))
                .bind(("127.0.0.1", 0))?;
            println!("{}", server.addrs()[0]);
            server.run().await
        })
        .unwrap();
}

fn json() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    response
}

fn routes<R: Reads + 'static>(config: &mut web::ServiceConfig) {
    config
        .route("/payments/{key}", web::get().to(one::<R>))
        .route("/payments", web::get().to(page::<R>));
}

async fn one<R: Reads + 'static>(rows: Data<R>, key: Path<String>) -> HttpResponse {
    let found = rows.payments(&[key.into_inner()]).await;
    json().body(serde_json::to_vec(&found).unwrap())
}

#[derive(Deserialize)]
struct After {
    after: String,
}

async fn page<R: Reads + 'static>(rows: Data<R>, asked: Query<After>) -> HttpResponse {
    let text = BASE64_URL_SAFE_NO_PAD.decode(&asked.after).unwrap();
    let text = String::from_utf8(text).unwrap();
    let place = text
        .strip_prefix("P:")
        .and_then(|text| text.split_once(':'));
    let place = place.map_or((i64::MAX, ""), |(at, key)| (at.parse().unwrap(), key));
    let keys = rows.page(place).await;
    let found = rows.payments(&keys).await;
    json().body(serde_json::to_vec(&found).unwrap())
}

/// Where rows come from.
trait Reads {
    /// The keys of the page behind a place.
    async fn page(&self, place: (i64, &str)) -> Vec<String>;

    /// Payments with their rows, in the order of the keys.
    async fn payments(&self, keys: &[String]) -> Vec<Payment>;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_field_names,
    reason = "they are named as the API names them"
)]
struct Payment {
    payment_key: String,
    order_id: String,
    status: String,
    total_amount: Won,
    effective_refund: Won,
    history: Vec<Transaction>,
    settlements: Vec<Settlement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_field_names,
    reason = "they are named as the API names them"
)]
struct Transaction {
    transaction_key: String,
    status: String,
    transaction_at: String,
    amount: Won,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settlement {
    amount: Won,
    fee: Won,
    pay_out_amount: Won,
    sold_date: NaiveDate,
    paid_out_date: NaiveDate,
}

#[derive(Serialize)]
struct Won {
    amount: String,
}

fn won(amount: i64) -> Won {
    Won {
        amount: amount.to_string(),
    }
}

fn instant(millis: i64) -> String {
    let seoul = FixedOffset::east_opt(9 * 3_600).unwrap();
    let at = DateTime::from_timestamp_millis(millis).unwrap();
    at.with_timezone(&seoul)
        .to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// Payments in the order of the keys, with the rows dealt out.
#[derive(Default)]
struct Gathered {
    payments: std::collections::HashMap<String, Payment>,
}

impl Gathered {
    fn payment(&mut self, key: String, order_id: String, status: String, total: i64) {
        let payment = Payment {
            payment_key: key.clone(),
            order_id,
            status,
            total_amount: won(total),
            effective_refund: won(0),
            history: Vec::new(),
            settlements: Vec::new(),
        };
        self.payments.insert(key, payment);
    }

    fn transaction(
        &mut self,
        of: &str,
        transaction_key: String,
        status: String,
        at: i64,
        amount: i64,
    ) {
        let payment = self.payments.get_mut(of).unwrap();
        if status.ends_with("CANCELED") {
            payment.effective_refund = won(amount);
        }
        payment.history.push(Transaction {
            transaction_key,
            status,
            transaction_at: instant(at),
            amount: won(amount),
        });
    }

    fn settlement(
        &mut self,
        of: &str,
        amounts: [i64; 3],
        sold_date: NaiveDate,
        paid_out_date: NaiveDate,
    ) {
        let [amount, fee, pay_out] = amounts;
        self.payments
            .get_mut(of)
            .unwrap()
            .settlements
            .push(Settlement {
                amount: won(amount),
                fee: won(fee),
                pay_out_amount: won(pay_out),
                sold_date,
                paid_out_date,
            });
    }

    fn in_order(mut self, keys: &[String]) -> Vec<Payment> {
        let found = keys.iter().filter_map(|key| self.payments.remove(key));
        found
            .map(|mut payment| {
                payment
                    .history
                    .sort_by(|one, other| one.transaction_at.cmp(&other.transaction_at));
                payment
            })
            .collect()
    }
}
