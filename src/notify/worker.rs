//! Looks for what is to be told and tells it. Of several processes on one database one does so; when it dies, another takes
//! over. A process that dies between a receiver's answer and its note of it leaves the notice to be told again, under the same
//! id: each is told at least once, and a receiver that knows ids hears it once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use reconciliation::KstDate;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::message::{NegativeDay, News};
use super::negative_days::negative;
use super::notice_metrics::NoticeMetrics;
use super::sender::{NotTaken, Sender};
use super::target::Target;
use crate::clock::Clock;
use crate::fail_points;
use crate::reconcile::Reconciler;
use crate::store::{DueNotice, NewNotice, Store, StoreError, TargetStanding};

/// The task that one process at a time does.
const LEASE: &str = "notify";
/// How long a process that says nothing keeps the task: longer than an attempt may take.
const LEASE_LASTS: TimeDelta = TimeDelta::seconds(30);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause of a process that does not have the task, or whose database does not answer.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// Notices of one address that wait to be told at once; what is found meanwhile gets its notice when there is room.
const MOST_OPEN: u64 = 1_000;
/// Notices of one address that are told before the task is held anew.
const TOLD_AT_ONCE: u64 = 10;
/// How far back is looked again: a verdict is dated before it is kept.
const LOOKED_AGAIN: TimeDelta = TimeDelta::hours(1);
/// What is older than that is told to nobody any more.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(3);
/// A notice is remembered for longer than what it tells of can be found.
const REMEMBERED: TimeDelta = TimeDelta::days(30);
/// A notice that was not taken rests for as long as it has been waiting, within these.
const SHORTEST_REST: TimeDelta = TimeDelta::seconds(5);
const LONGEST_REST: TimeDelta = TimeDelta::hours(1);
/// How often payouts are looked at, and old notices forgotten.
const PAYOUTS_EVERY: TimeDelta = TimeDelta::minutes(5);
/// The days whose payouts are looked at, from today.
const DAYS_AHEAD: u32 = 7;

/// Tells addresses of the merchant's own.
pub struct Notifier {
    store: Store,
    reconciler: Reconciler,
    clock: Clock,
    sender: Sender,
    targets: Vec<(Target, NoticeMetrics)>,
    /// The address of the console's pages.
    console: Option<String>,
    holder: String,
}

impl Notifier {
    /// What tells these addresses; `None` when there are none. Links lead to the console at that address.
    ///
    /// # Errors
    /// When this machine cannot make encrypted connections.
    pub fn new(
        targets: Vec<Target>,
        store: Store,
        reconciler: Reconciler,
        clock: Clock,
        console: Option<String>,
    ) -> Result<Option<Self>, String> {
        if targets.is_empty() {
            return Ok(None);
        }
        let sender = Sender::new().map_err(|error| error.to_string())?;
        let with_metrics = |target: Target| {
            let metrics = NoticeMetrics::of(&target.name);
            (target, metrics)
        };
        Ok(Some(Self {
            store,
            reconciler,
            clock,
            sender,
            targets: targets.into_iter().map(with_metrics).collect(),
            console,
            holder: Uuid::now_v7().to_string(),
        }))
    }

    /// Tells until it is stopped.
    pub async fn run(self, stop: CancellationToken) {
        Box::pin(stop.run_until_cancelled(self.keep())).await;
        let given = self.store.give_lease_back(LEASE, &self.holder).await;
        if let Err(error) = given {
            tracing::debug!(%error, "the lease was not given back; it runs out by itself");
        }
    }

    async fn keep(&self) {
        let mut fails = false;
        let mut payouts_at = None;
        loop {
            let pause = match Box::pin(self.keep_once(&mut payouts_at)).await {
                Ok(true) => PAUSE,
                Ok(false) => {
                    let now = self.clock.now();
                    self.targets
                        .iter()
                        .for_each(|(_, metrics)| metrics.show(None, now));
                    LONG_PAUSE
                }
                Err(error) => {
                    if !fails {
                        tracing::warn!(%error, "nothing can be told to the addresses of [[notify]]; it is tried again every few seconds");
                    }
                    fails = true;
                    LONG_PAUSE
                }
            };
            fails &= pause == LONG_PAUSE;
            tokio::time::sleep(pause).await;
        }
    }

    async fn hold(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.store
            .hold_lease(LEASE, &self.holder, now, now + LEASE_LASTS)
            .await
    }

    /// One look and what it leads to, if the task is ours.
    async fn keep_once(&self, payouts_at: &mut Option<DateTime<Utc>>) -> Result<bool, StoreError> {
        if !self.hold().await? {
            return Ok(false);
        }
        let now = self.clock.now();
        let looks_at_payouts = payouts_at.is_none_or(|at| now - at >= PAYOUTS_EVERY);
        let payouts = if looks_at_payouts {
            self.store.delete_notices(now - REMEMBERED).await?;
            let today = KstDate::of(now);
            let days = (today, today.plus_days(DAYS_AHEAD));
            negative(&self.reconciler.payout_days(days, None).await?)
        } else {
            Vec::new()
        };
        for (target, _) in &self.targets {
            self.find(target, &payouts, now).await?;
        }
        if looks_at_payouts {
            *payouts_at = Some(now);
        }
        let told = self
            .targets
            .iter()
            .map(|(target, metrics)| self.tell_due(target, metrics));
        join_all(told)
            .await
            .into_iter()
            .collect::<Result<(), _>>()?;
        Ok(true)
    }

