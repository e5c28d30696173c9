//! What the record must say once nothing is under way any more, held against the stand-in's own books.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reconciliation::{CancelRequestStatus as Status, TransactionKey};
use toss_recon::store::{
    AuditSigner, AuditVerdict, CancelRequest, CancelRequestFilter, PageRequest, Store, Toward,
};
use toss_recon::toss::SecretKey;
use toss_sim::TossSim;

/// Every request that is recorded.
pub(crate) async fn recorded(store: &Store) -> Vec<CancelRequest> {
    store
        .cancel_requests(
            &CancelRequestFilter::default(),
            &PageRequest {
                rows: 1_000_000,
                past: None,
                toward: Toward::Older,
            },
        )
        .await
        .unwrap()
        .rows
}

/// The id of a request as clients see it.
pub(crate) fn shown_id(request: &CancelRequest) -> String {
    URL_SAFE_NO_PAD.encode(format!("CancelRequest:{}", request.id))
}

/// Waits until no request is left to be found out.
pub(crate) async fn everything_ends(store: &Store, patience: Duration) -> Vec<CancelRequest> {
    let started = Instant::now();
    loop {
        let all = recorded(store).await;
        let open: Vec<_> = all
            .iter()
            .filter(|request| !request.status.is_final() && request.status != Status::NeedsOperator)
            .collect();
        if open.is_empty() {
            return all;
        }
        assert!(started.elapsed() < patience, "these do not end: {open:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Holds the record against Toss's books: every intent was carried out at most once, every request that has ended says
/// what Toss says, nothing ran that is not recorded, and every balance is what its cancels left. Toss knows an intent by
/// its reason, which is the key of the caller.
pub(crate) fn hold(sim: &TossSim, payments: &[String], total: i64, requests: &[CancelRequest]) {
    let mut executed: HashMap<String, Vec<String>> = HashMap::new();
    for payment in payments {
        let cancels = sim.executed_cancels(payment);
        let given_back: i64 = cancels.iter().map(|cancel| cancel.amount.minor).sum();
        let balance = sim.console().balance(payment).unwrap().minor;
        assert_eq!(balance, total - given_back, "{payment}");
        for cancel in cancels {
            let of_intent = executed.entry(cancel.reason).or_default();
            of_intent.push(cancel.transaction_key);
        }
    }
    for (intent, cancels) in &executed {
        assert_eq!(cancels.len(), 1, "{intent} was carried out more than once");
    }
    let mut by_intent: HashMap<&str, &CancelRequest> = HashMap::new();
    for request in requests {
        let twin = by_intent.insert(&request.client_key, request);
        assert!(twin.is_none(), "one key, two requests");
        let ran = executed
            .get(&request.client_key)
            .map(|cancels| cancels[0].as_str());
        let named = request.transaction_key.as_ref().map(TransactionKey::as_str);
        match request.status {
            Status::Succeeded => assert_eq!(named, ran, "{request:#?}"),
            Status::Rejected => assert_eq!(ran, None, "{request:#?}"),
            _ => {}
        }
    }
    for intent in executed.keys() {
        assert!(
            by_intent.contains_key(intent.as_str()),
            "{intent} ran and is not recorded"
        );
    }
}

/// The keys of the servers before the stand-in; the second is that of a server whose key was replaced.
const SECRET_KEYS: [&str; 2] = [
    "live_sk_stand1n0000000000000000",
    "live_sk_an0therkey000000000000000",
];

/// The audit log is one chain, and the servers have signed all that they wrote.
pub(crate) async fn hold_audit(store: &Store) {
    let keys = SECRET_KEYS.map(|key| AuditSigner::new(SecretKey::parse(key).unwrap().audit_key()));
    let (verdict, signatures) = store.verify_signed_audit(&keys).await.unwrap();
    assert!(matches!(verdict, AuditVerdict::Whole { .. }), "{verdict:?}");
    assert!(signatures.not_checked.is_empty(), "{signatures:?}");
}
