//! What a transaction changes, by ids alone: told within this process, and to others in the database's notifications.

use std::collections::BTreeSet;
use std::sync::Arc;

use reconciliation::{MId, PaymentKey};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::store::CancelRequestId;

/// As many payments are named; of more it is only said that there are many.
const MOST_NAMED: usize = 40;
/// PostgreSQL takes less than 8,000 bytes.
const MOST_BYTES: usize = 7_000;
/// Changes that may wait for whoever is told. Whoever falls behind is told that anything may have changed.
const MOST_WAITING: usize = 256;

/// What one transaction has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::store) struct Changed {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    cancel_requests: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    payments: BTreeSet<String>,
    /// More payments than are named.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    many_payments: bool,
    /// The merchants whose discrepancies are others now.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    work_lists: BTreeSet<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    anything: bool,
}

/// What somebody wants to know the changes of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A request.
    CancelRequest(CancelRequestId),
    /// What is stored of a payment, and what was made of it.
    Payment(PaymentKey),
    /// The discrepancies of these merchants; of all with `None`.
    WorkList(Option<Vec<MId>>),
}

impl Changed {
    /// Nobody knows what.
    pub(in crate::store) fn anything() -> Self {
        Self {
            anything: true,
            ..Self::default()
        }
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A request is new, or another than it was.
    pub(in crate::store) fn cancel_request(&mut self, id: &CancelRequestId) {
        self.cancel_requests.insert(id.as_str().to_owned());
    }

    /// What is stored of these payments, or was made of it, is another.
    pub(in crate::store) fn payments<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) {
        for key in keys {
            if self.many_payments || self.payments.len() >= MOST_NAMED {
                self.many_payments = true;
                self.payments.clear();
                return;
            }
            self.payments.insert(key.to_owned());
        }
    }

    /// A merchant's discrepancies are others than they were.
    pub(in crate::store) fn work_list(&mut self, mid: &str) {
        if !self.work_lists.contains(mid) {
            self.work_lists.insert(mid.to_owned());
        }
    }

    fn concerns(&self, topic: &Topic) -> bool {
        self.anything
            || match topic {
                Topic::CancelRequest(id) => self.cancel_requests.contains(id.as_str()),
                Topic::Payment(key) => self.many_payments || self.payments.contains(key.as_str()),
                Topic::WorkList(None) => !self.work_lists.is_empty(),
                Topic::WorkList(Some(mids)) => mids
                    .iter()
                    .any(|mid| self.work_lists.contains(mid.as_str())),
            }
    }
}

/// Tells those who want to know, within this process. Clones share them.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Names this process among those on the database.
    process: Arc<str>,
    told: broadcast::Sender<Arc<Changed>>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            process: uuid::Uuid::new_v4().simple().to_string().into(),
            told: broadcast::Sender::new(MOST_WAITING),
        }
    }
}

/// What a notification between processes says.
#[derive(Serialize, Deserialize)]
struct Notification<'n> {
    by: &'n str,
    changed: Changed,
}

/// A notification that was heard.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) enum Heard {
    /// Our own, which says nothing new.
    Own,
    /// Another process has changed something.
    Others(Changed),
}

impl Changes {
    /// Tells everybody within this process.
    pub(in crate::store) fn tell(&self, changed: Changed) {
        // Without anybody who wants to know it is an error.
        let _ = self.told.send(Arc::new(changed));
    }

    /// Whether anybody wants to know.
    pub(in crate::store) fn has_watchers(&self) -> bool {
        self.told.receiver_count() > 0
    }

    /// What the other processes are told.
    pub(in crate::store) fn notification(&self, changed: &Changed) -> String {
        let text = |changed: Changed| {
            let by = &*self.process;
            serde_json::to_string(&Notification { by, changed }).unwrap_or_default()
        };
        Some(text(changed.clone()))
            .filter(|text| text.len() <= MOST_BYTES)
            .unwrap_or_else(|| text(Changed::anything()))
    }

    /// What a notification says. One that cannot be read is of a newer program: anything may have changed.
    pub(in crate::store) fn heard(&self, notification: &str) -> Heard {
        match serde_json::from_str::<Notification<'_>>(notification) {
            Ok(Notification { by, .. }) if by == &*self.process => Heard::Own,
            Ok(Notification { changed, .. }) => Heard::Others(changed),
            Err(_) => Heard::Others(Changed::anything()),
        }
    }

    /// Has changes kept for the caller from now on.
    pub fn watch(&self, topic: Topic) -> Watcher {
        Watcher {
            told: self.told.subscribe(),
            topic,
        }
    }
}

