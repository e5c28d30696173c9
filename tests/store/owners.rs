//! Owners of tokens: what becomes of what they have waiting when their tokens go, and who may be called how.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reconciliation::CancelRequestStatus as S;
use toss_recon::access::check_new_name;
use toss_recon::store::{
    Approval, AuditSigner, CancelRequest, CancelRequestChange, Created, LeaseChange,
    NewCancelRequest, NewStoredToken, OwnerStanding, Store, StoreError,
};

use crate::database::TestDatabase;
use crate::samples::{at, lease, new_cancel_request, sending};

const NOW: &str = "2026-04-03T00:00:00Z";

async fn token(store: &Store, name: &str, owner: &str, role: &str) {
    let id = format!("id-{name}");
    let made = store.create_token(&id, name, owner, role, [1; 32], at("2026-04-01T00:00:00Z"));
    made.await.expect("it is kept");
}

async fn revoke(store: &Store, name: &str) {
    assert_eq!(store.revoke_token(name, at(NOW)).await, Ok(true), "{name}");
}

async fn recorded(store: &Store, owner: &str, key: &str) -> CancelRequest {
    let new = NewCancelRequest {
        requested_by: format!("{owner}-2026"),
        owner: owner.to_owned(),
        ..new_cancel_request(&format!("p-{key}"), key)
    };
    match store.create_cancel_request(&new).await {
        Ok(Created::New(request)) => request,
        other => panic!("{other:?}"),
    }
}

async fn moved(
    store: &Store,
    request: &CancelRequest,
    change: CancelRequestChange,
) -> CancelRequest {
    let moved = store.move_cancel_request(request, change, at("2026-04-02T00:00:01Z"));
    moved.await.expect("it is moved")
}

/// A request that waits for approval, with its sealed bytes.
async fn waiting(store: &Store, owner: &str, key: &str) -> CancelRequest {
    let request = recorded(store, owner, key).await;
    let waits = CancelRequestChange {
        body: sending(NOW).body,
        next_at: Some(at("2026-04-04T00:00:00Z")),
        ..CancelRequestChange::to(S::AwaitingApproval)
    };
    moved(store, &request, waits).await
}

/// A request that was approved and is about to be sent.
async fn approved(store: &Store, owner: &str, key: &str) -> CancelRequest {
    let request = waiting(store, owner, key).await;
    let approved = CancelRequestChange {
        approval: Some(Approval {
            by: "lee".to_owned(),
            at: at("2026-04-02T00:00:01Z"),
        }),
        lease: LeaseChange::Take(lease("2026-04-05T00:00:00Z")),
        ..CancelRequestChange::to(S::Requested)
    };
    moved(store, &request, approved).await
}

async fn state(store: &Store, request: &CancelRequest) -> (S, Option<String>) {
    let now = store
        .cancel_request(&request.id)
        .await
        .expect("an answer")
        .expect("the request");
    (now.status, now.error.map(|error| error.code))
}

async fn entries(database: &TestDatabase) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in database
        .store
        .audit_entries(None, 100)
        .await
        .expect("an answer")
    {
        *counts.entry(entry.action).or_default() += 1;
    }
    counts
}

