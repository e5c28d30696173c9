//! Reports over HTTP: who gets one, how many at once, and how they end. What is in them is tested where they are made.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reconciliation::MId;
use reqwest::{Method, Response, StatusCode};
use tokio::runtime::Handle;
use toss_recon::http::{ReportFailed, Reports};

use crate::support::{IntoAnswer as _, Switches, TestServer};

/// Reports that end as their first day says.
const WHOLE: &str = "2026-03-01";
const ENDLESS: &str = "2026-03-02";
const NO_ROOM: &str = "2026-03-03";
const BROKEN_HALF_WAY: &str = "2026-03-04";
const BROKEN: &str = "2026-03-05";

pub(crate) fn reports(switches: &Arc<Switches>) -> Reports {
    let switches = Arc::clone(switches);
    Reports::new(Handle::current(), move |asked, mut out, gone| {
        let mids = asked.mids.as_ref().map(|mids| {
            let mids: Vec<&str> = mids.iter().map(MId::as_str).collect();
            mids.join(",")
        });
        let text = format!("{:?} {mids:?} {}", asked.format, asked.basis.as_str());
        let piece = vec![b'x'; 100_000];
        let made = match asked.from.to_string().as_str() {
            ENDLESS => {
                while out.write_all(&piece).is_ok() {}
                futures_executor::block_on(gone);
                Ok(())
            }
            NO_ROOM => Err(ReportFailed::NoRoom),
            BROKEN => Err(ReportFailed::Other),
            BROKEN_HALF_WAY => {
                let _ = out.write_all(&piece);
                Err(ReportFailed::Other)
            }
            _ => {
                let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
                written.map_err(|_| ReportFailed::Other)
            }
        };
        switches.reports_ended.fetch_add(1, Ordering::SeqCst);
        made
    })
}

impl TestServer {
    async fn report(&self, token: &str, name: &str) -> Response {
        let request = self.get(&format!("/reports/{name}")).bearer_auth(token);
        request.send().await.expect("an answer")
    }
}

fn path(from: &str, rest: &str) -> String {
    format!("{from}..2026-03-31{rest}")
}

#[actix_web::test]
async fn a_report_has_the_name_and_the_type_of_what_was_asked_for() {
    let server = TestServer::start();
    for (ending, content_type, format) in [
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Xlsx",
        ),
        ("zip", "application/zip", "Zip"),
        ("json", "application/json", "Json"),
    ] {
        let name = path(WHOLE, &format!(".{ending}"));
        let answer = server.report(&server.tokens.viewer, &name).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], content_type);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let file = format!("attachment; filename=\"toss-recon-2026-03-01-2026-03-31.{ending}\"");
        assert_eq!(answer.headers()["content-disposition"], file);
        let text = answer.text().await.expect("a body");
        assert_eq!(text, format!("{format} None TRANSACTION"));
    }
    let name = path(WHOLE, ".json?m=shopa&m=shopb&basis=EVENT");
    let of = async |token: &str| {
        let answer = server.report(token, &name).await;
        let file = answer.headers()["content-disposition"]
            .to_str()
            .map(str::to_owned);
        (answer.text().await.expect("a body"), file.expect("text"))
    };
    let (text, _) = of(&server.tokens.viewer).await;
    assert_eq!(text, r#"Json Some("shopa,shopb") EVENT"#);
    // A token of one merchant gets that one, whatever it asks for.
    let (text, file) = of(&server.tokens.scoped).await;
    assert_eq!(text, r#"Json Some("shopa") EVENT"#);
    assert!(file.ends_with("2026-03-31-shopa.json\""), "{file}");
}

#[actix_web::test]
async fn what_cannot_be_is_told_in_the_callers_language() {
    let server = TestServer::start();
    let request = server.get("/reports/2026-03-09..2026-03-01.xlsx");
    let request = request.bearer_auth(&server.tokens.viewer);
    let request = request.header("accept-language", "ko-KR");
    let answer = request.send().await.into_answer().await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    let message = &answer.body["errors"][0]["message"];
    assert_eq!(
        message,
        "시작일이 종료일보다 늦습니다. 이른 날을 앞에 쓰세요"
    );
    let unknown = server.get("/reports/2026-03-01..2026-03-31.pdf").send();
    assert_eq!(
        unknown.await.into_answer().await.code(),
        Some("UNAUTHENTICATED"),
        "a stranger learns nothing"
    );
    let days = server.report(&server.tokens.viewer, "2026-02-30..2026-03-31.zip");
    let answer = Ok(days.await).into_answer().await;
    let message = answer.body["errors"][0]["message"].as_str().expect("text");
    assert_eq!(
        message,
        "\"2026-02-30\" is no day: write it as in 2026-03-01"
    );
}

#[actix_web::test]
async fn each_person_has_one_at_a_time_and_nothing_goes_on_for_who_has_gone() {
    let server = TestServer::start();
    let (viewer, endless) = (&server.tokens.viewer, path(ENDLESS, ".xlsx"));
    let mut first = server.report(viewer, &endless).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert!(first.chunk().await.expect("a piece").is_some());
    let second = Ok(server.report(viewer, &path(WHOLE, ".json")).await);
    let second = second.into_answer().await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(second.code(), Some("OVERLOADED"));
    assert!(second.header("retry-after").is_some());
    // Another person's, and only asking about one's own, are no second report.
    let whole = path(WHOLE, ".json");
    let of_admin = server.report(&server.tokens.admin, &whole).await;
    assert_eq!(of_admin.status(), StatusCode::OK);
    let head = server
        .get("/")
        .build()
        .expect("a request")
        .url()
        .to_string();
    let client = reqwest::Client::builder().no_proxy();
    let client = client.build().expect("a client");
    let head = client
        .request(Method::HEAD, format!("{head}reports/{endless}"))
        .bearer_auth(viewer);
    assert_eq!(
        head.send().await.expect("an answer").status(),
        StatusCode::OK
    );
    assert_eq!(server.switches.reports_ended.load(Ordering::SeqCst), 1);

    drop(first);
    let again = async {
        loop {
            let answer = server.report(viewer, &whole).await;
            if answer.status() == StatusCode::OK {
                return answer.text().await.expect("a body");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let again = tokio::time::timeout(Duration::from_secs(20), again).await;
    assert_eq!(again.expect("it ends"), "Json None TRANSACTION");
    assert_eq!(server.switches.reports_ended.load(Ordering::SeqCst), 3);
}

#[actix_web::test]
async fn a_report_that_fails_is_never_taken_for_a_whole_one() {
    let server = TestServer::start();
    let ask = async |from: &str| {
        let answer = server
            .report(&server.tokens.viewer, &path(from, ".xlsx"))
            .await;
        Ok(answer).into_answer().await
    };
    let full = ask(NO_ROOM).await;
    assert_eq!(full.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(full.code(), Some("OVERLOADED"));
    let message = full.body["errors"][0]["message"].as_str().expect("text");
    assert!(message.contains("no room for temporary files"), "{message}");
    let broken = ask(BROKEN).await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(broken.code(), Some("INTERNAL"));
    assert!(broken.body["errors"][0]["extensions"]["requestId"].is_string());
    // Some of it has been sent by then.
    let half = path(BROKEN_HALF_WAY, ".xlsx");
    let half = server.report(&server.tokens.viewer, &half).await;
    assert_eq!(half.status(), StatusCode::OK);
    assert!(half.bytes().await.is_err(), "the connection is cut");
}
