//! What writes reports, and what closes periods with them.

use crate::clock::Clock;
use crate::periods::Periods;
use crate::reconcile::Reconciler;
use crate::report::Reporter;
use crate::store::Store;
use crate::sync::Mirror;

/// What writes reports of what these know.
pub(super) fn reporter(
    store: &Store,
    reconciler: &Reconciler,
    mirror: &Mirror,
    clock: &Clock,
) -> Reporter {
    Reporter::new(
        store.clone(),
        reconciler.clone(),
        mirror.clone(),
        clock.clone(),
    )
}

/// What closes periods by what these know.
pub(super) fn periods(
    store: &Store,
    reconciler: &Reconciler,
    mirror: &Mirror,
    clock: &Clock,
) -> Periods {
    Periods::new(
        store.clone(),
        reconciler.clone(),
        mirror.clone(),
        reporter(store, reconciler, mirror, clock),
        clock.clone(),
    )
}