/// Waits for the changes of a topic.
#[derive(Debug)]
pub struct Watcher {
    told: broadcast::Receiver<Arc<Changed>>,
    topic: Topic,
}

impl Watcher {
    /// What is watched.
    pub fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Waits until it may have changed. Nothing is lost when this is given up.
    pub async fn changed(&mut self) {
        loop {
            match self.told.recv().await {
                Ok(changed) if !changed.concerns(&self.topic) => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }

    /// Forgets what was told so far: the caller is about to look.
    pub fn looks_now(&mut self) {
        self.told = self.told.resubscribe();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn key(text: &str) -> PaymentKey {
        PaymentKey::parse(text).unwrap()
    }

    fn of_payments(keys: &[String]) -> Changed {
        let mut changed = Changed::default();
        changed.payments(keys.iter().map(String::as_str));
        changed
    }

    #[test]
    fn a_change_concerns_what_it_names_and_nothing_else() {
        let mut changed = of_payments(&["pay-1".to_owned()]);
        changed.cancel_request(&CancelRequestId::new("request-1"));
        changed.work_list("shop-a");
        let shops = |names: &[&str]| {
            let mids = names.iter().map(|name| MId::parse(name).unwrap());
            Topic::WorkList(Some(mids.collect()))
        };
        for (topic, concerned) in [
            (Topic::Payment(key("pay-1")), true),
            (Topic::Payment(key("pay-2")), false),
            (
                Topic::CancelRequest(CancelRequestId::new("request-1")),
                true,
            ),
            (
                Topic::CancelRequest(CancelRequestId::new("request-2")),
                false,
            ),
            (Topic::WorkList(None), true),
            (shops(&["shop-b", "shop-a"]), true),
            (shops(&["shop-b"]), false),
        ] {
            assert_eq!(changed.concerns(&topic), concerned, "{topic:?}");
            assert!(Changed::anything().concerns(&topic), "{topic:?}");
            assert!(!Changed::default().concerns(&topic), "{topic:?}");
        }
        assert!(!of_payments(&["pay-1".to_owned()]).concerns(&Topic::WorkList(None)));
    }

    #[test]
    fn some_are_named_and_of_many_it_is_said_that_they_are_many() {
        let keys = |count| (0..count).map(|n| format!("pay-{n}")).collect::<Vec<_>>();
        let named = of_payments(&keys(MOST_NAMED));
        assert!(!named.many_payments && named.payments.len() == MOST_NAMED);
        let many = of_payments(&keys(MOST_NAMED + 1));
        assert!(many.many_payments && many.payments.is_empty());
        assert!(many.concerns(&Topic::Payment(key("pay-9999"))));
        assert!(!many.concerns(&Topic::WorkList(None)));
    }

    #[test]
    fn a_notification_says_the_same_to_others_and_nothing_to_ourselves() {
        let (ours, others) = (Changes::default(), Changes::default());
        let changed = of_payments(&["pay-1".to_owned()]);
        let text = ours.notification(&changed);
        assert_eq!(ours.heard(&text), Heard::Own);
        assert_eq!(others.heard(&text), Heard::Others(changed));
        let anything = Heard::Others(Changed::anything());
        assert_eq!(others.heard("{\"from\":\"another version\"}"), anything);
        let long: Vec<String> = (0..MOST_NAMED).map(|n| format!("{n:0>200}")).collect();
        let text = ours.notification(&of_payments(&long));
        assert!(text.len() < MOST_BYTES);
        assert_eq!(others.heard(&text), anything);
    }

    #[tokio::test]
    async fn whoever_watches_is_told_what_came_after_and_whoever_fell_behind_to_look_again() {
        let changes = Changes::default();
        let of_first = || of_payments(&["pay-1".to_owned()]);
        changes.tell(of_first());
        let mut watcher = changes.watch(Topic::Payment(key("pay-1")));
        let mut other = changes.watch(Topic::Payment(key("pay-2")));
        assert!(watcher.changed().now_or_never().is_none());
        changes.tell(of_first());
        assert!(watcher.changed().now_or_never().is_some());
        assert!(watcher.changed().now_or_never().is_none());
        assert!(other.changed().now_or_never().is_none());
        changes.tell(of_first());
        watcher.looks_now();
        assert!(watcher.changed().now_or_never().is_none());
        (0..=MOST_WAITING).for_each(|_| changes.tell(of_first()));
        assert!(other.changed().now_or_never().is_some());
    }
}
