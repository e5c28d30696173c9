//! The evidence of a discrepancy as data: which events, rows and days somebody would look at.

use chrono::{DateTime, Utc};

use crate::{Discrepancy, Evidence, Gap, KstDate, Settlement, TransactionKey, Version};

/// The events that a discrepancy is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concerned {
    /// These, if the history has them.
    Events(Vec<TransactionKey>),
    /// All of the payment's: a sum or a status follows from each.
    WholeHistory,
}

impl Discrepancy {
    /// The events that it is about.
    pub fn concerned(&self) -> Concerned {
        match &self.evidence {
            Evidence::BalanceMismatch { .. }
            | Evidence::StatusMismatch { .. }
            | Evidence::RefundExceedsPayment { .. } => Concerned::WholeHistory,
            Evidence::SettlementMissing { candidates, .. } => Concerned::Events(candidates.clone()),
            _ => Concerned::Events(self.transaction_key.iter().cloned().collect()),
        }
    }

    /// The settlement rows that show it, as they are listed now.
    pub fn rows(&self) -> Vec<&Settlement> {
        match &self.evidence {
            Evidence::SettlementDuplicated { rows, .. } | Evidence::SettlementOrphan { rows } => {
                rows.iter().collect()
            }
            Evidence::SettledVoid { row, .. } | Evidence::FeeArithmetic { row, .. } => vec![row],
            Evidence::SettlementRestated {
                after: Some(after), ..
            }
            | Evidence::PayoutDateChanged { after, .. } => vec![&after.settlement],
            _ => Vec::new(),
        }
    }

    /// The row as it was before it changed, and when it was found to be another.
    pub fn former_row(&self) -> Option<(&Version, DateTime<Utc>)> {
        match &self.evidence {
            Evidence::SettlementRestated {
                before, noticed_at, ..
            } => Some((before, *noticed_at)),
            Evidence::PayoutDateChanged { before, after } => Some((before, after.read_at)),
            _ => None,
        }
    }

    /// The days that have not been read, both ends included. What came before a day is told by the day before it.
    pub fn unread_days(&self) -> Vec<(KstDate, KstDate)> {
        let Evidence::SourceGap { gaps, .. } = &self.evidence else {
            return Vec::new();
        };
        let days = gaps.iter().filter_map(|gap| match gap {
            Gap::Unavailable => None,
            Gap::Before(day) => Some((day.minus_days(1), day.minus_days(1))),
            Gap::Days(from, to) => Some((*from, *to)),
        });
        days.collect()
    }

    /// The id of our own request without an outcome.
    pub fn open_request(&self) -> Option<&str> {
        match &self.evidence {
            Evidence::CancelUnresolved { request, .. } => Some(request),
            _ => None,
        }
    }
}
