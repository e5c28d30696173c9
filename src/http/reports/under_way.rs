//! One report at a time for each person: two would do the same work twice.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{Gauge, describe_gauge, gauge};
use reconciliation::Language;

const UNDER_WAY: &str = "toss_recon_reports_under_way";

/// Who has a report under way. Clones share it.
#[derive(Clone)]
pub(super) struct Reporting(Arc<Counted>);

struct Counted {
    owners: Mutex<HashSet<String>>,
    shown: Gauge,
}

/// A report of somebody's, until it is dropped.
pub(super) struct OwnReport {
    of: Reporting,
    owner: String,
}

impl Reporting {
    /// Counts in the recorder of metrics that is in force now.
    pub(super) fn new() -> Self {
        describe_gauge!(UNDER_WAY, "Reports that are being written for somebody");
        let shown = gauge!(UNDER_WAY);
        shown.set(0);
        Self(Arc::new(Counted {
            owners: Mutex::default(),
            shown,
        }))
    }

    /// A report of this owner's; `None` while another one is under way.
    pub(super) fn begin(&self, owner: &str) -> Option<OwnReport> {
        let begins = self.owners().insert(owner.to_owned());
        begins.then(|| {
            self.0.shown.increment(1);
            OwnReport {
                of: self.clone(),
                owner: owner.to_owned(),
            }
        })
    }

    fn owners(&self) -> MutexGuard<'_, HashSet<String>> {
        let owners = self.0.owners.lock();
        owners.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OwnReport {
    fn drop(&mut self) {
        self.of.owners().remove(&self.owner);
        self.of.0.shown.decrement(1);
    }
}

/// For whoever asks for a second one.
pub(super) const fn message(language: Language) -> &'static str {
    match language {
        Language::Korean => {
            "이미 다른 보고서를 만들고 있습니다. 그 보고서를 다 받거나 취소한 뒤 다시 요청하세요"
        }
        Language::English => {
            "Another report of yours is being written: wait until you have it, or cancel it, and ask again"
        }
    }
}

/// For whoever asks while there is no room for temporary files.
pub(super) const fn no_room(language: Language) -> &'static str {
    match language {
        Language::Korean => {
            "서버에 임시 파일을 둘 공간이 없어 보고서를 만들지 못했습니다. 서버 관리자에게 알리거나 .zip 또는 .json으로 요청하세요"
        }
        Language::English => {
            "The report was not made, for the server has no room for temporary files: tell whoever runs it, or ask for .zip or .json"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_owner_has_one_at_a_time() {
        let reports = Reporting::new();
        let first = reports.begin("mina");
        assert!(first.is_some());
        assert!(reports.begin("mina").is_none());
        assert!(reports.begin("jun").is_some());
        drop(first);
        assert!(reports.begin("mina").is_some());
    }
}
