//! The list of discrepancies, newest first, along an index for every filter.

use chrono::{DateTime, Utc};
use reconciliation::{DiscrepancyClass, MId};

use super::{DiscrepancyId, Page, PageRequest, Store, StoreError, StoredDiscrepancy};

/// Which discrepancies. A list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscrepancyFilter {
    /// Of one of these classes.
    pub classes: Option<Vec<DiscrepancyClass>>,
    /// Of payments begun at or after the first instant and before the second.
    pub began: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
}

/// A discrepancy's place in the list: newest payment first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscrepancyPlace {
    /// When its payment began.
    pub began_at: DateTime<Utc>,
    /// Its id.
    pub id: DiscrepancyId,
}

impl Store {
    /// A page of the discrepancies that the filter lets through.
    pub async fn list_discrepancies(
        &self,
        filter: &DiscrepancyFilter,
        request: &PageRequest<DiscrepancyPlace>,
    ) -> Result<Page<(DiscrepancyPlace, StoredDiscrepancy)>, StoreError> {
        let _ = (filter, request);
        unimplemented!()
    }
}
