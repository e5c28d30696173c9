//! Who of several processes does what only one may do.

use chrono::{DateTime, Utc};
use entity::lease::{self, Column};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::store::{Store, StoreError};

impl Store {
    /// Takes or keeps a task for this holder until the given instant, and tells whether it is the holder's. It is not
    /// while another holder has it and that one's time is not over.
    pub async fn hold_lease(
        &self,
        name: &str,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let stored = |column: Column| Expr::col((lease::Entity, column));
        let given = lease::ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(holder.to_owned()),
            until: Set(until.into()),
        };
        let free = stored(Column::Holder)
            .eq(holder)
            .or(stored(Column::Until).lte(now.timestamp_millis()));
        let written = lease::Entity::insert(given)
            .on_conflict(
                OnConflict::column(Column::Name)
                    .update_columns([Column::Holder, Column::Until])
                    .action_and_where(free)
                    .to_owned(),
            )
            .exec_without_returning(&self.writer)
            .await?;
        Ok(written > 0)
    }

    /// Gives a task back, if it is this holder's, so that another process need not wait.
    pub async fn give_lease_back(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        lease::Entity::delete_many()
            .filter(Column::Name.eq(name))
            .filter(Column::Holder.eq(holder))
            .exec(&self.writer)
            .await?;
        Ok(())
    }
}
