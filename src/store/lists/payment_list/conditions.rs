//! What is asked of payments that no list is walked by. Where few fit, they are found first, and the list is made of them
//! alone; otherwise it is walked, and each payment is looked up.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{cancel, payment, settlement, transaction, verdict};
use reconciliation::{Currency, KstDate, MId, PaymentKey};
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoIden, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use super::PaymentFilter;
use crate::store::db::sql::Sql;
use crate::store::lists::keyset::looked_up;
use crate::store::{Store, StoreError};

/// The beginning of a name or number that is looked for has so many characters at least.
const FEWEST_CHARACTERS: usize = 3;
/// No key and no name is longer.
const MOST_CHARACTERS: usize = 1_000;
/// A list is made of payments that were found first if they are no more than these.
const FEW: usize = 2_000;

/// What else is asked of payments. What is left out lets every one through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentConditions {
    /// The beginning of their order number, key, order name or approval number. Fewer than three characters find nothing.
    pub search: Option<String>,
    /// What was really paid is in this range.
    pub paid: Option<AmountRange>,
    /// Cancelled at or after the first instant and before the second.
    pub cancelled: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// With a settlement row that is paid out on one of these days, both included.
    pub paid_out: Option<(KstDate, KstDate)>,
    /// Whether they were read themselves, and not only seen in lists.
    pub was_read: Option<bool>,
    /// One of these.
    pub keys: Option<Vec<PaymentKey>>,
}

/// Amounts of one currency, in minor units, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountRange {
    /// The currency.
    pub currency: Currency,
    /// At least.
    pub from: Option<i64>,
    /// At most.
    pub to: Option<i64>,
}

impl AmountRange {
    /// The condition that an amount and its currency are in the range.
    pub(in crate::store) fn holds(&self, currency: Expr, amount: &Expr) -> Expr {
        let mut all = currency.eq(self.currency.code());
        if let Some(from) = self.from {
            all = all.and(amount.clone().gte(from));
        }
        if let Some(to) = self.to {
            all = all.and(amount.clone().lte(to));
        }
        all
    }
}

impl PaymentConditions {
    /// Whether nothing can fit.
    pub(super) fn fits_nothing(&self) -> bool {
        let is_hopeless = |text: &String| {
            let length = text.chars().count();
            !(FEWEST_CHARACTERS..=MOST_CHARACTERS).contains(&length)
        };
        self.search.as_ref().is_some_and(is_hopeless)
            || self.keys.as_ref().is_some_and(Vec::is_empty)
    }

    /// The instant before which every payment that fits has begun.
    pub(super) fn begun_before(&self) -> Option<DateTime<Utc>> {
        let cancelled = self.cancelled.map(|(_, until)| until);
        let paid_out = self.paid_out.map(|(_, to)| to.next().start());
        [cancelled, paid_out].into_iter().flatten().min()
    }

    /// The conditions on a payment whose key is this, each looked up by it.
    pub(super) fn conditions(&self, key: &Expr) -> Vec<Expr> {
        let mut all = Vec::new();
        if let Some(text) = &self.search {
            let mut found = of_payment(payment::Entity, payment::Column::PaymentKey, key);
            found.and_where(begins_with(text));
            all.push(looked_up(found));
        }
        if let Some(range) = &self.paid {
            let mut found = of_payment(verdict::Entity, verdict::Column::Subject, key);
            let (currency, paid) = (verdict::Column::Currency, verdict::Column::Paid);
            found.and_where(range.holds(Expr::col(currency), &Expr::col(paid)));
            all.push(looked_up(found));
        }
        if let Some((from, until)) = self.cancelled {
            let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
            let within = |column: Expr| column.clone().gte(from).and(column.lt(until));
            let mut listed = of_payment(transaction::Entity, transaction::Column::PaymentKey, key);
            listed
                .and_where(Expr::cust(OF_CANCELS))
                .and_where(within(Expr::col(transaction::Column::TransactionAt)));
            let mut own = of_payment(cancel::Entity, cancel::Column::PaymentKey, key);
            own.and_where(within(Expr::col(cancel::Column::CanceledAt)));
            all.push(looked_up(listed).or(looked_up(own)));
        }
        if let Some((from, to)) = self.paid_out {
            let mut found = of_payment(settlement::Entity, settlement::Column::PaymentKey, key);
            let day = Expr::col(settlement::Column::PaidOutDate);
            found.and_where(day.clone().gte(from.naive()).and(day.lte(to.naive())));
            all.push(looked_up(found));
        }
        if let Some(was_read) = self.was_read {
            let mut found = of_payment(payment::Entity, payment::Column::PaymentKey, key);
            found.and_where(Expr::col(payment::Column::RowsOnly).eq(!was_read));
            all.push(looked_up(found));
        }
        all
    }

