//! The engine: what the rows of Toss Payments mean for the books.
//!
//! Values in, values out. Nothing here waits, reads a clock, opens a file or knows of a database: instants, rows and
//! requests are arguments, results are pure functions of them. The same set of rows gives the same result in any
//! order, however often each was read and however the reading was split.
//!
//! | letter | source | authority for |
//! |---|---|---|
//! | A | `GET /v1/transactions` | which money events happened: [`Transaction`], [`History`] |
//! | P | `GET /v1/payments/{paymentKey}` | the payment's state and balance: [`Payment`], [`Cancel`] |
//! | S | `GET /v1/settlements` | what is paid out, and when: [`Settlement`] |
//! | K | our own cancel requests | who asked for a cancel: [`CancelRequestFacts`] |
//!
//! [`reconcile`] holds the four against each other, and against the [`BusinessCalendar`] and the [`Contracts`].

#![deny(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used
)]

mod books;
mod books_by_date;
mod business_calendar;
mod calendar;
mod cancel;
mod cancel_mark;
mod cancel_origin;
mod cancel_policy;
mod cancel_rules;
mod checks;
mod coverage;
mod currency;
mod dated_sums;
mod deposits;
mod desk;
mod discrepancy;
mod due;
mod event_payout;
mod fee_outliers;
mod history;
mod ids;
mod json_number;
mod ledger;
mod matching;
mod method;
mod money;
mod named_cancels;
mod next_change;
mod open_points;
mod payment;
mod payout_lag;
mod period;
mod permit;
mod reconcile;
mod refund_account;
mod retry_advice;
mod row_identity;
mod settlement;
mod split;
mod status;
mod transaction;
mod unreadable_row;
mod unsettled;
mod virtual_account;
mod weaker_limit;
mod words;

pub use books::{Books, FormerSettlement, ListedSettlement, PaymentRead, RecordedRequest, Terms};
pub use books_by_date::{BookedLine, BookedRow, Cohort};
pub use business_calendar::{BusinessCalendar, InvalidCalendar};
pub use calendar::{InvalidDate, KstDate, SettlementCycle};
pub use cancel::{Cancel, CancelEvent, CancelStatus, cancel_events};
pub use cancel_mark::{CancelMark, without_mark};
pub use cancel_origin::{
    CancelOrigin, CancelRequestFacts, CancelRequestStatus, OriginFound, cancel_origin,
};
pub use cancel_policy::{CancelPolicy, Ceilings, over_day_limit};
pub use coverage::{Coverage, Source, Stretch};
pub use currency::Currency;
pub use dated_sums::{BookedSums, DateBasis, DatedSums, dated_sums};
pub use deposits::{Deposit, Deposits};
pub use desk::{
    Acknowledgement, DeskRefusal, DeskStanding, DeskState, DeskStep, age_in_business_days,
    check_step, desk_state,
};
pub use discrepancy::{
    BalanceEquation, Concerned, Discrepancy, DiscrepancyClass, Evidence, Gap, Language, Pair,
    Severity, StatusOf, Version,
};
pub use due::{Contract, Contracts, NoPayoutDate, RowWait, late_from, row_wait};
pub use event_payout::{EventPayout, PayoutBasis};
pub use fee_outliers::{FeeOutlier, FeeSample, fee_at, fee_outliers, usual_fee_rate};
pub use history::{CancelRowAmounts, Effect, Event, History, PartialCancelRows, Totals};
pub use ids::{InvalidId, MId, OrderId, PaymentKey, TransactionKey};
pub use matching::{MatchStrength, SettlementMatch, match_settlement};
pub use method::PaymentMethod;
pub use money::{Money, MoneyError};
pub use named_cancels::named_cancels;
pub use next_change::next_change;
pub use open_points::{
    Answers, Finding, Here, OpenPoint, Sample, SettingsSay, look as look_at_open_points,
};
pub use payment::Payment;
pub use payout_lag::{
    EventDates, HitRate, LearnedLag, LearnedLags, PayoutDates, back_test, contradicts_cycle,
    learn_lag, learn_lags, recognize_cycle,
};
pub use period::{
    FigureChange, MOST_PERIOD_DAYS, PeriodFault, PeriodFigure, check_period, figure_changes,
};
pub use permit::{
    CancelIntent, CancelOptions, CancelRefusal, PermittedCancel, cancel_options, permit_beside,
    permit_cancel,
};
pub use reconcile::{Reckoning, Reconciliation, Verdict, reconcile};
pub use refund_account::RefundAccount;
pub use retry_advice::RetryAdvice;
pub use row_identity::{BrokenIdentity, Identity, Outcome, PayOutReading, RowIdentities};
pub use settlement::{FeeLine, Settlement, SettlementKind};
pub use status::PaymentStatus;
pub use transaction::Transaction;
pub use unreadable_row::{ListedUnreadable, UnreadableRow};
pub use unsettled::{Unsettled, unsettled};
pub use virtual_account::{RefundStatus, VirtualAccount, mask_account_number};
pub use weaker_limit::{WeakerLimit, weaker_limit};
