//! An answer that goes on: server-sent events by the protocol `graphql-sse`, distinct connections. Between two events nothing is
//! held but the connection: each is executed as a query of its own, with a place in the lanes, and what has not been taken by the
//! client keeps the next one from being made.

use std::time::Duration;

use actix_web::web::Bytes;
use async_graphql::{ObjectType, Response, SubscriptionType, Value};
use futures_util::{Stream, stream};
use tokio::time::{Instant, sleep_until};

use super::{
    Endpoint,
    asked::Asked,
    masking,
    open_streams::OpenStream,
    request_metrics::RequestUnderWay,
    respond::{self, COMPLETE},
};
use crate::access::Standing;
use crate::graphql::Live;
use crate::http::client::{self, Client};
use crate::http::limits::{EVENTS_KEEP_ALIVE, LOOKED_AGAIN, STANDING_LOOKS, TRIED_AGAIN};
use crate::request_notes::RequestNotes;

/// A comment, which keeps intermediaries from closing what is idle.
const KEEP_ALIVE: &[u8] = b":\n\n";

/// A subscription that has begun.
pub(super) struct Subscribed<Q, M, S> {
    pub(super) endpoint: Endpoint<Q, M, S>,
    pub(super) asked: Asked,
    pub(super) live: Live,
    pub(super) client: Option<Client>,
    pub(super) standing: Standing,
    pub(super) _place: OpenStream,
    /// The first event.
    pub(super) first: Response,
}

/// The events of a subscription.
struct Events<Q, M, S> {
    subscribed: Subscribed<Q, M, S>,
    under_way: RequestUnderWay,
    notes: RequestNotes,
    /// Made, and not yet handed over.
    ready: Vec<Bytes>,
    is_over: bool,
    /// What the last event said, where it told a state.
    state: Option<Bytes>,
    rest: Duration,
    /// When the last event was made, the next is to be, the connection was last used, and the client last known to be let in.
    looked: Instant,
    due: Option<Instant>,
    spoke: Instant,
    checked: Instant,
}

/// Why a subscription wakes up.
enum Woken {
    Stopped,
    Changed,
    Due,
    Check,
    KeepAlive,
}

impl<Q, M, S> Subscribed<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// The body of the answer. What it costs and how it ends is told by the request's line in the access log, at its end.
    pub(super) async fn events(
        mut self,
        mut under_way: RequestUnderWay,
    ) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + use<Q, M, S> {
        let first = std::mem::take(&mut self.first);
        let has_failed = first.data == Value::Null;
        under_way.goes_on(&first);
        let bytes = respond::event(first, self.asked.request_id);
        let is_over = has_failed || self.live.has_ended();
        let now = Instant::now();
        let mut events = Events {
            state: self.live.tells_a_state().await.then(|| bytes.clone()),
            rest: self.live.rest().await,
            notes: under_way.line.notes(),
            subscribed: self,
            under_way,
            ready: Vec::new(),
            is_over,
            looked: now,
            due: None,
            spoke: now,
            checked: now,
        };
        events.ready.push(bytes);
        if is_over {
            events.ready.insert(0, COMPLETE);
        }
        stream::unfold(events, |mut events| async move {
            let bytes = events.next().await?;
            events.spoke = Instant::now();
            Some((Ok(bytes), events))
        })
    }
}

impl<Q, M, S> Events<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// What is sent next; `None` at the end. Without a `complete` before it, clients connect again.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop() {
                return Some(bytes);
            }
            if self.is_over {
                return None;
            }
            match self.woken().await {
                Woken::KeepAlive => return Some(Bytes::from_static(KEEP_ALIVE)),
                Woken::Changed => self.due = Some(self.looked + self.rest),
                Woken::Due => self.look().await,
                Woken::Check if self.is_let_in().await => self.checked = Instant::now(),
                Woken::Check | Woken::Stopped => return None,
            }
        }
    }

    async fn woken(&self) -> Woken {
        let Subscribed {
            endpoint,
            live,
            client,
            ..
        } = &self.subscribed;
        // What tells no state is told only when it changes.
        let again = self.state.as_ref().map(|_| self.looked + LOOKED_AGAIN);
        let due = self.due.or(again);
        tokio::select! {
            biased;
            () = endpoint.stop.cancelled() => Woken::Stopped,
            () = client::gone(client.clone()) => Woken::Stopped,
            () = sleep_until(self.checked + STANDING_LOOKS) => Woken::Check,
            () = until(due) => Woken::Due,
            () = live.changed(), if self.due.is_none() => Woken::Changed,
            () = sleep_until(self.spoke + EVENTS_KEEP_ALIVE) => Woken::KeepAlive,
        }
    }

    /// Whether the client is still let in; so are clients while it cannot be found out.
    async fn is_let_in(&self) -> bool {
        let Subscribed {
            endpoint,
            asked,
            standing,
            ..
        } = &self.subscribed;
        let access = endpoint.gate.access();
        let still = access.still_is(&asked.principal, standing).await;
        still.unwrap_or(true)
    }

    /// Makes the next event, if there is anything to tell. What has no answer now is tried again.
    async fn look(&mut self) {
        let Subscribed {
            endpoint,
            asked,
            live,
            client,
            ..
        } = &self.subscribed;
        let looking = Box::pin(endpoint.look(asked, live, client.clone(), &mut self.under_way));
        let stopped = endpoint.stop.cancelled();
        let looked = tokio::select! {
            biased;
            () = stopped => return,
            looked = self.notes.clone().noting(looking) => looked,
        };
        self.looked = Instant::now();
        let response = match looked {
            Ok(response) if response.data == Value::Null && is_passing(&response) => None,
            Ok(response) => Some(response),
            Err(_) => None,
        };
        let Some(response) = response else {
            self.due = Some(self.looked + TRIED_AGAIN);
            return;
        };
        self.due = None;
        self.under_way.goes_on(&response);
        self.is_over = response.data == Value::Null || live.has_ended();
        let bytes = respond::event(response, asked.request_id);
        if self.is_over {
            self.ready.push(COMPLETE);
        }
        if self.state.as_ref() != Some(&bytes) {
            if self.state.is_some() {
                self.state = Some(bytes.clone());
            }
            self.ready.push(bytes);
        }
    }
}

/// Whether an answer may be another one a while later.
fn is_passing(response: &Response) -> bool {
    masking::has_failed(response) || masking::met_overload(response)
}

/// Waits for an instant; for ever without one.
async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
