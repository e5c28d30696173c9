//! What merchants reported: their payments and rows as Toss gave them, word for word, and what the server must make of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reconciliation::KstDate;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use toss_recon::access::Role;
use toss_recon::clock::Clock;
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::store::{AccountName, Source, Store};
use toss_recon::sync::{Import, Mirror, MirrorSettings};
use toss_recon::toss::{BaseUrl, SecretKey, Toss, TossSettings};
use toss_sim::{Settings, SimClock, TossSim};

use crate::postgres;
use crate::running::{self, RunningServer};
use crate::support::{Engine, SECRET_KEY, data, instant, on_both_databases};
use crate::token::create_token;

on_both_databases!(a_refused_refund_and_a_declined_second_attempt_are_told);

const MERCHANT: &str = "accshop";
const REFUND_FAILED: &str =
    include_str!("../fixtures/cases/reported/04-virtual-account-refund-failed.json");
const DECLINED: &str =
    include_str!("../fixtures/cases/reported/05-declined-attempt-hides-the-paid-one.json");

/// The payments and rows of a case, as Toss shows them.
struct Case {
    payments: Vec<Value>,
    transactions: Vec<Value>,
    settlements: Vec<Value>,
}

impl Case {
    fn of(texts: &[&str]) -> Self {
        let cases: Vec<Value> = texts
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        let all = |name: &str| {
            let lists = cases
                .iter()
                .map(|case| case["given"][name].as_array().unwrap());
            lists.flatten().cloned().collect()
        };
        Self {
            payments: all("payments"),
            transactions: all("transactions"),
            settlements: all("settlements"),
        }
    }

    /// The answer to a path with its query; `None` when there is no such payment.
    fn answer(&self, target: &str) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
            value.unwrap_or_default().replace("%3A", ":")
        };
        let (from, to) = (parameter("startDate"), parameter("endDate"));
        let within = |rows: &[Value], field: &str| {
            let is_within = |row: &&Value| {
                let at = &row[field].as_str().unwrap()[..from.len()];
                (from.as_str()..=to.as_str()).contains(&at)
            };
            serde_json::to_string(&rows.iter().filter(is_within).collect::<Vec<_>>()).unwrap()
        };
        match path {
            "/v1/transactions" => Some(within(&self.transactions, "transactionAt")),
            "/v1/settlements" => Some(within(&self.settlements, "soldDate")),
            _ => {
                let name = path.strip_prefix("/v1/payments/")?;
                let (field, name) = match name.strip_prefix("orders/") {
                    Some(order) => ("orderId", order),
                    None => ("paymentKey", name),
                };
                // Of several attempts Toss shows the newest.
                let named = self.payments.iter().rfind(|payment| payment[field] == name);
                named.map(Value::to_string)
            }
        }
    }
}

/// Answers one request and closes.
async fn serve(mut connection: TcpStream, case: Arc<Mutex<Case>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match connection.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let text = String::from_utf8(request).unwrap();
    let answer = case.lock().unwrap().answer(text.split(' ').nth(1).unwrap());
    let (status, body) = answer.map_or_else(
        || {
            (
                "404 Not Found",
                r#"{"code":"NOT_FOUND_PAYMENT","message":"없음"}"#.to_owned(),
            )
        },
        |body| ("200 OK", body),
    );
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // Whoever asked may have gone.
    let _ = connection.write_all((head + &body).as_bytes()).await;
}

/// The server before a Toss that shows a case.
struct Reported {
    case: Arc<Mutex<Case>>,
    base_url: String,
    sim: TossSim,
    database_url: String,
    admin: String,
    server: RunningServer,
    _folder: TempDir,
}

impl Reported {
    async fn open(engine: Engine, texts: &[&str]) -> Self {
        let case = Arc::new(Mutex::new(Case::of(texts)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let shown = Arc::clone(&case);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&shown)));
            }
        });
        // For its clock alone.
        let now = instant("2026-11-02T12:00:00+09:00");
        let sim = TossSim::start(Settings {
            clock: SimClock::manual(now),
            ..Settings::default()
        });
        let sim = sim.await.unwrap();
        let folder = TempDir::new().unwrap();
        let database_url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        let merchant = running::merchant(MERCHANT, SECRET_KEY);
        let mut config = running::config(&sim, &database_url, vec![merchant]);
        config.toss.base_url = BaseUrl::parse(&base_url).unwrap();
        let server = RunningServer::start(config, &sim, std::convert::identity).await;
        let store = Store::open(&database_url.parse().unwrap()).await.unwrap();
        let admin = create_token(&store, "test-admin", Role::Admin, now).await;
        store.close().await.unwrap();
        Self {
            case,
            base_url,
            sim,
            database_url,
            admin,
            server,
            _folder: folder,
        }
    }

    /// Mirrors both lists of a day.
    async fn mirror(&self, day: &str) {
        let settings = TossSettings::new(
            BaseUrl::parse(&self.base_url).unwrap(),
            SecretKey::parse(SECRET_KEY).unwrap(),
        );
        let merchants = Merchants::new(vec![Merchant {
            account: AccountName::new(MERCHANT),
            toss: Toss::new(settings).unwrap(),
            settlement_cycle: None,
            payout_business_days: None,
            unsettled_methods: Vec::new(),
            has_test_key: false,
        }]);
        let hands = self.sim.clock().clone();
        let clock = Clock::from_fn(move || hands.now());
        let store = Store::open(&self.database_url.parse().unwrap())
            .await
            .unwrap();
        let every = MirrorSettings::every(Duration::from_mins(1));
        let mirror = Mirror::new(store.clone(), merchants, clock, every);
        let day = KstDate::parse(day).unwrap();
        let days = Import {
            from: day,
            to: day,
            sources: Source::ALL.to_vec(),
        };
        mirror.import(&days, |_| {}).await.unwrap();
        store.close().await.unwrap();
    }

    /// Has Toss say another word of the refund of the first payment.
    fn set_refund_status(&self, status: &str) {
        let mut case = self.case.lock().unwrap();
        case.payments[0]["virtualAccount"]["refundStatus"] = json!(status);
    }

    async fn ask(&self, query: &str, language: &str) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client
            .post(format!("http://{}/graphql", self.server.address))
            .bearer_auth(&self.admin)
            .header("Accept-Language", language)
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap();
        data(answer.json().await.unwrap())
    }
}

