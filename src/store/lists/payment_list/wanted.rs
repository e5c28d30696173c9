//! The words that a filter of payments names, as they stand in the columns.

use reconciliation::{MId, Verdict};

use super::{PaymentFilter, words};
use crate::store::rows::{method_kind, status_kind};

/// Each list that the filter has, without repetition and not empty.
pub(super) struct Wanted {
    pub(super) statuses: Option<Vec<String>>,
    pub(super) methods: Option<Vec<String>>,
    pub(super) mids: Option<Vec<String>>,
    pub(super) verdicts: Option<Vec<String>>,
}

impl Wanted {
    /// `None` when nothing can match.
    pub(super) fn by(filter: &PaymentFilter) -> Option<Self> {
        let wanted = Self {
            statuses: words(filter.statuses.as_deref(), |status| {
                status_kind(status).to_owned()
            }),
            methods: words(filter.methods.as_deref(), |method| {
                method_kind(Some(method)).to_owned()
            }),
            mids: words(filter.mids.as_deref(), MId::to_string),
            verdicts: words(filter.verdicts.as_deref(), |verdict: &Verdict| {
                verdict.as_str().to_owned()
            }),
        };
        let lists = [
            &wanted.statuses,
            &wanted.methods,
            &wanted.mids,
            &wanted.verdicts,
        ];
        let matches_nothing =
            filter.more.fits_nothing() || lists.into_iter().flatten().any(Vec::is_empty);
        (!matches_nothing).then_some(wanted)
    }
}
