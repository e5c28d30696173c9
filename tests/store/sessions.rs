//! Sessions of people in browsers.

use toss_recon::store::{NewStoredToken, Store};

use crate::samples::at;

const MADE: &str = "2026-04-01T00:00:00Z";
/// The hash of some cookie.
const COOKIE: [u8; 32] = [7; 32];

/// Whose session it is, by the token's name.
async fn of(store: &Store, hash: [u8; 32], when: &str) -> Option<String> {
    let found = store.find_session(hash, at(when)).await.expect("an answer");
    found.map(|(token, _)| token.name)
}

async fn kim(store: &Store) {
    store
        .create_token("id-1", "kim", "kim", "viewer", [1; 32], at(MADE))
        .await
        .expect("it is kept");
    store
        .open_session(COOKIE, "id-1", at(MADE))
        .await
        .expect("it is kept");
}

on_both! {
    async fn a_session_ends_when_nobody_uses_it_for_eight_hours(database) {
        let store = &database.store;
        kim(store).await;
        assert_eq!(of(store, COOKIE, "2026-04-01T07:59:59Z").await.as_deref(), Some("kim"));
        assert_eq!(of(store, COOKIE, "2026-04-01T08:00:00Z").await, None);
        assert_eq!(of(store, [8; 32], MADE).await, None, "another cookie is nobody's");
        store.note_session_use(COOKIE, at("2026-04-01T07:00:00Z")).await.expect("it is noted");
        assert_eq!(of(store, COOKIE, "2026-04-01T14:59:59Z").await.as_deref(), Some("kim"));
        assert_eq!(of(store, COOKIE, "2026-04-01T15:00:00Z").await, None);
    }

    async fn a_session_ends_after_a_week_however_much_it_is_used(database) {
        let store = &database.store;
        kim(store).await;
        store.note_session_use(COOKIE, at("2026-04-07T23:00:00Z")).await.expect("it is noted");
        assert_eq!(of(store, COOKIE, "2026-04-07T23:59:59Z").await.as_deref(), Some("kim"));
        assert_eq!(of(store, COOKIE, "2026-04-08T00:00:00Z").await, None);
        // The next one to sign in clears it away.
        store.open_session([8; 32], "id-1", at("2026-04-08T00:00:00Z")).await.expect("it is kept");
        assert_eq!(of(store, COOKIE, "2026-04-07T23:59:59Z").await, None);
    }

    async fn a_session_ends_with_its_token(database) {
        let store = &database.store;
        kim(store).await;
        let end = at("2026-04-01T01:00:00Z");
        let new = NewStoredToken {
            id: "id-2", name: "lee", owner: "lee", role: "admin", merchants: None, expires_at: Some(end), secret_hash: [2; 32],
            by: None, at: at(MADE),
        };
        assert_eq!(store.create_token_if(&new, |_| Ok::<(), ()>(())).await, Ok(Ok(())));
        store.open_session([8; 32], "id-2", at(MADE)).await.expect("it is kept");
        assert_eq!(of(store, [8; 32], "2026-04-01T00:59:59Z").await.as_deref(), Some("lee"));
        assert_eq!(of(store, [8; 32], "2026-04-01T01:00:00Z").await, None);
        store.revoke_token("kim", at(MADE)).await.expect("it is revoked");
        assert_eq!(of(store, COOKIE, MADE).await, None);
        store.open_session(COOKIE, "id-1", at(MADE)).await.expect("an answer");
        assert_eq!(of(store, COOKIE, MADE).await, None, "nobody signs in with a revoked token");
    }

    async fn a_session_ends_when_its_token_gets_another_role(database) {
        let store = &database.store;
        kim(store).await;
        database.spoil("UPDATE access_tokens SET role = 'admin'").await;
        assert_eq!(of(store, COOKIE, MADE).await, None);
    }

    async fn signing_out_ends_this_session_or_all_of_the_owner(database) {
        let store = &database.store;
        kim(store).await;
        for (id, name, owner, hash) in [("id-2", "kim-2", "kim", [8; 32]), ("id-3", "lee", "lee", [9; 32])] {
            store.create_token(id, name, owner, "viewer", [2; 32], at(MADE)).await.expect("it is kept");
            store.open_session(hash, id, at(MADE)).await.expect("it is kept");
        }
        store.open_session([10; 32], "id-1", at(MADE)).await.expect("it is kept");
        store.close_session(COOKIE, false).await.expect("it ends");
        assert_eq!(of(store, COOKIE, MADE).await, None);
        assert_eq!(of(store, [10; 32], MADE).await.as_deref(), Some("kim"), "another browser's goes on");
        store.close_session([10; 32], true).await.expect("they end");
        assert_eq!(of(store, [10; 32], MADE).await, None);
        assert_eq!(of(store, [8; 32], MADE).await, None, "of another token of the owner");
        assert_eq!(of(store, [9; 32], MADE).await.as_deref(), Some("lee"), "somebody else's");
    }

    async fn tokens_that_are_suspended_have_no_sessions_left(database) {
        let store = &database.store;
        kim(store).await;
        assert_eq!(store.suspend_tokens(at(MADE)).await, Ok(1));
        assert_eq!(store.confirm_token("kim", at(MADE)).await, Ok(true));
        assert_eq!(of(store, COOKIE, MADE).await, None);
    }
}
