//! Rows of `unreadable_rows`.

use entity::{RawText, unreadable_row};
use reconciliation::{
    KstDate, ListedUnreadable, MId, OrderId, PaymentKey, TransactionKey, UnreadableRow,
};
use sea_orm::prelude::Date;

use super::before::Before;
use super::columns::{Columns, Placed, placed};
use super::{Row, storable, to_millis};
use crate::store::mirror::unreadable_rows::{StoredUnreadable, UnreadablePlace, UnreadableRecord};
use crate::store::{AccountName, SettlementId, Source, StoreError};

/// A row that cannot be read, without its text.
struct UnreadableColumns<'r> {
    id: &'r str,
    account: &'r str,
    source: &'r str,
    day: Date,
    mid: &'r str,
    payment_key: Option<&'r str>,
    transaction_key: Option<&'r str>,
    order_id: Option<&'r str>,
    field: &'r str,
    reason: &'r str,
}

placed!(
    UnreadableColumns<'r>,
    id,
    account,
    source,
    day,
    mid,
    payment_key,
    transaction_key,
    order_id,
    field,
    reason
);

impl Placed for StoredUnreadable {
    const FROM: &'static str = "unreadable_rows";

    fn columns() -> String {
        UnreadableColumns::columns(Self::FROM)
    }

    fn take<'r>(columns: &mut impl Columns<'r>, _: &mut Before) -> Result<Self, StoreError> {
        UnreadableColumns::take(columns)?.stored()
    }
}

impl UnreadableColumns<'_> {
    fn stored(&self) -> Result<StoredUnreadable, StoreError> {
        let row = Row {
            table: "unreadable_rows",
            key: self.id,
        };
        let source = Source::ALL
            .into_iter()
            .find(|source| source.as_str() == self.source)
            .ok_or_else(|| row.inconsistent("source"))?;
        let mid = row.read("mid", MId::parse(self.mid))?;
        let day = KstDate::from_naive(self.day);
        let payment_key = row.read_some("payment_key", self.payment_key, PaymentKey::parse)?;
        let event = row.read_some(
            "transaction_key",
            self.transaction_key,
            TransactionKey::parse,
        )?;
        Ok(StoredUnreadable {
            id: SettlementId::new(self.id),
            account: AccountName::new(self.account),
            source,
            listed: ListedUnreadable {
                source: match source {
                    Source::Transactions => reconciliation::Source::Transactions,
                    Source::Settlements => reconciliation::Source::Settlements,
                },
                day,
                row: UnreadableRow {
                    mid: Some(mid.clone()),
                    payment_key,
                    transaction_key: event,
                    order_id: row.read_some("order_id", self.order_id, OrderId::parse)?,
                    day: Some(day),
                    field: self.field.to_owned(),
                    reason: self.reason.to_owned(),
                },
            },
            mid,
        })
    }
}

/// The row of a row that cannot be read, under this id and merchant.
pub(in crate::store) fn unreadable_model(
    id: String,
    mid: String,
    place: &UnreadablePlace<'_>,
    UnreadableRecord { value, raw }: &UnreadableRecord,
) -> unreadable_row::Model {
    unreadable_row::Model {
        id,
        account: place.account.to_string(),
        source: place.source.as_str().to_owned(),
        day: place.day.naive(),
        mid,
        payment_key: value.payment_key.as_ref().map(ToString::to_string),
        transaction_key: value.transaction_key.as_ref().map(ToString::to_string),
        order_id: value.order_id.as_ref().map(ToString::to_string),
        field: storable(&value.field),
        reason: storable(&value.reason),
        read_at: to_millis(place.read_at).into(),
        raw: RawText(storable(raw)),
    }
}
