//! What leaves for Toss: the path, the key, the question.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reconciliation::{KstDate, OrderId, PaymentKey, TransactionKey};
use toss_recon::toss::{SettlementDate, SettlementPage, Toss, TransactionPage};

use crate::fixtures::fixture;
use crate::server::{KEY, Recorded, Reply, Server, settings};

fn key(text: &str) -> PaymentKey {
    PaymentKey::parse(text).expect("a payment key")
}

async fn payment_server() -> Server {
    Server::start([Reply::json(200, &fixture("toss/payment_card_done.json"))]).await
}

fn assert_signed(request: &Recorded) {
    let header = request.header("authorization").expect("a key");
    let credentials = STANDARD
        .decode(header.strip_prefix("Basic ").expect("Basic"))
        .expect("base64");
    assert_eq!(
        String::from_utf8(credentials).expect("text"),
        format!("{KEY}:")
    );
    let program = concat!("toss-recon/", env!("CARGO_PKG_VERSION"));
    assert_eq!(request.header("user-agent"), Some(program));
    assert_eq!(
        request.header("accept-language"),
        None,
        "words come in one language only"
    );
}

#[tokio::test]
async fn a_payment_is_asked_for_by_its_key() {
    let server = payment_server().await;
    let read = server
        .toss()
        .payment(&key("tdemo20260303101500aB3d1"))
        .await
        .expect("a payment");
    assert_eq!(read.payment.order_id.as_str(), "order-20260303-0001");
    let request = server.only_request();
    assert_eq!(request.method, "GET");
    assert_eq!(request.target, "/v1/payments/tdemo20260303101500aB3d1");
    assert_eq!(request.header("idempotency-key"), None);
    assert!(request.body.is_empty());
    assert_signed(&request);
}

#[tokio::test]
async fn the_key_shows_nowhere_but_in_its_header() {
    let server = payment_server().await;
    let toss = server.toss();
    let shown = format!("{toss:?} {:?}", server.settings());
    assert!(
        !shown.contains("D4yKeq5b") && !shown.contains(&STANDARD.encode(KEY)),
        "{shown}"
    );
    assert!(shown.contains("test_sk_…GX0l"), "{shown}");
}

#[tokio::test]
async fn an_order_is_asked_for_with_its_characters_escaped() {
    let body = fixture("toss/payment_card_done.json");
    for (order, target) in [
        (
            "order-20260303-0001",
            "/v1/payments/orders/order-20260303-0001",
        ),
        ("71", "/v1/payments/orders/71"),
        ("a=b", "/v1/payments/orders/a=b"),
        ("a:b@c;d,e", "/v1/payments/orders/a:b@c;d,e"),
        ("a\"b<c>`{d}", "/v1/payments/orders/a%22b%3Cc%3E%60%7Bd%7D"),
        ("주문-1", "/v1/payments/orders/%EC%A3%BC%EB%AC%B8-1"),
        ("..x", "/v1/payments/orders/..x"),
        ("a..", "/v1/payments/orders/a.."),
    ] {
        let answer = body.replace("\"order-20260303-0001\"", &format!("{order:?}"));
        let server = Server::start([Reply::json(200, &answer)]).await;
        let order = OrderId::parse(order).expect(order);
        let read = server
            .toss()
            .payment_by_order(&order)
            .await
            .expect("a payment");
        assert_eq!(read.payment.order_id, order);
        assert_eq!(server.only_request().target, target);
    }
}

#[tokio::test]
async fn no_key_and_no_order_leaves_its_place_in_the_path() {
    for text in [
        "",
        ".",
        "..",
        "../settlements",
        "a/b",
        "a\\b",
        "a%2fb",
        "%2e%2e",
        "a?b=c",
        "a#b",
        "a b",
        "a\nb",
        "a\tb",
        "a\u{0}b",
    ] {
        assert!(PaymentKey::parse(text).is_err(), "{text:?}");
        assert!(OrderId::parse(text).is_err(), "{text:?}");
    }
    assert!(PaymentKey::parse("a:b").is_err());
    assert!(PaymentKey::parse("결제").is_err());
}

#[tokio::test]
async fn a_path_of_the_address_goes_in_front() {
    let server = payment_server().await;
    for tail in ["/toss", "/toss/"] {
        let address = server.settings().base_url.to_string();
        let behind_a_path = settings(&format!("{}{tail}", address.trim_end_matches('/')));
        let toss = Toss::new(behind_a_path).expect("a client");
        toss.payment(&key("tdemo20260303101500aB3d1"))
            .await
            .expect("a payment");
    }
    for request in server.requests() {
        assert_eq!(request.target, "/toss/v1/payments/tdemo20260303101500aB3d1");
    }
}

#[tokio::test]
async fn transactions_are_asked_for_on_seouls_clock() {
    let server = Server::start([Reply::json(200, &fixture("toss/transactions_page.json"))]).await;
    let mut page = TransactionPage {
        from: KstDate::parse("2026-03-03").expect("a day").start(),
        to: "2026-03-03T14:59:59Z".parse().expect("an instant"),
        starting_after: None,
        limit: TransactionPage::LARGEST,
        first_position: 0,
    };
    let toss = server.toss();
    assert_eq!(toss.transactions(&page).await.expect("rows").len(), 15);
    page.starting_after = Some(TransactionKey::parse("txrd_a01").expect("a key"));
    page.first_position = 5_000;
    let rows = toss.transactions(&page).await.expect("rows");
    assert_eq!(rows.rows[0].value.listed_position, 5_000);
    let targets: Vec<String> = server
        .requests()
        .into_iter()
        .map(|request| request.target)
        .collect();
    let first = "/v1/transactions?startDate=2026-03-03T00%3A00%3A00&endDate=2026-03-03T23%3A59%3A59&limit=5000";
    assert_eq!(
        targets,
        [first.to_owned(), format!("{first}&startingAfter=txrd_a01")]
    );
    server.requests().iter().for_each(assert_signed);
}

#[tokio::test]
async fn settlements_are_asked_for_by_either_day() {
    for (date_basis, word) in [
        (SettlementDate::Sold, "soldDate"),
        (SettlementDate::PaidOut, "paidOutDate"),
    ] {
        let server =
            Server::start([Reply::json(200, &fixture("toss/settlements_page.json"))]).await;
        let page = SettlementPage {
            from: KstDate::parse("2026-03-03").expect("a day"),
            to: KstDate::parse("2026-03-05").expect("a day"),
            date_basis,
            page: 2,
            size: 100,
        };
        assert_eq!(
            server.toss().settlements(&page).await.expect("rows").len(),
            8
        );
        let request = server.only_request();
        assert_eq!(
            request.target,
            format!(
                "/v1/settlements?startDate=2026-03-03&endDate=2026-03-05&dateType={word}&page=2&size=100"
            )
        );
        assert_signed(&request);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = payment_server().await;
    let location = elsewhere.settings().base_url.to_string();
    let server = Server::start([Reply::Redirect(location)]).await;
    let error = server
        .toss()
        .payment(&key("tdemo20260303101500aB3d1"))
        .await
        .expect_err("a redirect");
    assert!(error.is_outage(), "{error}");
    assert_eq!(server.requests().len(), 1);
    assert!(elsewhere.requests().is_empty(), "the key went elsewhere");
}
