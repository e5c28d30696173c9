//! Which days have been read, and when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use super::{AccountName, Store, StoreError};

impl Store {
    /// When each of these days' settlements were last read with this account's key; days that never were are missing.
    pub async fn settlement_day_read_at(
        &self,
        account: &AccountName,
        days: &[KstDate],
    ) -> Result<HashMap<KstDate, DateTime<Utc>>, StoreError> {
        todo!()
    }
}
