//! The two databases: connections, statements, transactions and locks, and what differs between SQLite and PostgreSQL.

pub(in crate::store) mod advisory_locks;
pub(in crate::store) mod backup;
pub(in crate::store) mod changed;
pub(in crate::store) mod connect;
pub(in crate::store) mod driver_pool;
pub(in crate::store) mod error;
pub(in crate::store) mod hearing;
pub(in crate::store) mod insert_text;
pub(in crate::store) mod keys;
pub(in crate::store) mod leases;
pub(in crate::store) mod pool;
pub(in crate::store) mod session;
pub(in crate::store) mod sql;
#[cfg(test)]
pub(in crate::store) mod sqlite_plans;
pub(in crate::store) mod staging;
pub(in crate::store) mod sum_changes;
pub(in crate::store) mod time;
pub(in crate::store) mod transaction;
pub(in crate::store) mod upsert;
pub(in crate::store) mod url;
pub(in crate::store) mod writable;
