//! Rows of a large day that were listed before and are not any more.

use entity::settlement::{self, Column};
use futures_util::TryStreamExt;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::SettlementDayWriter;
use crate::store::dirty::Marks;
use crate::store::mirror::day_claims::ROWS_AT_ONCE;
use crate::store::mirror::settlements::{of_day, remove_settlements};
use crate::store::{SettlementIdentities, StoreError};

impl SettlementDayWriter {
    /// Removes the rows of a large day that are not listed any more, but for those that go with its last part: these it
    /// gives. `None` when a younger reading has taken the day.
    pub(super) async fn remove_all_but_last(
        &mut self,
        identities: &SettlementIdentities,
    ) -> Result<Option<Vec<settlement::Model>>, StoreError> {
        let mut gone = Vec::new();
        if !self.claim.is_compared {
            return Ok(Some(gone));
        }
        let ids = self.gone(identities).await?;
        self.changed += u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let mut parts = ids.chunks(ROWS_AT_ONCE).peekable();
        while let Some(part) = parts.next() {
            gone = self.stored(part.iter().map(String::as_str)).await?;
            gone.retain(|row| row.account == self.claim.account.as_str());
            self.gone_mids
                .extend(gone.iter().map(|row| row.mid.clone()));
            if parts.peek().is_some() && !self.remove_part(std::mem::take(&mut gone)).await? {
                return Ok(None);
            }
        }
        Ok(Some(gone))
    }

    async fn remove_part(&mut self, gone: Vec<settlement::Model>) -> Result<bool, StoreError> {
        let readings = self.readings();
        let transaction = self.store.begin().await?;
        let mut marks = Marks::default();
        if !self.claim.hold_part(&transaction, &mut marks).await? {
            return Ok(false);
        }
        marks.settlements(&gone);
        remove_settlements(&transaction, gone, readings).await?;
        marks.write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The ids of rows that this account listed for the day before and does not list any more.
    async fn gone(&self, identities: &SettlementIdentities) -> Result<Vec<String>, StoreError> {
        if self.claim.known.read_at.is_none() {
            return Ok(Vec::new());
        }
        let connections = self.store.reader.unwatched();
        let mut stored = settlement::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(of_day(self.claim.day, &self.claim.account))
            .into_tuple::<String>()
            .stream(&connections)
            .await?;
        let mut gone = Vec::new();
        while let Some(id) = stored.try_next().await? {
            if !identities.names(&id) {
                gone.push(id);
            }
        }
        Ok(gone)
    }
}
