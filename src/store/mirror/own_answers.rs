//! What payments' own answers were, word for word.

use std::collections::HashMap;

use entity::RawText;
use entity::payment::{Column, Entity};
use reconciliation::{Currency, PaymentKey};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::store::db::keys::among;
use crate::store::rows::packed::{RowKeys, unpacked};
use crate::store::{AccountName, Store, StoreError};

/// A payment's own answer. It may name people and accounts, so that it has no `Debug`.
pub struct OwnAnswer {
    /// The merchant whose key read it.
    pub account: AccountName,
    /// Of its amounts.
    pub currency: Currency,
    /// The answer word for word.
    pub text: String,
}

impl Store {
    /// The answers of these payments; those that were never read themselves are missing.
    pub async fn own_answers(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, OwnAnswer>, StoreError> {
        let keys = keys.iter().map(PaymentKey::as_str);
        let rows: Vec<(String, String, String, String, String, RawText)> = Entity::find()
            .select_only()
            .columns([
                Column::PaymentKey,
                Column::Account,
                Column::Currency,
                Column::OrderId,
                Column::Mid,
                Column::Raw,
            ])
            .filter(among(
                self.reader.get_database_backend(),
                Column::PaymentKey,
                keys,
            ))
            .filter(Column::Raw.is_not_null())
            .into_tuple()
            .all(&self.reader)
            .await?;
        let rows = rows.into_iter();
        let answers = rows.map(|(key, account, currency, order_id, mid, RawText(raw))| {
            let unread = |column| StoreError::inconsistent("payments", column, &key);
            let keys = RowKeys {
                payment_key: Some(&key),
                transaction_key: None,
                order_id: &order_id,
                mid: &mid,
            };
            let answer = OwnAnswer {
                account: AccountName::new(&account),
                currency: currency.parse().map_err(|_| unread("currency"))?,
                text: unpacked(&raw, keys)
                    .ok_or_else(|| unread("raw"))?
                    .into_owned(),
            };
            let key = PaymentKey::parse(&key).map_err(|_| unread("payment_key"))?;
            Ok((key, answer))
        });
        answers.collect()
    }
}
