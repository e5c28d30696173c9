//! What is refused before anything is asked of the store or of Toss: these schemas have neither.

use async_graphql::{Request, value};
use futures_util::StreamExt as _;
use toss_recon::access::Role::{Admin, Viewer};
use toss_recon::graphql::builder;

use crate::support::{asked_by, codes};

/// The input of a cancel, with `more` beside what every cancel has.
fn cancel(payment_key: &str, more: &str) -> String {
    format!(
        "mutation {{ cancelPayment(input: {{ paymentKey: \"{payment_key}\", idempotencyKey: \"key-0001\", reason: \"r\", {more} }}) \
         {{ request {{ id }} payment {{ id }} error {{ code advice field }} }} }}"
    )
}

/// A decision about the request CancelRequest:x.
const APPROVE: &str =
    "mutation { approveCancelRequest(id: \"Q2FuY2VsUmVxdWVzdDp4\") { error { code } } }";
const CREATE_TOKEN: &str =
    "mutation { createToken(input: {name: \"a\", role: VIEWER}) { secret } }";
const REVOKE_TOKEN: &str = "mutation { revokeToken(name: \"a\") { name } }";
const WITHDRAW: &str =
    "mutation { withdrawCancelRequest(id: \"Q2FuY2VsUmVxdWVzdDp4\") { error { code } } }";
const TAKE_OVER: &str =
    "mutation { takeOverCancelRequest(id: \"Q2FuY2VsUmVxdWVzdDp4\") { error { code } } }";
const RESOLVE: &str = "mutation { resolveCancelRequest(id: \"Q2FuY2VsUmVxdWVzdDp4\", outcome: EXECUTED, note: \"n\") \
     { error { code } } }";

/// What accountants do: at the desk about the discrepancy Discrepancy:x, with periods, and asking for days.
const DESK: [&str; 7] = [
    "mutation { closePeriod(input: {from: \"2026-03-01\", to: \"2026-03-31\", mId: \"m\"}) { error { code } } }",
    "mutation { reopenPeriod(input: {id: \"UGVyaW9kOng\", note: \"n\"}) { error { code } } }",
    "mutation { requestSync(input: {from: \"2026-03-01\", to: \"2026-03-31\"}) { days } }",
    "mutation { acknowledgeDiscrepancies(input: {ids: [\"RGlzY3JlcGFuY3k6eA\"], note: \"n\"}) { error { code } } }",
    "mutation { assignDiscrepancies(input: {ids: [\"RGlzY3JlcGFuY3k6eA\"]}) { error { code } } }",
    "mutation { noteDiscrepancies(input: {ids: [\"RGlzY3JlcGFuY3k6eA\"], note: \"n\"}) { error { code } } }",
    "mutation { reopenDiscrepancies(input: {ids: [\"RGlzY3JlcGFuY3k6eA\"]}) { error { code } } }",
];

/// The root fields of subscriptions, and each asked for.
const SUBSCRIPTIONS: [(&str, &str); 3] = [
    (
        "cancelRequestChanged",
        "subscription { cancelRequestChanged(id: \"x\") { id } }",
    ),
    (
        "discrepanciesChanged",
        "subscription { discrepanciesChanged { at } }",
    ),
    (
        "paymentChanged",
        "subscription { paymentChanged(paymentKey: \"x\") { id } }",
    ),
];