    /// The condition that a key is one of those that are named. Keys are repeated, so that there are few different statements.
    pub(super) fn is_named(&self, key: Expr) -> Option<Expr> {
        let keys = self.keys.as_ref()?;
        let named = keys.iter().map(PaymentKey::as_str);
        let last = keys.last().map(PaymentKey::as_str);
        let padding = keys.len().next_power_of_two() - keys.len();
        Some(key.is_in(named.chain(last.into_iter().cycle().take(padding))))
    }
}

/// The condition by which cancels among transactions are indexed.
const OF_CANCELS: &str = "status IN ('CANCELED', 'PARTIAL_CANCELED')";

/// A row of a table that names the payment.
fn of_payment<E: EntityTrait>(table: E, names: E::Column, key: &Expr) -> SelectStatement {
    // The list may be walked along the same table.
    const ALIAS: &str = "of_payment";
    let mut select = Query::select();
    select
        .expr(Expr::val(1))
        .from_as(table, ALIAS)
        .and_where(Expr::col((ALIAS, names)).eq(key.clone()));
    select
}

/// The condition that one of the four begins with this text, letter by letter.
fn begins_with(text: &str) -> Expr {
    let length = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    let columns = [
        payment::Column::OrderId,
        payment::Column::PaymentKey,
        payment::Column::OrderName,
        payment::Column::ApprovalNumber,
    ];
    columns
        .into_iter()
        .map(|column| {
            let beginning = Func::cust("substr".into_iden())
                .arg(Expr::col(column))
                .arg(1)
                .arg(length);
            Expr::from(beginning).eq(text)
        })
        .reduce(ExprTrait::or)
        .unwrap_or_else(|| Expr::value(false))
}

impl Store {
    /// The filter as its list is best read: with the keys of all payments that fit one of its conditions, where they are few.
    pub(super) async fn narrowed(
        &self,
        filter: &PaymentFilter,
    ) -> Result<PaymentFilter, StoreError> {
        let mut narrowed = filter.clone();
        let more = &filter.more;
        let asks_nothing = *more == PaymentConditions::default();
        let is_few = more.keys.is_some() || filter.order_id.is_some();
        if asks_nothing || is_few || more.fits_nothing() {
            return Ok(narrowed);
        }
        let mids = match &filter.mids {
            Some(mids) => mids.clone(),
            None => self.every_merchant().await?,
        };
        let mut fewest: Option<BTreeSet<String>> = None;
        for search in searches(more, &mids, self.reader.get_database_backend()) {
            let rows = self.reader.query_all_raw(search).await?;
            if rows.len() > FEW {
                continue;
            }
            let keys = rows.iter().map(|row| row.try_get_by_index(0));
            let keys: BTreeSet<String> = keys.collect::<Result<_, _>>()?;
            if fewest.as_ref().is_none_or(|few| keys.len() < few.len()) {
                fewest = Some(keys);
            }
        }
        if let Some(keys) = fewest {
            // A row may name a payment by what is no key of one.
            let keys = keys.iter().filter_map(|key| PaymentKey::parse(key).ok());
            narrowed.more.keys = Some(keys.collect());
        }
        Ok(narrowed)
    }
}

/// The statements for the keys of payments that fit one condition each, one more than are few.
pub(super) fn searches(
    more: &PaymentConditions,
    mids: &[MId],
    backend: DbBackend,
) -> Vec<Statement> {
    let mut all = Vec::new();
    for find in [by_text, by_amount, by_cancel, by_payout] {
        let mut sql = Sql::new(backend);
        if let Some(text) = find(more, &mut sql, mids) {
            let text = format!("SELECT key FROM ({text}) AS found LIMIT {}", FEW + 1);
            all.push(sql.statement(text));
        }
    }
    all
}

