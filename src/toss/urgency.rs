//! Which calls go first when there are more than the pace allows: those of a cancel, then questions that somebody waits for,
//! then what webhooks lead to, then everything else.

use super::Call;

/// How urgent a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Of a cancel. It goes before all others and is never refused.
    Cancel,
    /// Somebody waits for the answer, and is told when there is none soon.
    Question,
    /// Toss has told that something has changed. It goes before what nobody has heard of, and is never refused.
    Webhook,
    /// Nobody waits. It goes when there is time, and is never refused.
    Background,
}

tokio::task_local! {
    static URGENCY: Urgency;
}

/// Has the calls of Toss within `work` go before all others: for what a cancel needs to know and to do. What `work` spawns is
/// not within it.
pub async fn first<T>(work: impl Future<Output = T>) -> T {
    URGENCY.scope(Urgency::Cancel, work).await
}

/// Has the calls of Toss within `work` go as questions that somebody waits for, also those of lists.
pub async fn question<T>(work: impl Future<Output = T>) -> T {
    URGENCY.scope(Urgency::Question, work).await
}

/// Has the calls of Toss within `work` go as those that a webhook leads to, also those of lists.
pub async fn because_of_webhook<T>(work: impl Future<Output = T>) -> T {
    URGENCY.scope(Urgency::Webhook, work).await
}

/// Work that is about to be given to a task of its own, as urgent as the work that needs it.
pub fn as_urgent<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let urgency = URGENCY.try_get().ok();
    async move {
        match urgency {
            Some(urgency) => Box::pin(URGENCY.scope(urgency, work)).await,
            None => Box::pin(work).await,
        }
    }
}

/// Has the calls of Toss within `work` go when there is time, also those of single payments.
pub async fn in_background<T>(work: impl Future<Output = T>) -> T {
    URGENCY.scope(Urgency::Background, work).await
}

impl Urgency {
    /// Whether such a call is told when to come again rather than to wait for long. A day of settlements is read for all
    /// who need it: whoever asked leaves it to go on alone.
    pub(super) const fn is_told_to_come_again(self, call: Call) -> bool {
        matches!(self, Self::Question) && !matches!(call, Call::Settlements)
    }

    /// As it was said for the work that is being done. Where nothing was said, lists are read in the background and payments
    /// are asked about because somebody waits.
    pub(super) fn of(call: Call) -> Self {
        URGENCY.try_get().unwrap_or(match call {
            Call::Cancel => Self::Cancel,
            Call::Payment | Call::PaymentByOrder => Self::Question,
            Call::Transactions | Call::Settlements => Self::Background,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_of_its_own_is_as_urgent_as_the_work_that_needs_it() {
        let spawned = || tokio::spawn(as_urgent(async { Urgency::of(Call::Transactions) }));
        assert_eq!(
            because_of_webhook(spawned()).await.unwrap(),
            Urgency::Background,
            "it is carried from where the work is begun"
        );
        let within = because_of_webhook(async { spawned().await });
        assert_eq!(within.await.unwrap(), Urgency::Webhook);
        let bare = async { tokio::spawn(async { Urgency::of(Call::Transactions) }).await };
        assert_eq!(question(bare).await.unwrap(), Urgency::Background);
    }
}
