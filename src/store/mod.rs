//! What is kept, and in which database: SQLite or PostgreSQL, told apart here and nowhere else.

mod cancels;
mod db;
mod desk;
mod dirty;
mod lists;
mod mirror;
mod notices;
mod open_work;
mod people;
mod periods;
mod requested_days;
mod retention;
mod row_reader;
mod rows;
mod verdicts;
mod webhook_queue;

use std::fmt;
use std::path::{Path, PathBuf};
#[cfg(test)]
use std::sync::Arc;

use futures_util::future::BoxFuture;
use migration::{Migrator, MigratorTrait, Standing};
use sea_orm_migration::IntoSchemaManagerConnection;

pub use self::db::url::{DatabaseUrl, InvalidDatabaseUrl};
pub use cancels::audit_chain::{AuditEntry, AuditVerdict, BrokenLink};
pub use cancels::audit_signatures::{AuditSignature, AuditSignatures, NotChecked};
pub use cancels::audit_signer::AuditSigner;
pub use cancels::cancel_request::{
    Approval, CancelRequest, CancelRequestFilter, CancelRequestId, ContentDigest, Created,
    DayLimit, Decision, Lease, NewCancelRequest, StoredCancelError, TossWords,
};
pub use cancels::cancel_request_change::{CancelRequestChange, LeaseChange};
pub use cancels::epochs::Epoch;
pub use cancels::secret_body::SecretBody;
pub use db::backup::{Backup, BackupError};
pub use db::changed::{Changes, Topic, Watcher};
pub use db::error::StoreError;
pub use desk::{DeskAct, DeskAction, DeskEntry, DeskRecord, DeskRefused};
pub use lists::discrepancy_list::by_delta::DeltaPlace;
pub use lists::discrepancy_list::counts::ClassCount;
pub use lists::discrepancy_list::{DiscrepancyFilter, DiscrepancyPlace};
pub use lists::event_lines::EventLine;
pub use lists::keyset::{Page, PageRequest, Toward};
pub use lists::payment_list::by_amount::AmountPlace;
pub use lists::payment_list::conditions::{AmountRange, PaymentConditions};
pub use lists::payment_list::{PaymentFilter, PaymentPlace};
pub use lists::settlement_list::{SettlementFilter, SettlementOrder, SettlementPlace};
pub use lists::transaction_list::{ListedTransaction, TransactionFilter, TransactionPlace};
pub use mirror::day_claims::ROWS_AT_ONCE;
pub use mirror::failed_days::FailedDay;
pub use mirror::live_reading::{
    FoundBy, LiveReading, PaymentRecord, SettlementDay, SettlementRecord, TransactionRecord,
};
pub use mirror::own_answers::OwnAnswer;
pub use mirror::payments::{AccountName, StoredPayment};
pub use mirror::payout_sums::{PayoutNet, PayoutSums, SettledLag};
pub use mirror::raw_texts::RawOf;
pub use mirror::read_days::ReadDays;
pub use mirror::rows_digest::RowsDigest;
pub use mirror::settlement_days::{SettlementBatch, SettlementDayReading, SettlementDayWriter};
pub use mirror::settlement_id::{SettlementId, SettlementIdentities};
pub use mirror::settlements::{SettlementsKey, StoredSettlement};
pub use mirror::stale_payments::DuePayment;
pub use mirror::transaction_days::{TransactionBatch, TransactionDay, TransactionDayWriter};
pub use mirror::unreadable_rows::{StoredUnreadable, UnreadableRecord};
pub use mirror::whole_payments::WholePayment;
pub use mirror::windows::{Source, WindowRead};
pub use notices::untold::{DISCREPANCY_FOUND, NEEDS_PERSON, UntoldDiscrepancy, UntoldRequest};
pub use notices::{DueNotice, NewNotice, OpenNotices, TargetStanding};
pub use open_work::OpenWork;
pub use people::owners::OwnerStanding;
pub use people::sessions::{SESSION_IDLE, SESSION_LASTS};
pub use people::tokens::{NewStoredToken, StoredToken};
pub use periods::{
    Closed, NewPeriod, PeriodDifference, PeriodId, PeriodSection, PeriodState, Reopened,
    StoredPeriod,
};
pub use requested_days::{DaysRequest, RequestedDay};
pub use retention::{KeptPayment, RetentionPlace};
pub use verdicts::book_rows::{BookRows, BookStretch, BookWalk, DueBooks, WalkedBooks};
pub use verdicts::{
    AtDesk, BookedDay, DatedBooks, DiscrepancyId, DiscrepancyRecord, DueVerdict, PaymentSums,
    PaymentVerdict, ReconciliationSums, SettledTerms, SoldAndPaidOut, StoredDiscrepancy,
    UnsettledEvent, UnsettledSums, UnsureRow, VerdictGap, VerdictRecord, VerdictSubject,
};
pub use webhook_queue::OpenWebhook;

use self::db::advisory_locks::Turn;
use self::db::pool::Pool;
use self::db::staging::Importer;
use self::db::transaction::Transaction;
use self::db::url::Address;
use self::mirror::together::Together;
use self::mirror::whole_payments::Lately;
use self::row_reader::RowReader;
use crate::fail_points;

/// What the tables were before they were brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// There were none: all of it is new and empty.
    FromNothing,
    /// Those of this version or of an earlier one.
    FromBefore,
}

