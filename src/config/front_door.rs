//! Who is let in at the server's own address, and how often.

use std::ops::RangeInclusive;

use super::layers::Layers;
use super::{Faults, switch, whole_number};

/// Requests of a token; a larger number is no limit.
const REQUESTS_PER_MINUTE: RangeInclusive<u32> = 1..=1_000_000;
/// Payments that Toss is asked about for a token; a larger number is no limit.
const LIVE_READS_PER_MINUTE: RangeInclusive<u32> = 1..=1_000_000;
/// Proxies in a row.
const TRUSTED_PROXIES: RangeInclusive<u32> = 0..=10;

/// Who is let in, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrontDoor {
    /// Requests of one token a minute.
    pub requests_per_minute: u32,
    /// Payments that the queries of one token may have Toss asked about a minute.
    pub live_reads_per_minute: u32,
    /// Proxies in front, each of which appends the address that it saw.
    pub trusted_proxies: usize,
    /// Whether `/metrics` needs a token on this machine too.
    pub metrics_need_token: bool,
}

impl Default for FrontDoor {
    /// 1,200 requests and 600 payments a minute, no proxy, and metrics for this machine.
    fn default() -> Self {
        Self {
            requests_per_minute: 1_200,
            live_reads_per_minute: 600,
            trusted_proxies: 0,
            metrics_need_token: false,
        }
    }
}

pub(super) fn read(layers: &Layers, faults: &mut Faults) -> Option<FrontDoor> {
    let usual = FrontDoor::default();
    let requests = faults.take(whole_number(
        "TOKEN_REQUESTS_PER_MINUTE",
        layers.token_requests_per_minute.as_deref(),
        REQUESTS_PER_MINUTE,
        "requests",
    ));
    let live_reads = faults.take(whole_number(
        "TOKEN_LIVE_READS_PER_MINUTE",
        layers.token_live_reads_per_minute.as_deref(),
        LIVE_READS_PER_MINUTE,
        "payments",
    ));
    let proxies = faults.take(whole_number(
        "TRUSTED_PROXIES",
        layers.trusted_proxies.as_deref(),
        TRUSTED_PROXIES,
        "proxies",
    ));
    let metrics_need_token = faults.take(switch(
        "METRICS_NEED_TOKEN",
        layers.metrics_need_token.as_deref(),
        usual.metrics_need_token,
    ));
    let proxies = proxies?.map_or(Ok(usual.trusted_proxies), usize::try_from);
    Some(FrontDoor {
        requests_per_minute: requests?.unwrap_or(usual.requests_per_minute),
        live_reads_per_minute: live_reads?.unwrap_or(usual.live_reads_per_minute),
        trusted_proxies: proxies.ok()?,
        metrics_need_token: metrics_need_token?,
    })
}
