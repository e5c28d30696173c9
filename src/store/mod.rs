//! What is kept, and in which database: SQLite or PostgreSQL, told apart here and nowhere else.

mod cancel_requests;
mod error;
mod payments;
mod reading;
mod secret_body;
mod settlements;
mod tokens;
mod transactions;
mod url;
mod windows;

use std::fmt;

use sea_orm::DatabaseConnection;

pub use cancel_requests::{
    CancelRequest, CancelRequestChange, CancelRequestId, Created, NewCancelRequest,
    StoredCancelError,
};
pub use error::StoreError;
pub use payments::{AccountName, StoredPayment};
pub use reading::{LiveReading, PaymentRecord, SettlementDay, SettlementRecord, TransactionRecord};
pub use secret_body::SecretBody;
pub use settlements::{SettlementId, SettlementsKey, StoredSettlement};
pub use tokens::StoredToken;
pub use url::{DatabaseUrl, InvalidDatabaseUrl};

/// The database. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Store {
    /// Connects, and makes a SQLite file that is missing (its folder must exist). The tables are made by
    /// [`Store::migrate`].
    ///
    /// # Errors
    /// [`StoreError::File`] when the SQLite file cannot be used, [`StoreError::Unavailable`] when PostgreSQL cannot be
    /// reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        todo!()
    }

    /// Brings the tables to the newest form. Several processes may do so at once: one works, the others wait.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Whether the database answers and has the tables of this program.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::NotMigrated`] or [`StoreError::TooNew`].
    pub async fn ready(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Closes every connection, also those of clones, after what is running has ended.
    pub async fn close(self) -> Result<(), StoreError> {
        todo!()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
