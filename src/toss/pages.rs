//! Which part of a list is asked for.

use chrono::{DateTime, FixedOffset, Utc};
use reconciliation::{KstDate, TransactionKey};

/// A part of `GET /v1/transactions`. Toss promises no total: a page with fewer rows than `limit` is the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionPage {
    /// The first instant, inclusive; sent in whole seconds.
    pub from: DateTime<Utc>,
    /// The last instant, inclusive; sent in whole seconds.
    pub to: DateTime<Utc>,
    /// The last row of the page before, which is left out.
    pub starting_after: Option<TransactionKey>,
    /// The most rows to answer with, at most [`TransactionPage::LARGEST`].
    pub limit: u32,
    /// How many rows the pages before held: where the first row of this one stands in the whole listing.
    pub first_position: u32,
}

impl TransactionPage {
    /// The largest `limit` that Toss documents.
    pub const LARGEST: u32 = 5_000;

    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![
            ("startDate", seoul_time(self.from)),
            ("endDate", seoul_time(self.to)),
            ("limit", self.limit.to_string()),
        ];
        if let Some(key) = &self.starting_after {
            query.push(("startingAfter", key.to_string()));
        }
        query
    }
}

/// Which of a settlement row's days a page is selected by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettlementDate {
    /// `soldDate`: the day that the event is booked on.
    Sold,
    /// `paidOutDate`: the day that the money moves.
    PaidOut,
}

impl SettlementDate {
    /// Toss's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sold => "soldDate",
            Self::PaidOut => "paidOutDate",
        }
    }
}

/// A part of `GET /v1/settlements`. Toss promises no total: a page with fewer rows than `size` is the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettlementPage {
    /// The first day, inclusive.
    pub from: KstDate,
    /// The last day, inclusive.
    pub to: KstDate,
    /// Which of a row's days is meant.
    pub date_basis: SettlementDate,
    /// The page, from 1.
    pub page: u32,
    /// Rows on a page, at most [`SettlementPage::LARGEST`].
    pub size: u32,
}

impl SettlementPage {
    /// The largest `size` that Toss documents.
    pub const LARGEST: u32 = 5_000;

    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        vec![
            ("startDate", self.from.to_string()),
            ("endDate", self.to.to_string()),
            ("dateType", self.date_basis.as_str().to_owned()),
            ("page", self.page.to_string()),
            ("size", self.size.to_string()),
        ]
    }
}

/// An instant as the transactions list takes it: Seoul's clock, whole seconds, no offset.
fn seoul_time(instant: DateTime<Utc>) -> String {
    const NINE_HOURS: i32 = 9 * 3_600;
    let local = FixedOffset::east_opt(NINE_HOURS).map_or_else(
        || instant.naive_utc(),
        |seoul| instant.with_timezone(&seoul).naive_local(),
    );
    local.format("%Y-%m-%dT%H:%M:%S").to_string()
}
