//! Access tokens.

use toss_recon::store::{StoreError, StoredToken};

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
            secret_hash: [1; 32],
            created_at: made,
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