/// Finds the keys of payments that fit one condition, along an index, if it is asked for. The order of the index keeps
/// PostgreSQL from looking for the first few in the table itself where it takes nearly all to fit.
fn by_text(more: &PaymentConditions, sql: &mut Sql, _: &[MId]) -> Option<String> {
    let text = more.search.as_deref()?;
    let from = sql.bind(text);
    let until = sql.bind(format!("{text}{}", char::MAX));
    let bytewise = if sql.is_postgres() {
        " COLLATE \"C\""
    } else {
        ""
    };
    let columns = ["order_id", "payment_key", "order_name", "approval_number"];
    let found = columns.map(|column| {
        let entered = match column {
            "order_id" => along(sql, "payments_order_id"),
            _ => String::new(),
        };
        format!(
            "SELECT * FROM (SELECT payment_key AS key FROM payments{entered}
             WHERE {column}{bytewise} >= {from} AND {column}{bytewise} < {until}
             ORDER BY {column}{bytewise} LIMIT {}) AS by_{column}",
            FEW + 1
        )
    });
    Some(found.join(" UNION ALL "))
}

fn by_amount(more: &PaymentConditions, sql: &mut Sql, mids: &[MId]) -> Option<String> {
    let range = more.paid.as_ref()?;
    let currency = sql.bind(range.currency.code());
    let from = sql.bind(range.from.unwrap_or(i64::MIN));
    let to = sql.bind(range.to.unwrap_or(i64::MAX));
    each_merchant(sql, mids, |mid| {
        format!(
            "SELECT subject AS key FROM verdicts WHERE mid = {mid} AND currency = {currency}
             AND paid BETWEEN {from} AND {to} AND verdict IS NOT NULL AND paid IS NOT NULL ORDER BY paid"
        )
    })
}

fn by_cancel(more: &PaymentConditions, sql: &mut Sql, mids: &[MId]) -> Option<String> {
    let (from, until) = more.cancelled?;
    let from = sql.bind(from.timestamp_millis());
    let until = sql.bind(until.timestamp_millis());
    let own = format!(
        "SELECT * FROM (SELECT payment_key AS key FROM cancels
         WHERE canceled_at >= {from} AND canceled_at < {until} ORDER BY canceled_at LIMIT {}) AS own",
        FEW + 1
    );
    let listed = each_merchant(sql, mids, |mid| {
        format!(
            "SELECT payment_key AS key FROM transactions WHERE {OF_CANCELS} AND mid = {mid}
             AND transaction_at >= {from} AND transaction_at < {until} ORDER BY transaction_at"
        )
    });
    Some(match listed {
        Some(listed) => format!("{own} UNION ALL {listed}"),
        None => own,
    })
}

fn by_payout(more: &PaymentConditions, sql: &mut Sql, mids: &[MId]) -> Option<String> {
    let (from, to) = more.paid_out?;
    let (from, to) = (sql.bind(from.naive()), sql.bind(to.naive()));
    let entered = along(sql, "settlements_mid_kind_paid_out_date");
    each_merchant(sql, mids, |mid| {
        format!(
            "SELECT payment_key AS key FROM settlements{entered} WHERE mid = {mid} AND kind IN ('PAYMENT', 'CANCEL')
             AND paid_out_date BETWEEN {from} AND {to} AND payment_key IS NOT NULL"
        )
    })
}

/// The index that SQLite enters a table by. Where it has counted the rows, it takes a range for so many of them that it would
/// rather read all. PostgreSQL knows better.
fn along(sql: &Sql, index: &str) -> String {
    if sql.is_postgres() {
        String::new()
    } else {
        format!(" INDEXED BY {index}")
    }
}

/// The same for each merchant, as many of each as are few. `None` for no merchant, or for too many.
fn each_merchant(sql: &mut Sql, mids: &[MId], find: impl Fn(&str) -> String) -> Option<String> {
    const MOST_MERCHANTS: usize = 100;
    if mids.len() > MOST_MERCHANTS {
        return None;
    }
    let found = mids.iter().enumerate().map(|(number, mid)| {
        let mid = sql.bind(mid.as_str());
        format!(
            "SELECT * FROM ({} LIMIT {}) AS of_{number}",
            find(&mid),
            FEW + 1
        )
    });
    let found: Vec<String> = found.collect();
    (!found.is_empty()).then(|| found.join(" UNION ALL "))
}
