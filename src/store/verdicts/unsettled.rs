//! Events whose settlement row has not come yet: kept with the verdicts that found them, and summed by sold date.

use entity::{unsettled_day, unsettled_event};

use super::parts::{Difference, rows_of};
use super::saving::{Kept, subjects};
use crate::store::StoreError;
use crate::store::db::sum_changes::{Changes, Sums, Way};
use crate::store::db::transaction::Transaction;
use crate::store::rows::unsettled_event_model;

/// Keeps the events of these verdicts.
pub(super) async fn keep_unsettled(
    transaction: &Transaction,
    kept: &[Kept<'_>],
) -> Result<(), StoreError> {
    let old: Vec<unsettled_event::Model> = rows_of(transaction, subjects(kept)).await?;
    let mut new = Vec::new();
    for Kept { record, before, .. } in kept {
        let of_event = |event| unsettled_event_model(&before.subject, event);
        new.extend(record.unsettled.iter().map(of_event));
    }
    let difference = Difference::between(old, new);
    let mut days: Changes<unsettled_day::Model> = Changes::new();
    for row in &difference.lost {
        days.add(of_event(row, Way::Out));
    }
    for row in &difference.gained {
        days.add(of_event(row, Way::In));
    }
    difference.write(transaction).await?;
    days.write::<unsettled_day::Entity>(transaction, unsettled_day::Column::Place)
        .await
}

/// What an event without a row puts into the sums of its sold date.
fn of_event(row: &unsettled_event::Model, way: Way) -> unsettled_day::Model {
    let sold = row.sold_date.to_string();
    unsettled_day::Model {
        place: [&sold, &row.kind, &row.currency, &row.mid, &row.method_label]
            .map(String::as_str)
            .join("\n"),
        mid: row.mid.clone(),
        method_label: row.method_label.clone(),
        kind: row.kind.clone(),
        currency: row.currency.clone(),
        sold_date: row.sold_date,
        events: way.signed(1),
        amount: way.signed(row.amount),
    }
}

impl Sums for unsettled_day::Model {
    fn place(&self) -> &str {
        &self.place
    }

    fn add(&mut self, other: &Self) {
        self.events = self.events.wrapping_add(other.events);
        self.amount = self.amount.wrapping_add(other.amount);
    }

    fn is_empty(&self) -> bool {
        self.events == 0
    }
}
