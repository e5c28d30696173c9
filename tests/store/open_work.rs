//! What stands open, counted.

use std::collections::HashMap;

use reconciliation::{CancelRequestStatus, Verdict};
use toss_recon::store::{CancelRequestChange, Created, OpenWork, Source};

use crate::database::TestDatabase;
use crate::samples::{Reading, account, at, new_cancel_request, payment, sending};
use crate::verdict_samples::verdict;

const NOW: &str = "2026-04-02T03:00:00Z";

async fn open(database: &TestDatabase) -> OpenWork {
    database.store.open_work(at(NOW)).await.expect("the work")
}

/// Records a request for that payment and leads it through these changes.
async fn request(database: &TestDatabase, payment_key: &str, changes: Vec<CancelRequestChange>) {
    let new = new_cancel_request(payment_key, payment_key);
    let created = database.store.create_cancel_request(&new).await;
    let Ok(Created::New(mut request)) = created else {
        panic!("it was not recorded: {created:?}");
    };
    for change in changes {
        let moved = database
            .store
            .move_cancel_request(&request, change, at(NOW));
        request = moved.await.expect("it is changed");
    }
}

on_both! {
    async fn nothing_stands_open_in_an_empty_store(database) {
        let nothing = OpenWork {
            cancel_requests: HashMap::new(),
            verdicts_due: 0,
            payments_behind: 0,
            lists_read_at: HashMap::new(),
        };
        assert_eq!(open(&database).await, nothing);
    }

    async fn requests_that_have_not_ended_are_counted_by_their_state(database) {
        let sent = || sending("2026-04-02T00:00:01Z");
        let to = CancelRequestChange::to;
        let ended = |status| CancelRequestChange { resolved_at: Some(at(NOW)), ..to(status) };
        request(&database, "requested", vec![]).await;
        request(&database, "sent", vec![sent()]).await;
        for number in 0..3 {
            let unknown = vec![sent(), to(CancelRequestStatus::Unknown)];
            request(&database, &format!("unknown-{number}"), unknown).await;
        }
        request(&database, "done", vec![sent(), ended(CancelRequestStatus::Succeeded)]).await;
        request(&database, "refused", vec![sent(), ended(CancelRequestStatus::Rejected)]).await;
        let expected = HashMap::from([
            (CancelRequestStatus::Requested, 1),
            (CancelRequestStatus::Sent, 1),
            (CancelRequestStatus::Unknown, 3),
        ]);
        assert_eq!(open(&database).await.cancel_requests, expected);
    }

    async fn verdicts_are_counted_once_their_time_has_come(database) {
        let mut records = Vec::new();
        for (payment_key, due_at) in [
            ("never", None),
            ("later", Some("2026-04-02T03:00:00.001Z")),
            ("now", Some(NOW)),
            ("long-ago", Some("2026-04-01T00:00:00Z")),
        ] {
            let mut record = verdict(payment_key, Verdict::Reconciled);
            record.books_version = 0;
            record.due_at = due_at.map(at);
            records.push(record);
        }
        let seen = database.seen().await;
        assert_eq!(database.store.save_verdicts(&records, &seen).await, Ok(4));
        assert_eq!(open(&database).await.verdicts_due, 2);
    }

    async fn a_list_is_as_old_as_its_youngest_reading(database) {
        for (day, read_at) in [
            ("2026-03-30", "2026-04-02T01:00:00Z"),
            ("2026-03-31", "2026-04-02T02:00:00Z"),
            ("2026-03-29", "2026-04-01T00:00:00Z"),
        ] {
            let reading = Reading::of(payment("p")).with_day(day, Vec::new(), "empty").read_at(read_at);
            reading.save(&database.store).await.expect("it is kept");
        }
        let expected = HashMap::from([((account(), Source::Settlements), at("2026-04-02T02:00:00Z"))]);
        assert_eq!(open(&database).await.lists_read_at, expected);
    }
}
