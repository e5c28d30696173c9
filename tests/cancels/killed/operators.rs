//! The end of every request: by itself, or by a person who looks at Toss's books.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::CancelRequestStatus as Status;
use serde_json::{Value, json};
use toss_recon::store::{CancelRequest, Store};
use toss_sim::TossSim;

use super::load::duration;
use crate::books;
use crate::program::Program;

/// So old a request has to be before a person may take it over.
const TAKEN_OVER_FROM: Duration = Duration::from_mins(1);
/// The same, and a little for the clock.
const OLD_ENOUGH: TimeDelta = TimeDelta::seconds(70);
/// Nothing that was sent so long ago runs any more.
const RUNS_AT_MOST: TimeDelta = TimeDelta::seconds(15);
/// How long a database may go on failing a person.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the stand-in refuses with, of which nothing is believed for two minutes once an answer was lost.
const BELIEVED_LATE: &str = "PROVIDER_ERROR";

const TAKE_OVER: &str = "mutation ($id: ID!) { change: takeOverCancelRequest(id: $id) { request { status } error { code } } }";
const RESOLVE: &str = "mutation ($id: ID!, $outcome: CancelFinding!, $transactionKey: String) { change: \
     resolveCancelRequest(id: $id, outcome: $outcome, note: \"looked up\", transactionKey: $transactionKey) \
     { request { status } error { code } } }";

/// An admin at the console, before a Toss whose books can be looked at.
pub(super) struct Operator<'a> {
    pub(super) sim: &'a TossSim,
    pub(super) program: &'a Program,
    pub(super) token: &'a str,
    pub(super) store: &'a Store,
}

impl Operator<'_> {
    /// Waits until everything has ended. What Toss goes on refusing after a lost answer would take some minutes: that, and
    /// nothing else, is taken over.
    pub(super) async fn everything_ends(&self) -> Vec<CancelRequest> {
        let began = Instant::now();
        // The pause before Toss is asked again is as long as the outcome has been unknown already.
        let patience = 3 * TAKEN_OVER_FROM + 2 * duration();
        loop {
            let all = books::recorded(self.store).await;
            let open = |request: &&CancelRequest| {
                !request.status.is_final() && request.status != Status::NeedsOperator
            };
            let open: Vec<_> = all.iter().filter(open).collect();
            if open.iter().all(|request| is_refused_for_long(request))
                && began.elapsed() > TAKEN_OVER_FROM
            {
                for request in &open {
                    self.takes_over(request).await;
                }
                return books::recorded(self.store).await;
            }
            if open.is_empty() {
                return all;
            }
            assert!(began.elapsed() < patience, "these do not end: {open:#?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Ends what needs an operator, by what Toss's books say; every request as it is then.
    pub(super) async fn decides(&self, requests: &[CancelRequest]) -> Vec<CancelRequest> {
        let needs = |request: &&CancelRequest| request.status == Status::NeedsOperator;
        for request in requests.iter().filter(needs) {
            self.decides_on(request).await;
        }
        let ended = books::recorded(self.store).await;
        let open = ended.iter().find(|request| !request.status.is_final());
        assert!(open.is_none(), "nobody can end this one: {open:#?}");
        ended
    }

    /// Goes on looking at what needs an operator, since another cancel of the payment has to wait for that. Gives nothing:
    /// it is to be dropped.
    pub(super) async fn keeps_looking(&self) -> std::convert::Infallible {
        loop {
            let now = now();
            for request in books::recorded(self.store).await {
                let is_quiet = request
                    .last_sent_at
                    .is_none_or(|sent| now - sent > RUNS_AT_MOST);
                if request.status == Status::NeedsOperator && is_quiet {
                    self.decides_on(&request).await;
                }
                if is_refused_for_long(&request) && now - request.requested_at > OLD_ENOUGH {
                    self.takes_over(&request).await;
                }
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn takes_over(&self, request: &CancelRequest) {
        let id = json!({ "id": books::shown_id(request) });
        self.changes(TAKE_OVER, &id, "NEEDS_OPERATOR", request)
            .await;
    }

    async fn decides_on(&self, request: &CancelRequest) {
        let cancels = self.sim.executed_cancels(request.payment_key.as_str());
        let mut cancels = cancels.into_iter();
        let ran = cancels.find(|cancel| cancel.reason == request.client_key);
        let (outcome, ended) = match ran {
            Some(_) => ("EXECUTED", "SUCCEEDED"),
            None => ("NOT_EXECUTED", "REJECTED"),
        };
        let found = json!({
            "id": books::shown_id(request),
            "outcome": outcome,
            "transactionKey": ran.map(|cancel| cancel.transaction_key),
        });
        self.changes(RESOLVE, &found, ended, request).await;
    }

    /// Makes a change of a request, again when there is no answer, until it is in that state or has ended by itself.
    async fn changes(&self, change: &str, variables: &Value, to: &str, request: &CancelRequest) {
        let began = Instant::now();
        loop {
            let answer = self
                .program
                .post(self.token, change, variables.clone())
                .await;
            let answer = answer.map(|answer| answer["data"]["change"].clone());
            let status = answer
                .as_ref()
                .map(|answer| answer["request"]["status"].clone());
            if status.is_some_and(|is| is == to || is == "SUCCEEDED" || is == "REJECTED") {
                return;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "nobody can end this one: {answer:?} {request:#?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

fn is_refused_for_long(request: &CancelRequest) -> bool {
    let words = request.toss_words.as_ref();
    request.status == Status::Unknown && words.is_some_and(|words| words.code == BELIEVED_LATE)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program under test reads the system's clock"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}
