//! What the client writes into the log: enough to ask Toss's staff, and nothing personal or secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reconciliation::PaymentKey;
use toss_recon::toss::{Toss, TossError, TossSettings};
use tracing_subscriber::filter::LevelFilter;

use crate::fixtures::fixture;
use crate::server::{KEY, Reply, Server, TRACE};
use crate::setup::in_another_process;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().expect("one thread writes");
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("one thread reads").clone()).expect("text")
    }
}

#[test]
fn the_log_names_the_trace_and_nothing_personal_at_any_level() {
    // A log line that another thread meets first, without a log, is switched off for the whole process.
    in_another_process("logs::in_a_process_of_its_own", |_| {});
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn in_a_process_of_its_own() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let deposited = fixture("toss/payment_va_partial_refund.json");
    let unreadable = deposited.replace("17400", "\"김토스\"");
    let server = Server::start([
        Reply::json(200, &unreadable),
        Reply::error(500, "COMMON_ERROR"),
        Reply::json(200, &deposited),
        Reply::json(200, &deposited),
    ])
    .await;
    let toss = server.toss();
    let key = PaymentKey::parse("tdemo20260303120000Va001").expect("a payment key");
    toss.payment(&key).await.expect("a payment");
    let body = r#"{"cancelReason":"김토스 요청","refundReceiveAccount":{"bank":"88","accountNumber":"110123456789","holderName":"김토스"}}"#;
    toss.cancel(&key, "cr-0193-secret", body).await;
    // Two more of the same minute than may be asked, and the log tells of it once.
    let hurried = Toss::new(TossSettings {
        calls_per_minute: Some(1),
        account: "main shop".to_owned(),
        ..server.settings()
    });
    let hurried = hurried.expect("a client");
    for is_first in [true, false, false] {
        let answer = hurried.payment(&key).await;
        let refused = matches!(answer, Err(TossError::TooMany { .. }));
        assert_ne!(refused, is_first, "{answer:?}");
    }
    drop(guard);

    let text = log.text();
    assert_eq!(text.matches("Toss answered").count(), 5, "{text}");
    assert_eq!(text.matches("Toss is asked again").count(), 2, "{text}");
    assert!(
        text.contains(TRACE) && text.contains("balanceAmount is not a number"),
        "{text}"
    );
    assert_eq!(text.matches("are used up by all").count(), 1, "{text}");
    assert!(text.contains(r#"account="main shop""#), "{text}");
    let credentials = STANDARD.encode(format!("{KEY}:"));
    for hidden in [
        KEY,
        &credentials,
        "김토스",
        "X6505636518308",
        "110123456789",
        "안 됩니다",
        "ps_Example",
    ] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}
