//! The signatures of the audit log: somebody who may write the database, triggers and all, but has no key, is found out.

use std::fmt::Write as _;

use futures_util::future::join_all;
use reconciliation::CancelRequestStatus;
use sea_orm::{ConnectionTrait, Statement};
use sha2::{Digest, Sha256};
use toss_recon::store::{
    AuditSignatures, AuditSigner, AuditVerdict, BrokenLink, CancelRequestChange, Created,
    NotChecked, Store,
};

use crate::audit::without_guards;
use crate::database::TestDatabase;
use crate::samples::{at, new_cancel_request, sending};

fn signer(seed: u8) -> AuditSigner {
    AuditSigner::new([seed; 32])
}

/// A server with the first key has begun (1), somebody without a key made a token (2), and a cancel was asked for (3) and
/// sent (4).
async fn four_entries(database: &TestDatabase) -> Store {
    let store = database.store.clone().signing_with(signer(1));
    store
        .say_audit_key(at("2026-04-01T00:00:00Z"))
        .await
        .expect("it is said");
    database
        .store
        .create_token(
            "id-1",
            "kim",
            "kim",
            "admin",
            [1; 32],
            at("2026-04-01T00:00:00Z"),
        )
        .await
        .expect("it is kept");
    cancel(&store, "k-1").await;
    store
}

async fn cancel(store: &Store, key: &str) {
    let new = new_cancel_request(&format!("p-{key}"), key);
    let Ok(Created::New(request)) = store.create_cancel_request(&new).await else {
        panic!("it was not recorded")
    };
    store
        .move_cancel_request(
            &request,
            sending("2026-04-02T00:00:01Z"),
            at("2026-04-02T00:00:01Z"),
        )
        .await
        .expect("it is sent");
}

async fn verify(database: &TestDatabase, keys: &[AuditSigner]) -> (AuditVerdict, AuditSignatures) {
    database
        .store
        .verify_signed_audit(keys)
        .await
        .expect("an answer")
}

/// The entry at which whoever has the first key finds the log broken.
async fn broken_at(database: &TestDatabase) -> (i64, BrokenLink) {
    match verify(database, &[signer(1)]).await.0 {
        AuditVerdict::Broken { number, reason } => (number, reason),
        whole @ AuditVerdict::Whole { .. } => panic!("{whole:?}"),
    }
}

/// Makes every hash anew, as somebody can who has read how they are made.
async fn make_the_chain_anew(database: &TestDatabase) {
    let backend = database.raw.get_database_backend();
    let rows = database
        .raw
        .query_all_raw(Statement::from_string(
            backend,
            "SELECT number, at, actor, action, subject, detail FROM audit_entries ORDER BY number",
        ))
        .await
        .expect("the log");
    let mut previous = [0_u8; 32];
    for row in rows {
        let number: i64 = row.try_get_by_index(0).expect("a number");
        let millis: i64 = row.try_get_by_index(1).expect("an instant");
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(number.to_be_bytes());
        hasher.update(millis.to_be_bytes());
        for part in 2..6 {
            let text: String = row.try_get_by_index(part).expect("a text");
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        let hash: [u8; 32] = hasher.finalize().into();
        let (before, after) = (literal(database, &previous), literal(database, &hash));
        database
            .spoil(&format!(
                "UPDATE audit_entries SET previous_hash = {before}, hash = {after} WHERE number = {number}"
            ))
            .await;
        previous = hash;
    }
    let chain = database.store.verify_audit().await.expect("an answer");
    assert!(
        matches!(chain, AuditVerdict::Whole { .. }),
        "the chain alone shows nothing: {chain:?}"
    );
}

fn literal(database: &TestDatabase, bytes: &[u8]) -> String {
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a text takes it");
        hex
    });
    if database.is_postgres() {
        format!("'\\x{hex}'::bytea")
    } else {
        format!("x'{hex}'")
    }
}

const NO_SIGNATURES: &str = "UPDATE audit_entries SET signature = NULL, signing_key = NULL";

