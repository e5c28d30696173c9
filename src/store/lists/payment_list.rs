//! The list of payments, newest first, along an index for every filter.

pub(in crate::store) mod by_amount;
mod by_payment;
mod by_verdict;
pub(in crate::store) mod conditions;
mod wanted;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{payment, verdict};
use reconciliation::{MId, OrderId, PaymentKey, PaymentMethod, PaymentStatus, Verdict};
use sea_orm::sea_query::{SelectStatement, Value};

use self::conditions::PaymentConditions;
use self::wanted::Wanted;
use crate::store::{Page, PageRequest, Store, StoreError, StoredPayment, WholePayment};

/// Which payments. A list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Begun at or after the first instant and before the second.
    pub began: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// In one of these states; [`PaymentStatus::Other`] stands for every one that is not known.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// Paid in one of these ways; [`PaymentMethod::Other`] stands for every one that is not known.
    pub methods: Option<Vec<PaymentMethod>>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
    /// Of this order.
    pub order_id: Option<OrderId>,
    /// With one of these verdicts.
    pub verdicts: Option<Vec<Verdict>>,
    /// What else is asked of them.
    pub more: PaymentConditions,
}

/// A payment's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentPlace {
    /// Its first transaction; without any, its request.
    pub began_at: DateTime<Utc>,
    /// Its key.
    pub payment_key: PaymentKey,
}

impl Store {
    /// A page of the payments that the filter lets through.
    pub async fn list_payments(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<PaymentPlace>,
    ) -> Result<Page<(PaymentPlace, Arc<StoredPayment>)>, StoreError> {
        let page = self.payment_places(filter, request).await?;
        let payments = self.payments(&keys(&page)).await?;
        Ok(dealt(page, payments))
    }

    /// As [`Store::list_payments`], of payments with all of their rows.
    pub async fn list_whole_payments(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<PaymentPlace>,
    ) -> Result<Page<(PaymentPlace, Arc<WholePayment>)>, StoreError> {
        let page = self.payment_places(filter, request).await?;
        let payments = self.whole_payments(&keys(&page)).await?;
        Ok(dealt(page, payments))
    }

    async fn payment_places(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<PaymentPlace>,
    ) -> Result<Page<PaymentPlace>, StoreError> {
        let past = request.past.as_ref().map(|past| {
            (
                past.began_at.timestamp_millis().into(),
                past.payment_key.as_str().into(),
            )
        });
        let page = PageRequest {
            rows: request.rows,
            past,
            toward: request.toward,
        };
        let filter = self.walkable(filter).await?;
        let Some(statement) = statement(&filter, &page) else {
            return Ok(Page::empty());
        };
        let statement = self.reader.get_database_backend().build(&statement);
        let mut places = Vec::new();
        let take = |place: PaymentPlace| places.push(place);
        self.quick.each_of(statement, take).await?;
        Ok(Page::of(places, request.rows, request.toward))
    }

    /// How many payments the filter lets through; `None` when they are more than a hundred thousand.
    pub async fn count_payments(&self, filter: &PaymentFilter) -> Result<Option<u64>, StoreError> {
        let filter = self.walkable(filter).await?;
        match counting(&filter) {
            Some(statement) => self.counted(&statement).await,
            None => Ok(Some(0)),
        }
    }

    /// The filter as its list is best walked: of the few that it can be narrowed to, else of each merchant by name where it
    /// names nothing that a list of all of them can be walked by.
    async fn walkable(&self, filter: &PaymentFilter) -> Result<PaymentFilter, StoreError> {
        let mut filter = self.narrowed(filter).await?;
        if filter.names_nothing_indexed() {
            filter.mids = Some(self.every_merchant().await?);
        }
        Ok(filter)
    }
}

/// A place in a list of payments.
trait OfPayment {
    fn payment_key(&self) -> &PaymentKey;
}

impl OfPayment for PaymentPlace {
    fn payment_key(&self) -> &PaymentKey {
        &self.payment_key
    }
}

fn keys<P: OfPayment>(page: &Page<P>) -> Vec<PaymentKey> {
    let places = page.rows.iter();
    places.map(|place| place.payment_key().clone()).collect()
}

/// The page with what was found of its places.
fn dealt<P: OfPayment, T>(page: Page<P>, mut found: HashMap<PaymentKey, T>) -> Page<(P, T)> {
    let rows = page.rows.into_iter().filter_map(|place| {
        let payment = found.remove(place.payment_key())?;
        Some((place, payment))
    });
    Page {
        rows: rows.collect(),
        has_more: page.has_more,
    }
}

/// The statement for how many there are. `None` when nothing can match.
fn counting(filter: &PaymentFilter) -> Option<SelectStatement> {
    let wanted = Wanted::by(filter)?;
    let statement = match &wanted.verdicts {
        Some(verdicts) if leads(verdicts, filter) => {
            by_verdict::walk(filter, &wanted, verdicts).count(verdict::Entity)
        }
        _ => by_payment::walk(filter, &wanted).count(payment::Entity),
    };
    Some(statement)
}

impl PaymentFilter {
    /// Whether it names nothing that a list of every merchant can be walked by.
    fn names_nothing_indexed(&self) -> bool {
        let by_kind = self.statuses.is_some() || self.methods.is_some();
        let by_key = self.order_id.is_some() || self.more.keys.is_some();
        !by_kind && !by_key && self.mids.is_none() && self.verdicts.is_none()
    }

    /// The instants as the lists' columns have them.
    fn within(&self) -> Option<(Value, Value)> {
        let millis = |at: DateTime<Utc>| at.timestamp_millis();
        let from = self.began.map(|(from, _)| millis(from));
        let until = self.began.map(|(_, until)| millis(until));
        let begun_before = self.more.begun_before().map(millis);
        let end = until.into_iter().chain(begun_before).min()?;
        Some((from.unwrap_or(i64::MIN).into(), end.into()))
    }
}

/// The statement for a page. `None` when nothing can match.
fn statement(
    filter: &PaymentFilter,
    request: &PageRequest<(Value, Value)>,
) -> Option<SelectStatement> {
    let wanted = Wanted::by(filter)?;
    let statement = match &wanted.verdicts {
        Some(verdicts) if leads(verdicts, filter) => {
            by_verdict::walk(filter, &wanted, verdicts).statement(verdict::Entity, request)
        }
        _ => by_payment::walk(filter, &wanted).statement(payment::Entity, request),
    };
    Some(statement)
}

/// Whether the list is walked by verdict, and not by what else is asked for: along the side that lets fewer through. An
/// order has few payments; and where the books are in order, nearly every payment is reconciled, of whatever status and
/// method, while any other verdict is the exception.
fn leads(verdicts: &[String], filter: &PaymentFilter) -> bool {
    let by_kind = filter.statuses.is_some() || filter.methods.is_some();
    let reconciled = verdicts
        .iter()
        .any(|verdict| verdict == Verdict::Reconciled.as_str());
    filter.order_id.is_none() && filter.more.keys.is_none() && !(by_kind && reconciled)
}

/// The different words of a filter's list: a row must not be in two parts.
pub(in crate::store) fn words<T>(
    list: Option<&[T]>,
    word: impl Fn(&T) -> String,
) -> Option<Vec<String>> {
    let mut words: Vec<String> = list?.iter().map(word).collect();
    words.sort_unstable();
    words.dedup();
    Some(words)
}

#[cfg(test)]
#[path = "payment_list/plans.rs"]
mod plans;
