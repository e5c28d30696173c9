//! Which calls go first when there are more than the pace allows: those of a cancel, then questions that somebody waits for,
//! then everything else.

use super::Call;

/// How urgent a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Of a cancel. It goes before all others and is never refused.
    Cancel,
    /// Somebody waits for the answer, and is told when there is none soon.
    Question,
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

/// Has the calls of Toss within `work` go when there is time, also those of single payments.
pub async fn in_background<T>(work: impl Future<Output = T>) -> T {
    URGENCY.scope(Urgency::Background, work).await
}

impl Urgency {
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
