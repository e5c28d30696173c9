//! The front door: how often one token may ask, and what becomes of an address that keeps sending none or a wrong one.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::HttpRequest;
use metrics::{Counter, counter, describe_counter};
use tracing::warn;

use super::limits::{ADDRESSES_WATCHED, WRONG_TOKENS_PER_MINUTE};
use crate::access::{Buckets, Principal};

const UNAUTHENTICATED: &str = "toss_recon_unauthenticated_requests_total";

/// How addresses are told apart from those that forward for them.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// What the door lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorSettings {
    /// Requests of one token a minute.
    pub requests_per_minute: u32,
    /// How many proxies stand in front, each of which appends an address to `X-Forwarded-For`.
    pub trusted_proxies: usize,
}

impl Default for DoorSettings {
    /// 1,200 requests a minute, and no proxy.
    fn default() -> Self {
        Self {
            requests_per_minute: 1_200,
            trusted_proxies: 0,
        }
    }
}

/// Counts who comes. Cheap to clone: clones share what they counted.
#[derive(Clone)]
pub(super) struct Door(Arc<Counted>);

struct Counted {
    trusted_proxies: usize,
    requests: Buckets<String>,
    unauthenticated: Counter,
    wrong: Mutex<HashMap<IpAddr, Minute>>,
}

/// The requests without a token in force that an address sent in a minute.
#[derive(Clone, Copy, Debug)]
struct Minute {
    began: Instant,
    requests: u32,
}

impl Door {
    /// Counts in the recorder of metrics that is in force now.
    pub(super) fn new(settings: DoorSettings) -> Self {
        describe_counter!(
            UNAUTHENTICATED,
            "Requests without an access token in force, whatever they asked for"
        );
        Self(Arc::new(Counted {
            trusted_proxies: settings.trusted_proxies,
            requests: Buckets::per_minute(settings.requests_per_minute),
            unauthenticated: counter!(UNAUTHENTICATED),
            wrong: Mutex::default(),
        }))
    }

    /// A request of this token.
    ///
    /// # Errors
    /// When it may ask again, where it has asked too often.
    pub(super) fn asks(&self, principal: &Principal) -> Result<(), Duration> {
        self.0.requests.take(&principal.name, Instant::now())
    }

    /// A request without a token in force.
    ///
    /// # Errors
    /// When the next minute begins, where its address has sent too many of them in this one.
    pub(super) fn is_strange(&self, request: &HttpRequest) -> Result<(), Duration> {
        self.0.unauthenticated.increment(1);
        let address = self.address(request);
        let (minute, told) = self.count(address, Instant::now());
        if let Some(before) = told {
            warn!(
                %address,
                before,
                "requests without an access token in force; told once a minute, with their number in the last one"
            );
        }
        if minute.requests <= WRONG_TOKENS_PER_MINUTE {
            return Ok(());
        }
        Err(MINUTE.saturating_sub(minute.began.elapsed()))
    }

    /// Counts a request; also how many there were in the minute before, when it is the first of its own.
    fn count(&self, address: IpAddr, now: Instant) -> (Minute, Option<u32>) {
        let mut wrong = self.0.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |minute: &Minute| now.saturating_duration_since(minute.began) >= MINUTE;
        if let Some(minute) = wrong.get_mut(&address)
            && !is_over(minute)
        {
            minute.requests = minute.requests.saturating_add(1);
            return (*minute, None);
        }
        if wrong.len() >= ADDRESSES_WATCHED && !wrong.contains_key(&address) {
            wrong.retain(|_, minute| !is_over(minute));
            if wrong.len() >= ADDRESSES_WATCHED
                && let Some(any) = wrong.keys().next().copied()
            {
                wrong.remove(&any);
            }
        }
        let minute = Minute {
            began: now,
            requests: 1,
        };
        let before = wrong.insert(address, minute);
        (minute, Some(before.map_or(0, |before| before.requests)))
    }

    /// Where the request comes from, as far as it can be believed.
    fn address(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let lines = request.headers().get_all(FORWARDED_FOR);
        let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        network_of(forwarded(&lines, self.0.trusted_proxies).unwrap_or(peer))
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

const MINUTE: Duration = Duration::from_mins(1);

/// The address that the outermost of so many proxies saw; what stands before it anybody may have written.
fn forwarded(lines: &[&str], proxies: usize) -> Option<IpAddr> {
    let mut from_the_end = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let text = from_the_end.nth(proxies.checked_sub(1)?)?.trim();
    let bare = |text: &str| text.parse::<IpAddr>().ok();
    // Some proxies add the port.
    bare(text)
        .or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|it| it.ip()))
        .or_else(|| bare(text.strip_prefix('[')?.strip_suffix(']')?))
}

/// A subscriber has a whole network of IPv6 addresses, of 64 bits at least.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn of_forwarded_addresses_only_those_that_our_proxies_added_are_believed() {
        let lines = [
            "10.0.0.9, 198.51.100.7",
            "203.0.113.1:4711,[2001:db8::1]:80",
        ];
        for (proxies, address) in [
            (0, None),
            (1, Some("2001:db8::1")),
            (2, Some("203.0.113.1")),
            (3, Some("198.51.100.7")),
            (4, Some("10.0.0.9")),
            (5, None),
        ] {
            assert_eq!(forwarded(&lines, proxies), address.map(ip), "{proxies}");
        }
        assert_eq!(forwarded(&["unknown"], 1), None);
        assert_eq!(forwarded(&["[2001:db8::1]"], 1), Some(ip("2001:db8::1")));
    }

    #[test]
    fn addresses_of_one_subscriber_are_one() {
        assert_eq!(network_of(ip("2001:db8:1:2:3::4")), ip("2001:db8:1:2::"));
        assert_ne!(network_of(ip("2001:db8:1:3::4")), ip("2001:db8:1:2::"));
        assert_eq!(network_of(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
        assert_eq!(network_of(ip("::1")), ip("::1"));
    }

    #[test]
    fn an_address_is_told_of_once_a_minute_and_with_the_number_of_the_last() {
        let (door, start) = (Door::new(DoorSettings::default()), Instant::now());
        let (first, other) = (ip("127.0.0.1"), ip("127.0.0.2"));
        let count = |address, seconds| {
            let (minute, told) = door.count(address, start + Duration::from_secs(seconds));
            (minute.requests, told)
        };
        assert_eq!(count(first, 0), (1, Some(0)));
        assert_eq!(count(first, 1), (2, None));
        assert_eq!(count(other, 1), (1, Some(0)));
        assert_eq!(count(first, 59), (3, None));
        assert_eq!(count(first, 60), (1, Some(3)));
    }

    #[test]
    fn however_many_addresses_come_the_memory_is_bounded() {
        let (door, now) = (Door::new(DoorSettings::default()), Instant::now());
        for number in 0..u32::try_from(ADDRESSES_WATCHED).unwrap() + 500 {
            door.count(IpAddr::V4(Ipv4Addr::from_bits(number)), now);
        }
        assert_eq!(door.0.wrong.lock().unwrap().len(), ADDRESSES_WATCHED);
    }
}