on_both! {
    async fn what_a_process_with_a_key_writes_is_signed_and_counted(database) {
        four_entries(&database).await;
        let (verdict, signatures) = verify(&database, &[signer(1)]).await;
        assert!(matches!(verdict, AuditVerdict::Whole { entries: 4, .. }), "{verdict:?}");
        assert_eq!(signatures.signed.into_iter().collect::<Vec<_>>(), [(signer(1).name().to_owned(), 3)]);
        assert_eq!((signatures.unsigned, signatures.not_checked.len()), (1, 0));
        let entries = database.store.audit_entries(None, 10).await.expect("an answer");
        let first = entries.last().expect("an entry");
        assert_eq!((first.action.as_str(), first.subject.as_str()), ("AUDIT_KEY_IN_USE", signer(1).name()));
    }

    async fn each_key_is_said_once_however_many_begin_at_once(database) {
        for seed in [1, 2, 1] {
            let store = database.store.clone().signing_with(signer(seed));
            let all = (0..6).map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.say_audit_key(at("2026-04-01T00:00:00Z")).await })
            });
            for said in join_all(all).await {
                assert_eq!(said.expect("it ran"), Ok(()));
            }
        }
        database.store.say_audit_key(at("2026-04-01T00:00:00Z")).await.expect("nothing to say");
        assert_eq!(database.number("SELECT count(*) FROM audit_entries").await, 2);
    }

    async fn after_a_rotation_each_entry_needs_the_key_of_its_time(database) {
        four_entries(&database).await;
        let store = database.store.clone().signing_with(signer(2));
        store.say_audit_key(at("2026-05-01T00:00:00Z")).await.expect("it is said");
        cancel(&store, "k-2").await;
        let (verdict, both) = verify(&database, &[signer(2), signer(1)]).await;
        assert!(matches!(verdict, AuditVerdict::Whole { entries: 7, .. }), "{verdict:?}");
        let counts: Vec<u64> = [1, 2].iter().map(|seed| both.signed[signer(*seed).name()]).collect();
        assert_eq!(counts, [3, 3]);
        let (verdict, one) = verify(&database, &[signer(2)]).await;
        assert!(matches!(verdict, AuditVerdict::Whole { entries: 7, .. }), "{verdict:?}");
        let missing = NotChecked { first: 1, entries: 3 };
        assert_eq!(one.not_checked.into_iter().collect::<Vec<_>>(), [(signer(1).name().to_owned(), missing)]);
    }

    async fn a_cancel_recorded_without_the_key_is_noticed_and_a_token_is_not(database) {
        four_entries(&database).await;
        database.store.revoke_token("kim", at("2026-04-03T00:00:00Z")).await.expect("it is revoked");
        assert!(matches!(verify(&database, &[signer(1)]).await.0, AuditVerdict::Whole { entries: 5, .. }));
        cancel(&database.store, "k-2").await;
        assert_eq!(broken_at(&database).await, (6, BrokenLink::NotSigned));
    }

    async fn whoever_makes_the_whole_chain_anew_is_found_out_by_the_signatures(database) {
        four_entries(&database).await;
        without_guards(&database).await;
        database.spoil("UPDATE audit_entries SET actor = 'lee' WHERE number = 3").await;
        make_the_chain_anew(&database).await;
        assert_eq!(broken_at(&database).await, (3, BrokenLink::WrongSignature));
        // Signed with a key of one's own, under the name of the right one.
        let stranger = signer(9);
        let name = signer(1).name().to_owned();
        let forged = literal(&database, &[9; 32]);
        database.spoil(&format!("UPDATE audit_entries SET signing_key = '{name}', signature = {forged} WHERE number > 2")).await;
        assert_eq!(broken_at(&database).await, (3, BrokenLink::WrongSignature));
        // Under the name of that other key: whoever has the right one is told of a key that nobody has.
        database.spoil(&format!("UPDATE audit_entries SET signing_key = '{}' WHERE number > 2", stranger.name())).await;
        let (_, signatures) = verify(&database, &[signer(1)]).await;
        assert!(signatures.not_checked.contains_key(stranger.name()));
        database.spoil(&format!("{NO_SIGNATURES} WHERE number > 2")).await;
        assert_eq!(broken_at(&database).await, (3, BrokenLink::NotSigned));
    }

    async fn whoever_takes_all_signatures_away_is_found_out_while_there_are_cancels(database) {
        four_entries(&database).await;
        without_guards(&database).await;
        database.spoil(NO_SIGNATURES).await;
        assert_eq!(broken_at(&database).await, (1, BrokenLink::NotSigned), "it says itself that there were some");
        database.spoil("UPDATE audit_entries SET action = 'TOKEN_CREATED', subject = 'choi' WHERE number = 1").await;
        make_the_chain_anew(&database).await;
        assert_eq!(broken_at(&database).await, (3, BrokenLink::NotSigned), "the request names a key");
        assert_eq!(verify(&database, &[]).await.0, AuditVerdict::Broken { number: 3, reason: BrokenLink::NotSigned });
    }

    async fn half_a_signature_cannot_be_read(database) {
        four_entries(&database).await;
        without_guards(&database).await;
        database.spoil("UPDATE audit_entries SET signing_key = NULL WHERE number = 3").await;
        assert_eq!(broken_at(&database).await, (3, BrokenLink::Unreadable));
    }

    async fn a_log_of_before_signatures_is_as_whole_as_it_was(database) {
        cancel(&database.store, "k-1").await;
        // The request is of before too: the digest of its content was erased.
        let emptied = literal(&database, &[]);
        database.spoil(&format!("UPDATE cancel_requests SET content_key = NULL, content_hash = {emptied}")).await;
        for keys in [Vec::new(), vec![signer(1)]] {
            let (verdict, signatures) = verify(&database, &keys).await;
            assert!(matches!(verdict, AuditVerdict::Whole { entries: 2, .. }), "{verdict:?}");
            assert_eq!((signatures.unsigned, signatures.count()), (2, 0));
        }
        let store = database.store.clone().signing_with(signer(1));
        store.say_audit_key(at("2026-05-01T00:00:00Z")).await.expect("it is said");
        let (verdict, signatures) = verify(&database, &[signer(1)]).await;
        assert!(matches!(verdict, AuditVerdict::Whole { entries: 3, .. }), "{verdict:?}");
        assert_eq!((signatures.unsigned, signatures.count()), (2, 1));
        // What was written before is held by the signature behind it.
        without_guards(&database).await;
        database.spoil("UPDATE audit_entries SET actor = 'lee' WHERE number = 1").await;
        make_the_chain_anew(&database).await;
        assert_eq!(broken_at(&database).await, (3, BrokenLink::WrongSignature));
    }

    async fn a_change_that_tells_of_nothing_is_neither_written_nor_signed(database) {
        let store = four_entries(&database).await;
        let due = store.due_cancel_requests(at("2026-04-03T00:00:00Z"), 1).await.expect("an answer");
        let same = CancelRequestChange::to(CancelRequestStatus::Sent);
        store.move_cancel_request(&due[0], same, at("2026-04-03T00:00:00Z")).await.expect("it is kept");
        assert_eq!(database.number("SELECT count(*) FROM audit_entries").await, 4);
    }
}