    /// Keeps a notice of everything that an address is to be told of.
    async fn find(
        &self,
        target: &Target,
        payouts: &[NegativeDay],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let standing: TargetStanding = self.store.notice_target(&target.name, now).await?;
        let open = self.store.open_notices(&target.name).await?;
        let room = MOST_OPEN.saturating_sub(open.map_or(0, |open| open.count));
        if room == 0 {
            return Ok(());
        }
        let (name, mids) = (target.name.as_str(), target.mids.as_deref());
        // Nothing from before the address was first seen, and not all of it again after a long rest.
        let since = (standing.looked_at - LOOKED_AGAIN)
            .max(standing.begun_at)
            .max(now - GIVEN_UP_AFTER);
        let found = self
            .store
            .untold_discrepancies(name, since, mids, room)
            .await?;
        let is_all = found.len() as u64 != room;
        let requests = self.store.untold_requests(name, mids, room).await?;
        let is_of = |day: &&NegativeDay| {
            mids.is_none_or(|mids| mids.iter().any(|mid| mid.as_str() == day.mid))
        };
        let news = (found.into_iter().map(News::Discrepancy))
            .chain(requests.into_iter().map(News::Request))
            .chain(payouts.iter().filter(is_of).cloned().map(News::NegativeDay));
        let notices: Vec<NewNotice> = news
            .map(|news| NewNotice {
                id: format!("msg_{}", Uuid::now_v7().simple()),
                target: target.name.clone(),
                kind: news.kind(),
                subject: news.subject(),
                body: news.body(&target.manner, now, self.console.as_deref()),
            })
            .collect();
        self.store.keep_notices(&notices, now).await?;
        if is_all && now - standing.looked_at > TimeDelta::minutes(1) {
            self.store.target_was_looked_at(name, now).await?;
        }
        Ok(())
    }

    /// Tells one address what is due, one after the other.
    async fn tell_due(&self, target: &Target, metrics: &NoticeMetrics) -> Result<(), StoreError> {
        let now = self.clock.now();
        let due = self
            .store
            .due_notices(&target.name, now, TOLD_AT_ONCE)
            .await?;
        for notice in due {
            // An attempt may take a while; by then the task may be another's.
            if !self.hold().await? {
                break;
            }
            let taken = self.tell(target, metrics, &notice).await?;
            if !taken {
                break;
            }
        }
        let open = self.store.open_notices(&target.name).await?;
        metrics.show(open.as_ref(), self.clock.now());
        Ok(())
    }

    /// Tells one notice, and whether it was taken.
    async fn tell(
        &self,
        target: &Target,
        metrics: &NoticeMetrics,
        notice: &DueNotice,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let age = now - notice.made_at;
        let sent = self
            .sender
            .send(target, &notice.id, &notice.body, now)
            .await;
        let next = match &sent {
            Ok(()) => {
                metrics.taken.increment(1);
                fail_points::dies("notice-told-not-noted");
                None
            }
            Err(_) if age > GIVEN_UP_AFTER => {
                metrics.given_up.increment(1);
                tracing::warn!(target_name = %target.name, notice = %notice.id, "a notice was not taken for three days and is given up");
                None
            }
            Err(why) => {
                metrics.refused.increment(1);
                tracing::warn!(target_name = %target.name, notice = %notice.id, attempts = notice.attempts, %why, "a notice was not taken; it is told again");
                Some(now + rest(age, why))
            }
        };
        self.store.notice_was_sent(&notice.id, next).await?;
        Ok(sent.is_ok())
    }
}

/// How long a notice rests that was not taken, given how long it has been waiting: each rest is as long as all before.
fn rest(waited: TimeDelta, why: &NotTaken) -> TimeDelta {
    let asked = match why {
        NotTaken::Answered { retry_after, .. } => retry_after.unwrap_or_default(),
        NotTaken::TimedOut | NotTaken::Unreachable => TimeDelta::zero(),
    };
    waited.max(asked).clamp(SHORTEST_REST, LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_from_five_seconds_to_an_hour_and_heed_what_the_receiver_asks() {
        let refused = |seconds: Option<i64>| NotTaken::Answered {
            status: 503,
            retry_after: seconds.map(TimeDelta::seconds),
        };
        let seconds = |waited, why: NotTaken| rest(TimeDelta::seconds(waited), &why).num_seconds();
        assert_eq!(seconds(0, NotTaken::TimedOut), 5);
        assert_eq!(seconds(40, refused(None)), 40);
        assert_eq!(seconds(40, refused(Some(90))), 90);
        assert_eq!(seconds(40, refused(Some(86_400))), 3_600);
        assert_eq!(seconds(90_000, NotTaken::Unreachable), 3_600);
    }
}
