//! Points at which a test lets the program die, the database fail or the clock go wrong. Only builds for tests have them: in every other
//! build the library's macro is empty.
//!
//! A test names them in the environment variable `FAILPOINTS`, in the library's language: `answer-read=1*off->return` dies
//! when the second answer has been read, `return(300)` dies 300 microseconds later, in the middle of whatever follows, and
//! `clock-ahead=return(60000)` has the system's clock go a minute ahead.

use chrono::TimeDelta;

/// The points that are armed for this process; they are disarmed when it is dropped. Nothing in a build without them.
pub fn arm() -> Option<fail::FailScenario<'static>> {
    fail::has_failpoints().then(fail::FailScenario::setup)
}

/// Dies here without unwinding, as if killed, when a test has armed the point.
#[inline]
pub(crate) fn dies(point: &str) {
    // The empty macro does not look at it.
    let _ = point;
    fail::fail_point!(point, |microseconds: Option<String>| {
        let Some(pause) = microseconds.and_then(|text| text.parse().ok()) else {
            std::process::abort();
        };
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_micros(pause));
            std::process::abort();
        });
    });
}

/// By how much a test sets something off: the point's value in milliseconds.
#[inline]
pub(crate) fn milliseconds(point: &str) -> TimeDelta {
    let _ = point;
    fail::fail_point!(point, |given: Option<String>| {
        let given = given.and_then(|text| text.parse().ok());
        given.map_or(TimeDelta::zero(), TimeDelta::milliseconds)
    });
    TimeDelta::zero()
}

/// Whether a test lets this fail.
#[inline]
pub(crate) fn fails(point: &str) -> bool {
    let _ = point;
    fail::fail_point!(point, |_| true);
    false
}
