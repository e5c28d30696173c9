//! Delivering webhooks over HTTP, and waking when something is due by itself.

use std::sync::Arc;
use std::time::Duration;

use super::Webhook;
use crate::kst::KST;
use crate::server::Sim;

/// How long Toss waits for the 200.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest nap while nothing is due on a clock that stands.
const NAP: Duration = Duration::from_hours(1);

/// Runs until the stand-in stops.
pub(crate) async fn run(sim: Arc<Sim>) {
    let Ok(client) = reqwest::Client::builder().timeout(PATIENCE).build() else {
        return;
    };
    loop {
        // Asked for before looking, so that nothing that comes in between is missed.
        let moved = sim.clock.moved().notified();
        let now = sim.clock.now();
        let (ready, next_due) = sim.with_world(|world| {
            world.catch_up(now);
            (world.outbox.take_ready(), world.next_due())
        });
        if ready.is_empty() {
            let nap = match next_due {
                Some(due) if sim.clock.is_running() => (due - now).to_std().unwrap_or_default(),
                _ => NAP,
            };
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(nap) => {}
            }
            continue;
        }
        for hook in ready {
            if !deliver(&client, &hook, &sim).await {
                let now = sim.clock.now();
                sim.with_world(|world| world.outbox.failed(hook, now));
            }
        }
    }
}

/// Whether the receiver answered 200, the only status that counts.
async fn deliver(client: &reqwest::Client, hook: &Webhook, sim: &Sim) -> bool {
    let sent_at = sim.clock.now().with_timezone(&KST);
    let answer = client
        .post(&hook.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("tosspayments-webhook-transmission-id", &hook.id)
        .header(
            "tosspayments-webhook-transmission-time",
            sent_at.format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
        )
        .header(
            "tosspayments-webhook-transmission-retried-count",
            hook.retried.to_string(),
        )
        .body(hook.body.clone())
        .send()
        .await;
    answer.is_ok_and(|answer| answer.status() == reqwest::StatusCode::OK)
}
