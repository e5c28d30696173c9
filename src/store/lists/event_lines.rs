//! Events as the books by date have them, line by line: what the sums by event day are made of.

use std::collections::HashMap;

use entity::booked_line::{self, Column};
use reconciliation::{BookedLine, KstDate, MId, PaymentKey};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::keyset::{Page, PageRequest};
use super::transaction_list::{TransactionFilter, TransactionPlace};
use crate::store::db::keys::among;
use crate::store::db::sql::Sql;
use crate::store::rows::booked_line;
use crate::store::{Store, StoreError, VerdictSubject};

/// A line of an event: all of it, or one of the parts in which it is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// The payment; `None` of what belongs to none that is known.
    pub payment_key: Option<PaymentKey>,
    /// What is booked.
    pub line: BookedLine,
}

impl Store {
    /// A page of the events that [`Store::list_transactions`] lists, each with its lines: the one by which it is listed, then
    /// the further parts of its money.
    pub async fn list_event_lines(
        &self,
        filter: &TransactionFilter,
        request: &PageRequest<TransactionPlace>,
    ) -> Result<Page<(TransactionPlace, Vec<EventLine>)>, StoreError> {
        let page = self.list_transactions(filter, request).await?;
        let mut payments: Vec<&str> = page
            .rows
            .iter()
            .map(|(_, named)| named.payment_key.as_str())
            .collect();
        payments.sort_unstable();
        payments.dedup();
        let backend = self.reader.get_database_backend();
        let mut of_payments: HashMap<String, Vec<booked_line::Model>> = HashMap::new();
        let found = booked_line::Entity::find()
            .filter(among(backend, Column::Subject, payments))
            .all(&self.reader)
            .await?;
        for row in found {
            let of_payment = of_payments.entry(row.subject.clone()).or_default();
            of_payment.push(row);
        }
        for rows in of_payments.values_mut() {
            rows.sort_unstable_by_key(|row| row.number);
        }
        let mut events = Vec::with_capacity(page.rows.len());
        for (place, named) in page.rows {
            let rows = of_payments.get(named.payment_key.as_str());
            let lines = rows.map_or(&[][..], |rows| lines_of(rows, &place.line));
            let lines = lines.iter().map(event_line).collect::<Result<_, _>>()?;
            events.push((place, lines));
        }
        Ok(Page {
            rows: events,
            has_more: page.has_more,
        })
    }

    /// Money of events between these days, both included, that Toss's list has not shown, page by page: what a payment tells of and
    /// no row does. `past` is the name of the last line of the page before.
    pub async fn unlisted_event_lines(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
        past: Option<&str>,
        rows: u64,
    ) -> Result<Vec<(String, EventLine)>, StoreError> {
        let mids = match mids {
            Some(mids) => mids.to_vec(),
            None => self.every_merchant().await?,
        };
        let mut sql = Sql::new(self.reader.get_database_backend());
        let of_merchant = sql.among("mid", mids.iter().map(MId::as_str));
        let (from, to) = (sql.bind(days.0.naive()), sql.bind(days.1.naive()));
        let after = past.map_or_else(
            || "TRUE".to_owned(),
            |past| format!("id > {}", sql.bind(past)),
        );
        // The further parts of an event that is listed come with it.
        let text = format!(
            "SELECT id FROM booked_lines AS line WHERE {of_merchant} AND listed_at IS NULL
             AND day BETWEEN {from} AND {to} AND amount <> 0 AND {after}
             AND NOT EXISTS (SELECT 1 FROM booked_lines AS first WHERE first.subject = line.subject
                 AND first.transaction_key = line.transaction_key AND first.listed_at IS NOT NULL)
             ORDER BY id LIMIT {rows}"
        );
        let found = self.reader.query_all_raw(sql.statement(text)).await?;
        let ids: Vec<String> = found
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, _>>()?;
        let backend = self.reader.get_database_backend();
        let mut lines: Vec<booked_line::Model> = booked_line::Entity::find()
            .filter(among(backend, Column::Id, ids.iter().map(String::as_str)))
            .all(&self.reader)
            .await?;
        lines.sort_unstable_by_key(|line| ids.iter().position(|id| *id == line.id));
        lines
            .iter()
            .map(|line| Ok((line.id.clone(), event_line(line)?)))
            .collect()
    }
}

/// Of a payment's rows in their order, the one of that name and the further parts that follow it.
fn lines_of<'r>(rows: &'r [booked_line::Model], first: &str) -> &'r [booked_line::Model] {
    let Some(place) = rows.iter().position(|row| row.id == first) else {
        return &[];
    };
    let (_, from) = rows.split_at(place);
    let is_part = |row: &booked_line::Model| {
        row.listed_at.is_none()
            && row.transaction_key.is_some()
            && row.transaction_key == from[0].transaction_key
    };
    let parts = from[1..].iter().take_while(|row| is_part(row)).count();
    &from[..=parts]
}

fn event_line(row: &booked_line::Model) -> Result<EventLine, StoreError> {
    Ok(EventLine {
        payment_key: match VerdictSubject::parse(&row.subject)? {
            VerdictSubject::Payment(key) => Some(key),
            VerdictSubject::Row(_) => None,
        },
        line: booked_line(row)?,
    })
}