on_both! {
    async fn with_an_owners_last_admin_token_goes_what_waits(database) {
        let store = database.store.clone().signing_with(AuditSigner::new([1; 32]));
        token(&store, "kim-a", "kim", "admin").await;
        token(&store, "kim-screen", "kim", "viewer").await;
        token(&store, "lee", "lee", "admin").await;
        let waits = waiting(&store, "kim", "k-1").await;
        let is_approved = approved(&store, "kim", "k-2").await;
        let is_read = recorded(&store, "kim", "k-3").await;
        let sent = recorded(&store, "kim", "k-4").await;
        let sent = moved(&store, &sent, sending("2026-04-02T00:00:01Z")).await;
        let of_lee = waiting(&store, "lee", "k-5").await;

        revoke(&store, "kim-screen").await;
        assert_eq!(state(&store, &waits).await.0, S::AwaitingApproval, "a viewer's token asks for nothing");
        revoke(&store, "kim-a").await;
        let withdrawn = (S::Rejected, Some("WITHDRAWN".to_owned()));
        assert_eq!(state(&store, &waits).await, withdrawn);
        assert_eq!(state(&store, &is_approved).await, withdrawn);
        assert_eq!(state(&store, &is_read).await.0, S::Requested);
        assert_eq!(state(&store, &sent).await.0, S::Sent);
        assert_eq!(state(&store, &of_lee).await.0, S::AwaitingApproval);
        // Nothing is left to send, and whoever was about to finds that out.
        let after = store.cancel_request(&waits.id).await.expect("an answer").expect("the request");
        assert_eq!((after.body, after.resolved_at), (None, Some(at(NOW))));
        let sending = sending("2026-04-03T00:00:01Z");
        let late = store.move_cancel_request(&is_approved, sending, at(NOW)).await;
        assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
        let log = store.audit_entries(None, 3).await.expect("an answer");
        let told: Vec<_> = log.iter().map(|e| (e.actor.as_str(), e.action.as_str())).collect();
        assert_eq!(told, [("toss-recon", "TOKEN_REVOKED"), ("toss-recon", "CANCEL_REJECTED"), ("toss-recon", "CANCEL_REJECTED")]);
        assert!(log[0].detail.contains(r#""withdrawn":2"#), "{}", log[0].detail);
        assert!(log[1].detail.contains("WITHDRAWN") && log[1].subject == is_approved.id.as_str());
        // The payment is free again.
        let again = NewCancelRequest { owner: "lee".to_owned(), ..new_cancel_request("p-k-1", "k-6") };
        assert!(matches!(store.create_cancel_request(&again).await, Ok(Created::New(_))));
    }

    async fn another_admin_token_of_the_owner_keeps_what_waits(database) {
        let store = &database.store;
        token(store, "kim-a", "kim", "admin").await;
        token(store, "kim-b", "kim", "admin").await;
        let waits = waiting(store, "kim", "k-1").await;
        revoke(store, "kim-a").await;
        assert_eq!(state(store, &waits).await.0, S::AwaitingApproval);
        assert_eq!(store.owner_standing("kim", at(NOW)).await, Ok(OwnerStanding::InForce));
        revoke(store, "kim-b").await;
        assert_eq!(state(store, &waits).await.0, S::Rejected);
        assert_eq!(store.owner_standing("kim", at(NOW)).await, Ok(OwnerStanding::Revoked));
        assert_eq!(store.owner_standing("nobody", at(NOW)).await, Ok(OwnerStanding::InForce));
    }

    async fn a_suspended_token_keeps_nothing(database) {
        let store = &database.store;
        token(store, "kim-a", "kim", "admin").await;
        assert_eq!(store.suspend_tokens(at(NOW)).await, Ok(1));
        token(store, "kim-b", "kim", "admin").await;
        let waits = waiting(store, "kim", "k-1").await;
        revoke(store, "kim-b").await;
        assert_eq!(state(store, &waits).await.0, S::Rejected);
        assert_eq!(store.owner_standing("kim", at(NOW)).await, Ok(OwnerStanding::Suspended));
    }

    async fn without_a_key_a_withdrawal_is_told_as_one_of_a_token(database) {
        let store = &database.store;
        token(store, "kim", "kim", "admin").await;
        let waits = waiting(store, "kim", "k-1").await;
        revoke(store, "kim").await;
        let log = store.audit_entries(None, 2).await.expect("an answer");
        assert_eq!((log[1].action.as_str(), log[1].subject.as_str()), ("TOKEN_WITHDREW_CANCEL", waits.id.as_str()));
    }

    async fn two_last_tokens_revoked_at_once_withdraw_what_waits(database) {
        for round in 0..6 {
            let (owner, key) = (format!("kim{round}"), format!("k-{round}"));
            let names = [format!("{owner}-a"), format!("{owner}-b")];
            for name in &names {
                token(&database.store, name, &owner, "admin").await;
            }
            let waits = waiting(&database.store, &owner, &key).await;
            let both = names.map(|name| {
                let store = database.store.clone();
                tokio::spawn(async move { store.revoke_token(&name, at(NOW)).await })
            });
            for revoked in join_all(both).await {
                assert_eq!(revoked.expect("it ran"), Ok(true));
            }
            assert_eq!(state(&database.store, &waits).await.0, S::Rejected);
        }
    }

    async fn an_approval_and_a_revocation_at_once_send_nothing_afterwards(database) {
        for round in 0..6 {
            let (owner, key) = (format!("kim{round}"), format!("k-{round}"));
            token(&database.store, &owner, &owner, "admin").await;
            let waits = waiting(&database.store, &owner, &key).await;
            let approval = CancelRequestChange {
                approval: Some(Approval { by: "lee".to_owned(), at: at(NOW) }),
                ..CancelRequestChange::to(S::Requested)
            };
            let (store, request) = (database.store.clone(), waits.clone());
            let approving = tokio::spawn(async move { store.move_cancel_request(&request, approval, at(NOW)).await });
            let store = database.store.clone();
            let revoking = tokio::spawn(async move { store.revoke_token(&owner, at(NOW)).await });
            let approved = approving.await.expect("it ran");
            assert!(matches!(approved, Ok(_) | Err(StoreError::Conflict { .. })), "{approved:?}");
            assert_eq!(revoking.await.expect("it ran"), Ok(true));
            assert_eq!(state(&database.store, &waits).await, (S::Rejected, Some("WITHDRAWN".to_owned())));
        }
    }

    async fn tokens_are_suspended_all_at_once_and_confirmed_one_by_one(database) {
        let store = &database.store;
        for name in ["kim", "lee", "park"] {
            token(store, name, name, "admin").await;
        }
        revoke(store, "park").await;
        assert_eq!(store.suspend_tokens(at(NOW)).await, Ok(2));
        assert_eq!(store.suspend_tokens(at("2026-04-04T00:00:00Z")).await, Ok(0), "they are already");
        let since = async |name: &str| {
            let all = store.list_tokens().await.expect("an answer");
            all.into_iter().find(|token| token.name == name).expect("the token").suspended_at
        };
        assert_eq!(since("kim").await, Some(at(NOW)));
        assert_eq!(since("park").await, None, "it is revoked");
        assert_eq!(store.confirm_token("kim", at(NOW)).await, Ok(true));
        assert_eq!(store.confirm_token("kim", at(NOW)).await, Ok(false));
        assert_eq!(store.confirm_token("park", at(NOW)).await, Ok(false));
        assert_eq!(store.confirm_token("choi", at(NOW)).await, Ok(false));
        assert_eq!((since("kim").await, since("lee").await), (None, Some(at(NOW))));
        revoke(store, "lee").await;
        assert_eq!(store.confirm_token("lee", at(NOW)).await, Ok(false), "what is revoked stays so");
        let counts = entries(&database).await;
        assert_eq!((counts["TOKENS_SUSPENDED"], counts["TOKEN_CONFIRMED"]), (1, 1));
    }

    async fn of_names_that_look_alike_one_is_made_however_many_are_at_once(database) {
        let alike = ["kim", "k1m", "klm", "k-im", "ki.m", "kl_m"];
        let all = alike.map(|name| {
            let store = database.store.clone();
            tokio::spawn(async move {
                let id = format!("id-{name}");
                let new = NewStoredToken { id: &id, name, owner: name, role: "admin", merchants: None, expires_at: None, secret_hash: [1; 32], by: None, at: at(NOW) };
                store.create_token_if(&new, |existing| check_new_name(name, name, existing)).await
            })
        });
        let mut made = 0;
        for outcome in join_all(all).await {
            made += usize::from(outcome.expect("it ran").expect("the store answers").is_ok());
        }
        assert_eq!(made, 1);
        assert_eq!(database.number("SELECT count(*) FROM access_tokens").await, 1);
        assert_eq!(entries(&database).await, BTreeMap::from([("TOKEN_CREATED".to_owned(), 1)]));
    }
}
