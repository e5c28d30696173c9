//! Access tokens.

use reconciliation::MId;
use toss_recon::store::{NewStoredToken, StoreError, StoredToken};

use crate::samples::at;

on_both! {
    async fn a_token_is_kept_until_it_is_revoked(database) {
        let store = &database.store;
        let (made, revoked) = (at("2026-04-01T00:00:00.25Z"), at("2026-04-02T00:00:00Z"));
        store.create_token("id-2", "영희", "영희", "viewer", [2; 32], made).await.expect("it is kept");
        store.create_token("id-1", "kim", "kim", "admin", [1; 32], made).await.expect("it is kept");
        let kim = StoredToken {
            id: "id-1".to_owned(),
            name: "kim".to_owned(),
            owner: "kim".to_owned(),
            role: "admin".to_owned(),
            merchants: None,
            secret_hash: [1; 32],
            created_at: made,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            suspended_at: None,
        };
        assert_eq!(store.find_token("id-1").await, Ok(Some(kim.clone())));
        assert_eq!(store.find_token("id-3").await, Ok(None));
        let names: Vec<_> = store.list_tokens().await.expect("an answer").into_iter().map(|token| token.name).collect();
        assert_eq!(names, ["kim", "영희"]);

        assert_eq!(store.revoke_token("kim", revoked).await, Ok(true));
        assert_eq!(store.revoke_token("kim", made).await, Ok(false), "it is revoked already");
        assert_eq!(store.revoke_token("lee", revoked).await, Ok(false));
        let gone = StoredToken { revoked_at: Some(revoked), ..kim };
        assert_eq!(store.find_token("id-1").await, Ok(Some(gone)));
    }

    async fn a_token_of_some_merchants_that_ends_by_itself_is_kept_as_that(database) {
        let store = &database.store;
        let (made, end) = (at("2026-04-01T00:00:00Z"), at("2026-04-02T00:00:00Z"));
        let merchants = ["shop", "other"].map(|name| MId::parse(name).expect("a merchant"));
        let new = NewStoredToken {
            id: "id-1", name: "books", owner: "kim", role: "accountant", merchants: Some(&merchants), expires_at: Some(end),
            secret_hash: [1; 32], by: Some("park-1"), at: made,
        };
        let kept = store.create_token_if(&new, |_| Ok::<(), ()>(())).await;
        assert_eq!(kept, Ok(Ok(())));
        let token = store.find_token("id-1").await.expect("an answer").expect("it is there");
        assert_eq!((token.role.as_str(), token.expires_at), ("accountant", Some(end)));
        assert_eq!(token.merchants.as_deref(), Some(&merchants[..]));
        assert!(token.is_in_force(at("2026-04-01T23:59:59.999Z")) && !token.is_in_force(end));
        let entry = &store.audit_entries(None, 1).await.expect("an answer")[0];
        assert_eq!((entry.actor.as_str(), entry.subject.as_str()), ("park-1", "books"));
        for told in ["accountant", "shop", "other", "2026-04-02T00:00:00"] {
            assert!(entry.detail.contains(told), "{}", entry.detail);
        }
    }

    async fn a_use_is_noted_once_a_minute(database) {
        let store = &database.store;
        store.create_token("id-1", "kim", "kim", "viewer", [1; 32], at("2026-04-01T00:00:00Z")).await.expect("it is kept");
        for (used, noted) in [
            ("2026-04-01T00:00:10Z", "2026-04-01T00:00:10Z"),
            ("2026-04-01T00:01:09Z", "2026-04-01T00:00:10Z"),
            ("2026-04-01T00:01:10Z", "2026-04-01T00:01:10Z"),
            // Another process, whose clock is behind.
            ("2026-04-01T00:01:00Z", "2026-04-01T00:01:10Z"),
        ] {
            store.note_token_use("id-1", at(used)).await.expect("it is noted");
            let token = store.find_token("id-1").await.expect("an answer").expect("it is there");
            assert_eq!(token.last_used_at, Some(at(noted)), "{used}");
        }
        store.note_token_use("id-2", at("2026-04-01T00:00:10Z")).await.expect("nobody is nobody");
    }

    async fn a_name_is_never_used_twice(database) {
        let store = &database.store;
        let made = at("2026-04-01T00:00:00Z");
        store.create_token("id-1", "kim", "kim", "admin", [1; 32], made).await.expect("it is kept");
        store.revoke_token("kim", made).await.expect("it is revoked");
        let taken = store.create_token("id-2", "kim", "kim", "viewer", [2; 32], made).await;
        assert_eq!(taken, Err(StoreError::NameTaken { name: "kim".to_owned() }));
    }

    async fn an_unknown_role_is_refused(database) {
        let refused = database.store.create_token("id-1", "kim", "kim", "root", [1; 32], at("2026-04-01T00:00:00Z")).await;
        assert!(matches!(refused, Err(StoreError::Database { .. })), "{refused:?}");
        assert_eq!(database.store.list_tokens().await, Ok(Vec::new()));
    }
}
