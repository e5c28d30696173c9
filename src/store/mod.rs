//! What is kept, and in which database: SQLite or PostgreSQL, told apart here and nowhere else.

mod audit;
mod audit_chain;
mod audit_signatures;
mod audit_signer;
mod book_rows;
mod cancel_records;
mod cancel_request;
mod cancel_request_change;
mod cancel_requests;
mod connect;
mod day_claims;
mod discrepancy_list;
mod due_payments;
mod error;
mod insert_text;
mod keys;
mod leases;
mod marks;
mod merchant_ids;
mod open_work;
mod owners;
mod pages;
mod payment_list;
mod payments;
mod payout_sums;
mod read_days;
mod reading;
mod row_reader;
mod rows;
mod rows_digest;
mod secret_body;
mod settlement_days;
mod settlement_id;
mod settlement_list;
mod settlements;
mod sql;
#[cfg(test)]
mod sqlite_plans;
mod staging;
mod taking;
mod tokens;
mod transaction_days;
mod transactions;
mod turns;
mod url;
mod verdicts;
mod webhooks;
mod windows;
mod write;

use std::fmt;
use std::path::PathBuf;

use migration::{Migrator, MigratorTrait, Standing};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::IntoSchemaManagerConnection;

pub use self::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use audit_chain::{AuditEntry, AuditVerdict, BrokenLink};
pub use audit_signatures::{AuditSignature, AuditSignatures, NotChecked};
pub use audit_signer::AuditSigner;
pub use book_rows::{BookRows, BookStretch, BookWalk, DueBooks, WalkedBooks};
pub use cancel_request::{
    Approval, CancelRequest, CancelRequestFilter, CancelRequestId, ContentDigest, Created,
    DayLimit, Decision, Lease, NewCancelRequest, StoredCancelError, TossWords,
};
pub use cancel_request_change::{CancelRequestChange, LeaseChange};
pub use day_claims::ROWS_AT_ONCE;
pub use discrepancy_list::{DiscrepancyFilter, DiscrepancyPlace};
pub use due_payments::DuePayment;
pub use error::StoreError;
pub use open_work::OpenWork;
pub use owners::OwnerStanding;
pub use pages::{Page, PageRequest, Toward};
pub use payment_list::{PaymentFilter, PaymentPlace};
pub use payments::{AccountName, StoredPayment};
pub use payout_sums::{PayoutSums, SettledLag};
pub use read_days::ReadDays;
pub use reading::{LiveReading, PaymentRecord, SettlementDay, SettlementRecord, TransactionRecord};
pub use rows_digest::RowsDigest;
pub use secret_body::SecretBody;
pub use settlement_days::{SettlementBatch, SettlementDayReading, SettlementDayWriter};
pub use settlement_id::{SettlementId, SettlementIdentities};
pub use settlement_list::{SettlementFilter, SettlementOrder, SettlementPlace};
pub use settlements::{SettlementsKey, StoredSettlement};
pub use tokens::{NewStoredToken, StoredToken};
pub use transaction_days::{TransactionBatch, TransactionDay, TransactionDayWriter};
pub use verdicts::{
    DiscrepancyId, DiscrepancyRecord, DueVerdict, PaymentSums, PaymentVerdict, ReconciliationSums,
    StoredDiscrepancy, UnsettledEvent, UnsettledSums, VerdictGap, VerdictRecord, VerdictSubject,
};
pub use webhooks::OpenWebhook;
pub use windows::{Source, WindowRead};

use self::staging::Importer;
use self::turns::Turn;
use self::url::Address;
use crate::fail_points;

/// The database. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    importer: Importer,
    /// Where SQLite's database is.
    file: Option<PathBuf>,
    /// Signs the audit log, where a merchant's key is at hand.
    signer: Option<AuditSigner>,
}

impl Store {
    /// Connects, and makes a SQLite file that is missing (its folder must exist). The tables are made by
    /// [`Store::migrate`].
    ///
    /// # Errors
    /// [`StoreError::File`] when the SQLite file cannot be used, [`StoreError::Unavailable`] when PostgreSQL cannot be
    /// reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match &url.0 {
            Address::Sqlite(path) => connect::sqlite(path).await,
            Address::Postgres(url) => connect::postgres(url).await,
        }
    }

    /// The same database, whose audit log is signed with this key from now on; with none, it is not signed.
    #[must_use]
    pub fn signing_with(self, signer: impl Into<Option<AuditSigner>>) -> Self {
        Self {
            signer: signer.into(),
            ..self
        }
    }

    /// Brings the tables to the newest form. Several processes may do so at once: one works, the others wait.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] when a newer version of this program made the tables.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            transaction.execute_unprepared(NO_TIME_LIMIT).await?;
        }
        Turn::Migrate.wait(&transaction).await?;
        pending_migrations(&transaction).await?;
        fail_points::dies("migration-begun");
        Migrator::up(&transaction, None).await?;
        fail_points::dies("migration-not-committed");
        Ok(transaction.commit().await?)
    }

    /// Whether the database answers and has the tables of this program.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::NotMigrated`] or [`StoreError::TooNew`].
    pub async fn ready(&self) -> Result<(), StoreError> {
        match pending_migrations(&self.reader).await? {
            0 => Ok(()),
            pending => Err(StoreError::NotMigrated { pending }),
        }
    }

    /// Closes every connection, also those of clones, after what is running has ended.
    pub async fn close(self) -> Result<(), StoreError> {
        self.reader.close_by_ref().await?;
        self.importer.close().await?;
        Ok(self.writer.close_by_ref().await?)
    }

    /// A transaction that may write. On SQLite it has the right to from the start: one that asked for it half-way could
    /// not wait for it.
    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        Self::begin_on(&self.writer).await
    }

    async fn begin_on(connection: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(connection.begin_with_options(options).await?)
    }
}

#[cfg(test)]
impl Store {
    /// The same database, whose statements for reading are counted by the given function.
    pub(crate) fn counting_reads(mut self, count: impl Fn() + Send + Sync + 'static) -> Self {
        self.reader.set_metric_callback(move |_| count());
        self
    }
}

/// Makes what a transaction wrote stay. After an error it may have stayed all the same: the answer to a commit can be lost.
async fn commit(transaction: DatabaseTransaction) -> Result<(), StoreError> {
    let lost = |what: &str| StoreError::Unavailable {
        reason: what.to_owned(),
    };
    if fail_points::fails("commit-refused") {
        return Err(lost("the commit was refused"));
    }
    transaction.commit().await?;
    if fail_points::fails("commit-answer-lost") {
        return Err(lost("the answer to the commit was lost"));
    }
    Ok(())
}

/// What has to be done takes as long as it takes: migrating, waiting for another process that does, marking a day.
const NO_TIME_LIMIT: &str = "SET LOCAL statement_timeout = 0";

/// How many migrations are missing.
async fn pending_migrations<'c>(
    connection: impl IntoSchemaManagerConnection<'c>,
) -> Result<usize, StoreError> {
    let standing = Standing::of(connection).await?;
    match standing.unknown.into_iter().next() {
        Some(migration) => Err(StoreError::TooNew { migration }),
        None => Ok(standing.pending.len()),
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