/// The database. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Store {
    writer: Pool,
    reader: Pool,
    /// Reads few rows at a time, for answers.
    quick: RowReader,
    lately: Lately,
    together: Together,
    /// Reads back what another connection wrote.
    witness: Pool,
    importer: Importer,
    /// Where SQLite's database is.
    file: Option<PathBuf>,
    /// Signs the audit log, where a merchant's key is at hand.
    signer: Option<AuditSigner>,
}

/// The connections to one database.
struct Connections {
    writer: Pool,
    reader: Pool,
    witness: Pool,
    importer: Importer,
}

impl Store {
    /// Reads and writes over these connections alone.
    fn over(connections: Connections) -> Self {
        let Connections {
            writer,
            reader,
            witness,
            importer,
        } = connections;
        Self {
            quick: RowReader::over(&reader),
            lately: Lately::default(),
            together: Together::default(),
            writer,
            reader,
            witness,
            importer,
            file: None,
            signer: None,
        }
    }

    /// As it is, with SQLite's file opened once more for what is read for answers.
    fn opening_its_file(self, path: &Path) -> Self {
        Self {
            quick: RowReader::quick(&self.reader, path),
            ..self
        }
    }

    /// Connects, and makes a SQLite file that is missing (its folder must exist), unless the database must be there
    /// already. The tables are made by [`Store::migrate`].
    ///
    /// # Errors
    /// [`StoreError::File`] when the SQLite file cannot be used, [`StoreError::Unavailable`] when PostgreSQL cannot be
    /// reached, [`StoreError::SharedSessions`] when a pooler has connections share its sessions, [`StoreError::Missing`] when a
    /// database that must exist does not.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let missing = || StoreError::Missing { place: url.place() };
        if url.must_exist
            && let Address::Sqlite(path) = &url.address
            && matches!(tokio::fs::try_exists(path).await, Ok(false))
        {
            return Err(missing());
        }
        let store = match &url.address {
            Address::Sqlite(path) => db::connect::sqlite(path).await?,
            Address::Postgres(url) => db::connect::postgres(url).await?,
        };
        if url.must_exist && is_empty(&Standing::of(&store.reader.unwatched()).await?) {
            store.close().await?;
            return Err(missing());
        }
        Ok(store)
    }

    /// As [`Store::open`], for a command that ends soon. Where the disk has not even room for what connections to SQLite
    /// share, one has the file to itself: what only reads goes on.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_for_command(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match (Self::open(url).await, &url.address) {
            (Err(StoreError::NoSpace { .. }), Address::Sqlite(path)) => {
                db::connect::sqlite_alone(path).await
            }
            (opened, _) => opened,
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

    /// Brings the tables to the newest form. Several processes may do so at once: one works, the others wait. Where nothing
    /// is missing, nothing is written.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] when a newer version of this program made tables that this one does not understand.
    pub async fn migrate(&self) -> Result<Migrated, StoreError> {
        let standing = self.standing().await?;
        if standing.pending.is_empty() {
            if let Some(newest) = standing.unknown.last() {
                tracing::info!(%newest, "a newer version has added to the database; this one runs on it");
            }
            return Ok(Migrated::FromBefore);
        }
        let transaction = self.begin().await?;
        transaction.takes_its_time().await?;
        Turn::Migrate.wait(&transaction).await?;
        let standing = known_standing(transaction.unwatched()).await?;
        fail_points::dies("migration-begun");
        Migrator::up(transaction.unwatched(), None).await?;
        fail_points::dies("migration-not-committed");
        transaction.commit().await?;
        Ok(if is_empty(&standing) {
            Migrated::FromNothing
        } else {
            Migrated::FromBefore
        })
    }

    /// Whether the database answers, has the tables of this program, and can be written. That is tried out by writing, at
    /// most once a second.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::NotMigrated`], [`StoreError::TooNew`] or [`StoreError::NotWritable`].
    pub async fn ready(&self) -> Result<(), StoreError> {
        match self.standing().await?.pending.len() {
            0 => self.can_be_written().await,
            pending => Err(StoreError::NotMigrated { pending }),
        }
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        known_standing(&self.reader.unwatched()).await
    }

    /// Closes every connection, also those of clones, after what is running has ended.
    pub async fn close(self) -> Result<(), StoreError> {
        self.quick.close();
        self.reader.close().await?;
        self.witness.close().await?;
        self.importer.close().await?;
        Ok(self.writer.close().await?)
    }

    #[track_caller]
    fn begin(&self) -> BoxFuture<'_, Result<Transaction, StoreError>> {
        Box::pin(self.writer.begin())
    }
}

#[cfg(test)]
impl Store {
    /// The same database, whose statements for reading are counted by the given function.
    pub(crate) fn counting_reads(mut self, count: impl Fn() + Send + Sync + 'static) -> Self {
        let count: Arc<dyn Fn() + Send + Sync> = Arc::new(count);
        self.quick.count_statements(Arc::clone(&count));
        self.reader.count_statements(move || count());
        self
    }
}

/// What the database lacks.
async fn known_standing<'c>(
    connection: impl IntoSchemaManagerConnection<'c>,
) -> Result<Standing, StoreError> {
    let standing = Standing::of(connection).await?;
    let behind = standing
        .unknown
        .first()
        .filter(|_| !standing.pending.is_empty());
    // What newer programs have only added is nothing to this one; but it cannot add to that.
    match standing.must_be_known.as_ref().or(behind) {
        Some(migration) => Err(StoreError::TooNew {
            migration: migration.clone(),
        }),
        None => Ok(standing),
    }
}

/// Whether a database has nothing of this program, of whatever version.
fn is_empty(standing: &Standing) -> bool {
    standing.unknown.is_empty() && standing.pending.len() == Migrator::migrations().len()
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
