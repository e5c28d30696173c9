//! Which merchants each key has shown.

use std::collections::{BTreeMap, BTreeSet};

use entity::merchant_id;
use reconciliation::MId;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::store::db::upsert::insert;
use crate::store::{AccountName, Store, StoreError};

impl Store {
    /// The merchants that rows read with each account's key have named, sorted.
    pub async fn merchant_ids(&self) -> Result<BTreeMap<AccountName, Vec<MId>>, StoreError> {
        let rows = merchant_id::Entity::find()
            .order_by_asc(merchant_id::Column::Mid)
            .all(&self.reader)
            .await?;
        let mut found: BTreeMap<AccountName, Vec<MId>> = BTreeMap::new();
        for row in rows {
            let mid = MId::parse(&row.mid)
                .map_err(|_| StoreError::inconsistent("merchant_ids", "mid", &row.mid))?;
            found
                .entry(AccountName::new(&row.account))
                .or_default()
                .push(mid);
        }
        Ok(found)
    }
}

impl Store {
    /// Every merchant that some row or payment has named, for a list that is walked by merchants.
    pub(in crate::store) async fn every_merchant(&self) -> Result<Vec<MId>, StoreError> {
        let by_account = self.merchant_ids().await?;
        let distinct: BTreeSet<MId> = by_account.into_values().flatten().collect();
        Ok(distinct.into_iter().collect())
    }
}

/// The merchants that an account's key has shown: every row that it has listed names one of them.
pub(super) fn shown_to(account: &AccountName) -> SelectStatement {
    merchant_id::Entity::find()
        .select_only()
        .column(merchant_id::Column::Mid)
        .filter(merchant_id::Column::Account.eq(account.as_str()))
        .into_query()
}

/// Whether another account's key has shown any of these merchants too.
pub(in crate::store) async fn are_shared(
    connection: &impl ConnectionTrait,
    mids: &BTreeSet<String>,
    account: &AccountName,
) -> Result<bool, StoreError> {
    let found = merchant_id::Entity::find()
        .filter(merchant_id::Column::Mid.is_in(mids))
        .filter(merchant_id::Column::Account.ne(account.as_str()))
        .limit(1)
        .one(connection)
        .await?;
    Ok(found.is_some())
}

/// Remembers the merchants that rows name.
pub(in crate::store) async fn save_merchant_ids<'a>(
    connection: &impl ConnectionTrait,
    mids: impl Iterator<Item = &'a MId>,
    account: &AccountName,
) -> Result<(), StoreError> {
    let distinct: BTreeSet<&MId> = mids.collect();
    let models = distinct
        .into_iter()
        .map(|mid| merchant_id::Model {
            account: account.to_string(),
            mid: mid.to_string(),
        })
        .collect();
    insert::<merchant_id::Entity>(
        connection,
        models,
        &OnConflict::new().do_nothing().to_owned(),
    )
    .await?;
    Ok(())
}
