//! Payments by what was really paid: by currency, then by amount, along the index of the sums that are kept with verdicts.

use std::sync::Arc;

use entity::payment;
use entity::verdict::{self, Column};
use reconciliation::{Currency, MId, PaymentKey};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, Value};

use super::by_verdict::payment_matches;
use super::wanted::Wanted;
use super::{OfPayment, PaymentFilter, dealt, keys, words};
use crate::store::lists::keyset::{Walk, has, looked_at, looked_up};
use crate::store::{Page, PageRequest, Store, StoreError, StoredPayment, WholePayment};

/// A payment's place in a list by amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountPlace {
    /// Of the amount.
    pub currency: Currency,
    /// What was really paid, in minor units.
    pub paid: i64,
    /// Its key.
    pub payment_key: PaymentKey,
}

impl OfPayment for AmountPlace {
    fn payment_key(&self) -> &PaymentKey {
        &self.payment_key
    }
}

impl Store {
    /// As [`Store::list_payments`], largest currency and amount first; payments whose verdict has not been made yet are
    /// missing.
    pub async fn list_payments_by_amount(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<AmountPlace>,
    ) -> Result<Page<(AmountPlace, Arc<StoredPayment>)>, StoreError> {
        let page = self.amount_places(filter, request).await?;
        let payments = self.payments(&keys(&page)).await?;
        Ok(dealt(page, payments))
    }

    /// As [`Store::list_payments_by_amount`], of payments with all of their rows.
    pub async fn list_whole_payments_by_amount(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<AmountPlace>,
    ) -> Result<Page<(AmountPlace, Arc<WholePayment>)>, StoreError> {
        let page = self.amount_places(filter, request).await?;
        let payments = self.whole_payments(&keys(&page)).await?;
        Ok(dealt(page, payments))
    }

    async fn amount_places(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<AmountPlace>,
    ) -> Result<Page<AmountPlace>, StoreError> {
        let filter = self.narrowed(filter).await?;
        let mids = match &filter.mids {
            Some(mids) => mids.clone(),
            None => self.every_merchant().await?,
        };
        let past = request.past.as_ref().map(|past| {
            vec![
                past.currency.code().into(),
                past.paid.into(),
                past.payment_key.as_str().into(),
            ]
        });
        let page = PageRequest {
            rows: request.rows,
            past,
            toward: request.toward,
        };
        let Some(statement) = statement(&filter, &mids, &page) else {
            return Ok(Page::empty());
        };
        let mut places = Vec::new();
        for row in self.reader.query_all(&statement).await? {
            let (currency, paid): (String, i64) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let key: String = row.try_get_by_index(2)?;
            let unread = |column| StoreError::inconsistent("verdicts", column, &key);
            places.push(AmountPlace {
                currency: currency.parse().map_err(|_| unread("currency"))?,
                paid,
                payment_key: PaymentKey::parse(&key).map_err(|_| unread("subject"))?,
            });
        }
        Ok(Page::of(places, request.rows, request.toward))
    }
}

/// The statement for a page. `None` when nothing can match.
pub(super) fn statement(
    filter: &PaymentFilter,
    mids: &[MId],
    request: &PageRequest<Vec<Value>>,
) -> Option<SelectStatement> {
    let wanted = Wanted::by(filter)?;
    let mids = words(Some(mids), MId::to_string).filter(|mids| !mids.is_empty())?;
    Some(walk(filter, &wanted, &mids).page(verdict::Entity, request))
}

/// In one part for each merchant, and each of the payments looked up for everything else that is asked of it.
fn walk(filter: &PaymentFilter, wanted: &Wanted, mids: &[String]) -> Walk<Column> {
    let column = |column: Column| Expr::col((verdict::Entity, column));
    let key = column(Column::Subject);
    let range = filter.more.paid.as_ref();
    let mut everywhere = vec![
        Expr::col(Column::Verdict).is_not_null(),
        Expr::col(Column::Paid).is_not_null(),
    ];
    everywhere.extend(filter.began.map(|(from, until)| {
        let began = Expr::col(Column::BeganAt);
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        looked_at(began.clone().gte(from).and(began.lt(until)))
    }));
    let verdicts = wanted.verdicts.iter();
    everywhere.extend(verdicts.map(|words| looked_at(Expr::col(Column::Verdict).is_in(words))));
    everywhere.extend(payment_matches(wanted));
    everywhere.extend(filter.order_id.as_ref().map(|order| {
        let of = |column: payment::Column| Expr::col((payment::Entity, column));
        let mut of_order = Query::select();
        of_order
            .expr(Expr::val(1))
            .from(payment::Entity)
            .and_where(of(payment::Column::PaymentKey).eq(key.clone()))
            .and_where(of(payment::Column::OrderId).eq(order.as_str()));
        looked_up(of_order)
    }));
    everywhere.extend(filter.more.conditions(&key));
    let parts = if let Some(named) = filter.more.is_named(Expr::col(Column::Subject)) {
        everywhere.push(looked_at(Expr::col(Column::Mid).is_in(mids)));
        vec![named]
    } else {
        let of_mid = |mid: &String| {
            let of_mid = has(Column::Mid, mid);
            match range {
                Some(range) => of_mid.and(has(Column::Currency, range.currency.code())),
                None => of_mid,
            }
        };
        mids.iter().map(of_mid).collect()
    };
    Walk {
        first: Some(Column::Currency),
        order: Column::Paid,
        key: Column::Subject,
        parts,
        everywhere,
        within: range.map(|range| {
            let end = range.to.map_or(i64::MAX, |to| to.saturating_add(1));
            (range.from.unwrap_or(i64::MIN).into(), end.into())
        }),
    }
}
