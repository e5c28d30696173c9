//! Saying that a database is new and empty: where there was one before, its volume is not mounted, or the address is wrong.

use crate::store::{DatabaseUrl, Migrated};

/// Says so in one line, unless the tables were there.
pub(super) fn tell(url: &DatabaseUrl, migrated: Migrated) {
    if migrated == Migrated::FromNothing {
        tracing::warn!(
            database = %url.place(),
            "a new, empty database was made: had there been one, see that its volume is mounted and DATABASE_URL right; \
             DATABASE_MUST_EXIST=on makes this an error"
        );
    }
}