#[tokio::test]
async fn the_root_fields_are_those_that_are_tried_here() {
    let fields = "{ fields { name } }";
    let query = format!(
        "{{ __schema {{ queryType {fields} mutationType {fields} subscriptionType {fields} }} }}"
    );
    let response = builder().finish().execute(query).await;
    let answer = serde_json::to_value(response.data).unwrap();
    let names = |root: &str| {
        let fields = answer["__schema"][root]["fields"].as_array().unwrap();
        let mut names: Vec<_> = fields
            .iter()
            .map(|field| field["name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(
        names("queryType"),
        [
            "auditLog",
            "banks",
            "businessDays",
            "cancelRequest",
            "cancelRequests",
            "coverage",
            "discrepancies",
            "discrepancyCounts",
            "node",
            "nodes",
            "payment",
            "payments",
            "payoutDays",
            "payoutTotals",
            "periods",
            "receivables",
            "reconciliation",
            "settlementCycle",
            "settlements",
            "tokens",
            "transactions",
            "viewer"
        ]
    );
    assert_eq!(
        names("mutationType"),
        [
            "acknowledgeDiscrepancies",
            "approveCancelRequest",
            "assignDiscrepancies",
            "cancelPayment",
            "closePeriod",
            "createToken",
            "noteDiscrepancies",
            "reopenDiscrepancies",
            "reopenPeriod",
            "requestSync",
            "resolveCancelRequest",
            "revokeToken",
            "takeOverCancelRequest",
            "withdrawCancelRequest"
        ]
    );
    assert_eq!(
        names("subscriptionType"),
        SUBSCRIPTIONS.map(|(name, _)| name)
    );
}

#[tokio::test]
async fn whoever_is_not_known_subscribes_to_nothing() {
    let schema = builder().finish();
    for (_, subscription) in SUBSCRIPTIONS {
        let mut events = schema.execute_stream(Request::new(subscription));
        let event = events.next().await.unwrap();
        assert_eq!(codes(&event), ["UNAUTHENTICATED"], "{subscription}");
        assert!(events.next().await.is_none(), "{subscription}");
    }
}

#[tokio::test]
async fn whoever_is_not_known_is_told_so_by_every_root_field() {
    let schema = builder().finish();
    for query in [
        "{ viewer { name } }",
        "{ node(id: \"x\") { id } }",
        "{ nodes(ids: []) { id } }",
        "{ tokens { name } }",
        CREATE_TOKEN,
        REVOKE_TOKEN,
        "{ payment(by: { orderId: \"o\" }) { id } }",
        "{ cancelRequest(id: \"x\") { id } }",
        "{ payments { nodes { id } } }",
        "{ settlements { nodes { id } } }",
        "{ coverage { mId } }",
        "{ cancelRequests { nodes { id } } }",
        "{ auditLog { nodes { number } } }",
        APPROVE,
        WITHDRAW,
        TAKE_OVER,
        "{ discrepancies { nodes { id } } }",
        "{ discrepancyCounts { count } }",
        "{ reconciliation(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { mId } }",
        "{ payoutDays(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { mId } }",
        "{ payoutTotals(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { mId } }",
        "{ receivables(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { mId } }",
        "{ businessDays(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { date } }",
        "{ transactions { nodes { id } } }",
        "{ periods { id } }",
        "{ settlementCycle { mId } }",
        RESOLVE,
        &cancel("pk", ""),
    ]
    .into_iter()
    .chain(DESK)
    {
        let response = schema.execute(Request::new(query)).await;
        assert_eq!(codes(&response), ["UNAUTHENTICATED"], "{query}");
    }
}

#[tokio::test]
async fn a_viewer_may_read_and_may_not_cancel() {
    let schema = builder().finish();
    let response = schema
        .execute(asked_by(Viewer, "{ viewer { name role } }"))
        .await;
    assert_eq!(
        response.data,
        value!({ "viewer": { "name": "tester", "role": "VIEWER" } })
    );

    for query in [
        "{ auditLog { nodes { number } } }",
        "{ tokens { name } }",
        CREATE_TOKEN,
        REVOKE_TOKEN,
        APPROVE,
        WITHDRAW,
        TAKE_OVER,
        RESOLVE,
    ]
    .into_iter()
    .chain(DESK)
    {
        let response = schema.execute(asked_by(Viewer, query)).await;
        assert_eq!(codes(&response), ["FORBIDDEN"], "{query}");
    }
    let response = schema.execute(asked_by(Viewer, &cancel("pk", ""))).await;
    assert_eq!(codes(&response), ["FORBIDDEN"]);
    let path = serde_json::to_value(&response.errors[0].path).unwrap();
    assert_eq!(path, serde_json::json!(["cancelPayment"]));
}

#[tokio::test]
async fn arguments_that_cannot_be_are_refused_before_anybody_is_asked() {
    let schema = builder().finish();
    for query in [
        "{ payment(by: { paymentKey: \"../../v1/x\" }) { id } }",
        "{ payment(by: { paymentKey: \"a?b\" }) { id } }",
        "{ payment(by: { paymentKey: \"\" }) { id } }",
        "{ payment(by: { orderId: \"a/b\" }) { id } }",
        "{ payment(by: { id: \"UGF5bWVudDo\" }) { id } }",
        // CancelRequest:x
        "{ payment(by: { id: \"Q2FuY2VsUmVxdWVzdDp4\" }) { id } }",
        "{ payment(by: { paymentKey: \"pk\" }, maxAgeSeconds: -1) { id } }",
        "{ node(id: \"no id\") { id } }",
        // Payment:pk
        "{ cancelRequest(id: \"UGF5bWVudDpwaw\") { id } }",
        &cancel("../cancel", ""),
        "{ cancelRequests(first: 0) { nodes { id } } }",
        "{ cancelRequests(first: 201) { nodes { id } } }",
        "{ cancelRequests(after: \"no cursor\") { nodes { id } } }",
        "{ cancelRequests(filter: { paymentKey: \"../x\" }) { nodes { id } } }",
        "{ auditLog(after: \"no cursor\") { nodes { number } } }",
        "mutation { approveCancelRequest(id: \"x\") { error { code } } }",
        "mutation { withdrawCancelRequest(id: \"x\") { error { code } } }",
        "{ discrepancies(first: 201) { nodes { id } } }",
        "{ discrepancies(first: 1, last: 1) { nodes { id } } }",
        "{ discrepancies(after: \"no cursor\") { nodes { id } } }",
        "{ discrepancies(filter: { mId: [\"\"] }) { nodes { id } } }",
        "{ discrepancies(filter: { transactionDate: { from: \"2026-03-31\", to: \"2026-03-01\" } }) { nodes { id } } }",
        "{ reconciliation(range: { from: \"2026-03-31\", to: \"2026-03-01\" }) { mId } }",
        "{ reconciliation(range: { from: \"2025-01-01\", to: \"2026-02-05\" }) { mId } }",
        "{ reconciliation(range: { from: \"2026-03-01\", to: \"2026-03-31\" }, mId: [\"\"]) { mId } }",
        "{ payoutDays(range: { from: \"2026-03-31\", to: \"2026-03-01\" }) { mId } }",
        "{ payoutDays(range: { from: \"2025-01-01\", to: \"2026-02-05\" }) { mId } }",
        "{ receivables(range: { from: \"2025-01-01\", to: \"2026-02-05\" }) { mId } }",
        "{ payoutTotals(range: { from: \"2026-03-31\", to: \"2026-03-01\" }) { mId } }",
        "{ businessDays(range: { from: \"2026-03-02\", to: \"2026-03-01\" }) { date } }",
        "{ transactions(filter: { payoutDate: { from: \"2026-03-31\", to: \"2026-03-01\" } }) { nodes { id } } }",
        "{ payoutDays(range: { from: \"2026-03-01\", to: \"2026-03-31\" }, mId: [\"\"]) { mId } }",
        "{ settlementCycle(mId: [\"\"]) { mId } }",
        "mutation { resolveCancelRequest(id: \"x\", outcome: EXECUTED, note: \"n\") { error { code } } }",
    ] {
        let response = schema.execute(asked_by(Admin, query)).await;
        assert_eq!(codes(&response), ["BAD_USER_INPUT"], "{query}");
    }
}

#[tokio::test]
async fn arguments_that_can_be_are_asked_about() {
    // Without anybody to ask that is a failure of ours, and nothing is told of it.
    let schema = builder().finish();
    for query in [
        "{ payment(by: { paymentKey: \"pk-1_A\" }) { id } }",
        "{ payment(by: { orderId: \"order.1\" }, maxAgeSeconds: 0) { id } }",
        // Payment:pk
        "{ payment(by: { id: \"UGF5bWVudDpwaw\" }) { id } }",
        "{ node(id: \"UGF5bWVudDpwaw\") { id } }",
        "{ discrepancies(filter: { class: [SETTLEMENT_MISSING], mId: [] }, last: 200) { nodes { id } } }",
        "{ reconciliation(range: { from: \"2025-01-01\", to: \"2026-02-04\" }) { mId } }",
        "{ payoutDays(range: { from: \"2026-03-31\", to: \"2026-03-31\" }, mId: [\"shop\"]) { mId } }",
        "{ settlementCycle(mId: []) { mId } }",
        &cancel("pk", "amount: { amount: \"1000\", currency: \"KRW\" }"),
    ] {
        let response = schema.execute(asked_by(Admin, query)).await;
        assert_eq!(codes(&response), ["INTERNAL"], "{query}");
        assert_eq!(response.errors[0].message, "internal error");
    }
}

#[tokio::test]
async fn exactly_one_way_to_name_a_payment_must_be_given() {
    let schema = builder().finish();
    for by in [
        "{}",
        "{ paymentKey: \"pk\", orderId: \"o\" }",
        "{ paymentKey: null }",
    ] {
        let query = format!("{{ payment(by: {by}) {{ id }} }}");
        let response = schema.execute(asked_by(Viewer, &query)).await;
        assert!(!response.errors.is_empty(), "{by}");
        assert_ne!(codes(&response), ["INTERNAL"], "{by}");
    }
}

#[tokio::test]
async fn an_amount_that_is_no_money_is_told_as_data_that_names_the_field() {
    let schema = builder().finish();
    for (field, money) in [
        ("amount", "{ amount: \"0.5\", currency: \"KRW\" }"),
        (
            "amount",
            "{ amount: \"1000000000000000000000000000000\", currency: \"KRW\" }",
        ),
        ("taxFreeAmount", "{ amount: \"-1\", currency: \"KRW\" }"),
        ("expectedBalance", "{ amount: \"1\", currency: \"WON\" }"),
    ] {
        let query = cancel("pk", &format!("{field}: {money}"));
        let response = schema.execute(asked_by(Admin, &query)).await;
        assert_eq!(codes(&response), [""; 0], "{money}");
        let error = value!({ "code": "INVALID_INPUT", "advice": "FIX_INPUT", "field": field });
        let expected =
            value!({ "cancelPayment": { "request": null, "payment": null, "error": error } });
        assert_eq!(response.data, expected, "{money}");
    }
}

#[tokio::test]
async fn an_amount_that_is_no_decimal_never_reaches_the_cancel() {
    let schema = builder().finish();
    for amount in ["1.5", "1e3", "\"1e3\"", "\"abc\"", "true"] {
        let query = cancel(
            "pk",
            &format!("amount: {{ amount: {amount}, currency: \"KRW\" }}"),
        );
        let response = schema.execute(asked_by(Admin, &query)).await;
        assert!(!response.errors.is_empty(), "{amount}");
        assert_ne!(codes(&response), ["INTERNAL"], "{amount}");
    }
}
