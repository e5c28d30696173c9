//! The verdict on one payment: everything that is known of it, held against itself and against the contract.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::books_by_date::booked_lines;
use crate::checks;
use crate::event_payout::payouts;
use crate::ledger::Ledger;
use crate::next_change::next_change_of;
use crate::unsettled::unsettled_in;
use crate::{
    BookedLine, Books, Cohort, Discrepancy, DiscrepancyClass, EventPayout, MoneyError, RowWait,
    Terms, Unsettled,
};

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Something that the verdict depends on has not been read.
    Incomplete,
    /// The sources disagree.
    Discrepant,
    /// Nothing disagrees, and something is not due yet: a settlement row, or the outcome of a cancel.
    Pending,
    /// Everything that should be there is there, and agrees.
    Reconciled,
}

impl Verdict {
    /// Every verdict, in the order in which they apply.
    pub const ALL: [Self; 4] = [
        Self::Incomplete,
        Self::Discrepant,
        Self::Pending,
        Self::Reconciled,
    ];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "INCOMPLETE",
            Self::Discrepant => "DISCREPANT",
            Self::Pending => "PENDING",
            Self::Reconciled => "RECONCILED",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
    }
}

/// What reconciling a payment gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// How it stands.
    pub verdict: Verdict,
    /// What disagrees, in the order of the classes.
    pub discrepancies: Vec<Discrepancy>,
    /// Whether the payment itself was read since the last event that its rows tell of. Otherwise its balance and status are
    /// not checked yet.
    pub checked_payment: bool,
    /// When each event's money moves, in the order of the events.
    pub payouts: Vec<EventPayout>,
}

/// Reconciles one payment as of an instant. A pure function of what is known: the order, the repetition and the
/// splitting of the rows, cancels and requests change nothing.
pub fn reconcile(books: &Books, terms: &Terms, as_of: DateTime<Utc>) -> Reconciliation {
    Reckoning::of(books, terms, as_of).reconciliation()
}

/// One payment's books laid out once, for everything that is asked of them at one instant.
pub struct Reckoning<'a>(Ledger<'a>);

impl<'a> Reckoning<'a> {
    /// Lays the books out as of an instant.
    pub fn of(books: &'a Books, terms: &'a Terms, as_of: DateTime<Utc>) -> Self {
        Self(Ledger::of(books, terms, as_of))
    }

    /// As [`reconcile`].
    pub fn reconciliation(&self) -> Reconciliation {
        let discrepancies = checks::run(&self.0);
        Reconciliation {
            verdict: verdict(&self.0, &discrepancies),
            checked_payment: checks::was_read_since_last_event(&self.0),
            payouts: payouts(&self.0),
            discrepancies,
        }
    }

    /// As [`next_change`](crate::next_change).
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        next_change_of(&self.0)
    }

    /// Whether Toss settles this money at all: not under a test key, nor of methods that it is said never to settle.
    pub fn is_settled(&self) -> bool {
        self.0.has_settlements()
    }

    /// As [`unsettled`](crate::unsettled).
    pub fn unsettled(&self) -> Vec<Unsettled> {
        unsettled_in(&self.0)
    }

    /// The books by date: the lines of the events in the order of the walk, then the rows that no event claims, then what
    /// the payment tells of and no event does. Without a cohort, of what is no payment that has been seen.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub fn booked_lines(&self, cohort: Option<&Cohort>) -> Result<Vec<BookedLine>, MoneyError> {
        booked_lines(&self.0, cohort)
    }
}

impl fmt::Debug for Reckoning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reckoning")
    }
}

/// The first that applies.
fn verdict(ledger: &Ledger<'_>, discrepancies: &[Discrepancy]) -> Verdict {
    let classes = || discrepancies.iter().map(Discrepancy::class);
    if classes().any(|class| class == DiscrepancyClass::SourceGap) {
        Verdict::Incomplete
    } else if classes().any(|class| !class.is_information()) {
        Verdict::Discrepant
    } else if is_pending(ledger) {
        Verdict::Pending
    } else {
        Verdict::Reconciled
    }
}

fn is_pending(ledger: &Ledger<'_>) -> bool {
    let waits_for_row = ledger
        .unsettled_lines()
        .any(|line| ledger.wait(line) != RowWait::Late);
    waits_for_row || checks::is_waiting_for_request(ledger) || checks::has_unfinished_cancel(ledger)
}
