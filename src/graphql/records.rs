//! What is on record about cancels: the requests, and the audit log.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, InputObject, SimpleObject};
use reconciliation::PaymentKey;

use super::cancel_request::{CancelRequest, CancelRequestStatus};
use super::error::ApiError;
use super::filters::{DateRange, mids};
use super::node_id::NodeId;
use super::page::PageArguments;
use super::scalars::DateTime;
use super::scoped::Scoped;
use super::total_count::TotalCount;
use crate::store::{self, CancelRequestFilter, Page};

/// Records on a page when a client does not say.
pub(super) const USUAL: i32 = 50;
/// Records on the largest page.
const MOST: i32 = 200;
/// A record of a page costs the tenth of what it would alone: a page is read at once.
const SHARED_BY: usize = 10;

/// Which requests to list: those that fit everything that is given.
#[derive(Default, InputObject)]
pub(super) struct CancelRequestsFilter {
    /// Of this payment, by Toss's key.
    payment_key: Option<String>,
    /// In one of these states.
    status: Option<Vec<CancelRequestStatus>>,
    /// Asked for by the access token of this name.
    requested_by: Option<String>,
    /// For payments of these merchants at Toss.
    m_id: Option<Vec<String>>,
    /// Asked for on one of these days, in Seoul.
    requested_at: Option<DateRange>,
}

/// What was done, by whom, and to what. Entries are never changed or removed.
#[derive(SimpleObject)]
pub(super) struct AuditEntry {
    /// Counts from 1 without a gap, as a decimal number.
    number: String,
    /// When.
    at: DateTime,
    /// The name of the access token that acted; `toss-recon` for the program itself.
    actor: String,
    /// What was done, such as `CANCEL_REQUESTED`, `CANCEL_SENT`, `CANCEL_SUCCEEDED`, `TOKEN_CREATED`, `TOKEN_REVOKED`.
    action: String,
    /// What it was done to: the id of a cancel request, the name of a token, or that of a key.
    subject: String,
    /// What is to be known of it, as JSON text.
    detail: String,
    /// The hash that ties this entry to the one before, in hexadecimal digits.
    hash: String,
}

/// What a page may cost.
pub(super) fn cost(first: i32, of_record: usize) -> usize {
    let records = usize::try_from(first.clamp(1, MOST)).unwrap_or(1);
    (records * of_record / SHARED_BY).max(of_record)
}

/// A page of requests, newest first.
pub(super) async fn cancel_requests(
    ctx: &Context<'_>,
    filter: CancelRequestsFilter,
    arguments: PageArguments,
) -> Result<Connection<String, CancelRequest, TotalCount>, ApiError> {
    let payment_key = filter
        .payment_key
        .map(|key| PaymentKey::parse(&key))
        .transpose()
        .map_err(|error| ApiError::bad_user_input(format!("filter.paymentKey: {error}")))?;
    let wanted = CancelRequestFilter {
        payment_key,
        requested_by: filter.requested_by,
        status: filter
            .status
            .map(|states| states.into_iter().map(Into::into).collect()),
        mids: mids(filter.m_id)?,
        requested_at: filter
            .requested_at
            .map(|range| range.instants("filter.requestedAt"))
            .transpose()?,
    };
    // A cursor is the request's id.
    let request = arguments.request(|text| match NodeId::of_text(text)? {
        NodeId::CancelRequest(id) => Some(id),
        _ => None,
    })?;
    let total = TotalCount::CancelRequests(wanted.clone());
    let page = Scoped::of(ctx)?.cancel_requests(wanted, &request).await?;
    let rows = page.rows.into_iter().map(|request| {
        let place = NodeId::CancelRequest(request.id.clone()).to_text();
        (place, CancelRequest::from(request))
    });
    let page = Page {
        rows: rows.collect(),
        has_more: page.has_more,
    };
    Ok(arguments.connection(page, request.toward, total))
}

/// A page of the audit log, newest first.
pub(super) async fn audit_log(
    ctx: &Context<'_>,
    first: i32,
    after: Option<String>,
) -> Result<Connection<String, AuditEntry>, ApiError> {
    let before: Option<i64> = after
        .map(|cursor| cursor.parse())
        .transpose()
        .map_err(|_| ApiError::bad_user_input("after must be a cursor as you received it"))?;
    let most = page_size(first)?;
    let found = Scoped::of(ctx)?
        .audit_entries(before, most.saturating_add(1))
        .await?;
    let cursor = |entry: &store::AuditEntry| entry.number.to_string();
    Ok(page(found, most, before.is_some(), cursor))
}

fn page_size(first: i32) -> Result<u64, ApiError> {
    u64::try_from(first)
        .ok()
        .filter(|_| (1..=MOST).contains(&first))
        .ok_or_else(|| ApiError::bad_user_input(format!("first must be from 1 to {MOST}")))
}

/// One more than the page holds was asked for: it tells whether there is more.
fn page<R, N: From<R> + async_graphql::OutputType>(
    found: Vec<R>,
    most: u64,
    has_previous: bool,
    cursor: impl Fn(&R) -> String,
) -> Connection<String, N> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut connection = Connection::new(has_previous, found.len() > most);
    let edges = found.into_iter().take(most);
    connection
        .edges
        .extend(edges.map(|record| Edge::new(cursor(&record), N::from(record))));
    connection
}

impl From<store::AuditEntry> for AuditEntry {
    fn from(entry: store::AuditEntry) -> Self {
        Self {
            number: entry.number.to_string(),
            at: DateTime(entry.at),
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            detail: entry.detail,
            hash: hex(&entry.hash),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