async fn a_refused_refund_and_a_declined_second_attempt_are_told(engine: Engine) {
    let reported = Reported::open(engine, &[REFUND_FAILED, DECLINED]).await;
    refused_refund(&reported).await;
    declined_attempt(&reported).await;
}

async fn refused_refund(reported: &Reported) {
    let query = r#"{ payment(by: {paymentKey: "vaf"}, maxAgeSeconds: 0) {
        wasRead effectiveRefund { amount } cancels { refunded }
        virtualAccount { bank maskedAccountNumber dueDate refundStatus }
        reconciliation { checkedPayment discrepancies {
            class severity explanation english: explanation(locale: EN) korean: explanation(locale: KO) } } } }"#;
    let failures = |payment: &Value| -> Vec<Value> {
        let found = payment["reconciliation"]["discrepancies"]
            .as_array()
            .unwrap();
        let failures = found
            .iter()
            .filter(|found| found["class"] == "REFUND_FAILED");
        failures.cloned().collect()
    };
    let payment = &reported.ask(query, "ko-KR,en;q=0.5").await["payment"];
    assert_eq!(
        payment["virtualAccount"],
        json!({ "bank": "20", "maskedAccountNumber": "**********0123", "dueDate": null, "refundStatus": "FAILED" })
    );
    assert_eq!(
        (
            &payment["wasRead"],
            &payment["effectiveRefund"]["amount"],
            &payment["cancels"]
        ),
        (
            &json!(true),
            &json!("33000"),
            &json!([{ "refunded": true }])
        )
    );
    assert_eq!(payment["reconciliation"]["checkedPayment"], true);
    let [found] = &failures(payment)[..] else {
        panic!("{payment:#}");
    };
    assert_eq!(found["severity"], "ERROR");
    assert_eq!(found["explanation"], found["korean"]);
    assert!(found["korean"].as_str().unwrap().contains("33,000원 환불"));
    assert!(found["english"].as_str().unwrap().contains("33000 KRW"));
    // The list answers from what is stored.
    let list = "{ discrepancies(filter: {class: [REFUND_FAILED]}) { nodes { explanation korean: explanation(locale: KO) } } }";
    let listed = &reported.ask(list, "en").await["discrepancies"]["nodes"];
    assert_eq!(
        listed,
        &json!([{ "explanation": found["english"], "korean": found["korean"] }])
    );
    for (status, told) in [("PENDING", 0), ("PARTIAL_FAILED", 1), ("COMPLETED", 0)] {
        reported.set_refund_status(status);
        let payment = &reported.ask(query, "en").await["payment"];
        assert_eq!(payment["virtualAccount"]["refundStatus"], status);
        assert_eq!(failures(payment).len(), told, "{status}");
    }
}

async fn declined_attempt(reported: &Reported) {
    reported.mirror("2026-10-14").await;
    let list = r#"{ payments(filter: {orderId: "order-two-tries"}) { nodes {
        paymentKey wasRead stale viewerCanCancel { allowed reasons { code } } reconciliation { checkedPayment } } } }"#;
    let listed = &reported.ask(list, "en").await["payments"]["nodes"];
    assert_eq!(
        listed,
        &json!([{ "paymentKey": "paid1", "wasRead": false, "stale": false,
            "viewerCanCancel": { "allowed": false, "reasons": [{ "code": "NOT_READ_YET" }] },
            "reconciliation": { "checkedPayment": false } }])
    );
    let query = r#"{ payment(by: {orderId: "order-two-tries"}, maxAgeSeconds: 0) {
        paymentKey status stale wasRead paidAmount { amount } viewerCanCancel { allowed }
        otherAttempts { paymentKey status otherAttempts { paymentKey } } } }"#;
    assert_eq!(
        reported.ask(query, "en").await["payment"],
        json!({ "paymentKey": "paid1", "status": "DONE", "stale": false, "wasRead": true, "paidAmount": { "amount": "30000" },
            "viewerCanCancel": { "allowed": true },
            "otherAttempts": [{ "paymentKey": "declined1", "status": "ABORTED",
                "otherAttempts": [{ "paymentKey": "paid1" }] }] })
    );
}
