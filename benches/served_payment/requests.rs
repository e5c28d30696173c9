//! The requests of each kind of work, for the server and for the plain handler, which are held to give the same.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::load::Connection;

const PAYMENT: &str = "paymentKey orderId status totalAmount { amount } effectiveRefund { amount } \
    history { transactionKey status transactionAt amount { amount } } \
    settlements { amount { amount } fee { amount } payOutAmount { amount } soldDate paidOutDate }";
/// Payments on a page.
const PAGE: u64 = 100;
/// Of those read lately, payments and pages.
const LATELY: [usize; 2] = [1_000, 20];

/// Kinds of work.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Payment,
    PaymentLately,
    Page,
    PageLately,
}

impl Work {
    pub(crate) const ALL: [Self; 4] = [
        Self::Payment,
        Self::PaymentLately,
        Self::Page,
        Self::PageLately,
    ];
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Payment => "W1 any",
            Self::PaymentLately => "W1 lately",
            Self::Page => "W2 any",
            Self::PageLately => "W2 lately",
        })
    }
}

/// Requests by kind of work: for the server, and for the plain handler.
pub(crate) struct Requests(HashMap<Work, [Arc<[Vec<u8>]>; 2]>);

impl Requests {
    pub(crate) async fn of(
        database_url: &str,
        served: SocketAddr,
        rest: SocketAddr,
        token: &str,
        payments: u64,
    ) -> Self {
        // Steps that have no divisor in common with the number lead over all payments without an order.
        let keys: Vec<String> = (0..payments)
            .map(|n| format!("tpay{}", n * 61_757 % payments))
            .collect();
        let asked = |key: &String| by_key(served, token, key);
        let plain = |key: &String| get(rest, &format!("/payments/{key}"));
        let (graphql, other): (Vec<_>, Vec<_>) =
            keys.iter().map(|key| (asked(key), plain(key))).unzip();
        let (pages, other_pages) = pages(served, rest, token, payments / PAGE).await;
        for (one, two) in [(&graphql[0], &other[0]), (&pages[1], &other_pages[1])] {
            let (one, two) = (answer(served, one).await, answer(rest, two).await);
            let (one, two) = (common(&one["data"]), common(&two));
            assert_eq!(one, two, "{database_url}");
        }
        let some = |all: &[Vec<u8>], count: usize| Arc::from(&all[..count.min(all.len())]);
        let kinds = |one: &[Vec<u8>], two: &[Vec<u8>], count| [some(one, count), some(two, count)];
        let [few_payments, few_pages] = LATELY;
        Self(HashMap::from([
            (Work::Payment, kinds(&graphql, &other, usize::MAX)),
            (Work::PaymentLately, kinds(&graphql, &other, few_payments)),
            (Work::Page, kinds(&pages, &other_pages, usize::MAX)),
            (Work::PageLately, kinds(&pages, &other_pages, few_pages)),
        ]))
    }

    pub(crate) fn graphql(&self, work: Work) -> &Arc<[Vec<u8>]> {
        &self.0[&work][0]
    }

    pub(crate) fn rest(&self, work: Work) -> &Arc<[Vec<u8>]> {
        &self.0[&work][1]
    }

    /// An answer as the server gives it.
    pub(crate) async fn sample(&self, work: Work, served: SocketAddr) -> String {
        let body = Connection::open(served)
            .await
            .ask(&self.graphql(work)[0])
            .await;
        String::from_utf8(body).unwrap()
    }
}

/// Every page of the list, each behind the one before.
async fn pages(
    served: SocketAddr,
    rest: SocketAddr,
    token: &str,
    count: u64,
) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut pages, mut other_pages) = (Vec::new(), Vec::new());
    let mut after: Option<String> = None;
    for _ in 0..count {
        pages.push(page(served, token, after.as_deref()));
        let place = after.as_deref().unwrap_or_default();
        other_pages.push(get(rest, &format!("/payments?after={place}")));
        let found = answer(served, pages.last().unwrap()).await;
        let end = &found["data"]["payments"]["pageInfo"]["endCursor"];
        after = Some(end.as_str().unwrap_or_else(|| panic!("{found}")).to_owned());
    }
    (pages, other_pages)
}

/// Only what a page and an answer of the plain handler have in common.
fn common(value: &Value) -> Value {
    let payments = match (&value["payment"], value["payments"]["edges"].as_array()) {
        (Value::Null, Some(edges)) => edges.iter().map(|edge| edge["node"].clone()).collect(),
        (Value::Null, None) => value.as_array().unwrap().clone(),
        (payment, _) => vec![payment.clone()],
    };
    Value::Array(payments)
}

fn by_key(address: SocketAddr, token: &str, key: &str) -> Vec<u8> {
    let query = format!(
        "query W1($key: String!) {{ payment(by: {{paymentKey: $key}}, maxAgeSeconds: 2000000000) {{ {PAYMENT} }} }}"
    );
    post(
        address,
        token,
        &json!({ "query": query, "variables": { "key": key } }),
    )
}

fn page(address: SocketAddr, token: &str, after: Option<&str>) -> Vec<u8> {
    let query = format!(
        "query W2($first: Int!, $after: String) {{ payments(first: $first, after: $after) {{ \
         pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {PAYMENT} }} }} }} }}"
    );
    let variables = json!({ "first": PAGE, "after": after });
    post(
        address,
        token,
        &json!({ "query": query, "variables": variables }),
    )
}

fn post(address: SocketAddr, token: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    request.into_bytes()
}

fn get(address: SocketAddr, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes()
}

async fn answer(address: SocketAddr, request: &[u8]) -> Value {
    let body = Connection::open(address).await.ask(request).await;
    serde_json::from_slice(&body).unwrap()
}
