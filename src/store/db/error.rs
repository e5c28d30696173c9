//! What can go wrong with the database, by what is to be done about it. Never SQL, values of rows or passwords.

use std::path::PathBuf;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::{self, sqlite::SqliteError};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

/// Why the store could not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, or not in time. Asking again later may succeed.
    #[error("the database cannot be reached: {reason}")]
    Unavailable {
        /// What was observed, without addresses or secrets.
        reason: String,
    },
    /// A pooler lets connections share sessions of PostgreSQL.
    #[error(
        "a pooler before PostgreSQL hands sessions on between transactions, and toss-recon needs sessions of its own for its \
         locks, its notifications and what it sets in them: set pool_mode=session for this database (PgBouncer), or set \
         DATABASE_URL to PostgreSQL itself"
    )]
    SharedSessions,
    /// The database cannot store more. Somebody has to make room first.
    #[error("the database cannot grow, {reason}: make room for it")]
    NoSpace {
        /// What is full.
        reason: String,
    },
    /// The database answers, and nothing can be written.
    #[error("the database cannot be written: {reason}")]
    NotWritable {
        /// Why the last try failed.
        reason: String,
    },
    /// The SQLite file cannot be used as it is.
    #[error("the database file {} cannot be used: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// There is no database of this program, and one must be there already.
    #[error(
        "there is no database of toss-recon at {place}, and DATABASE_MUST_EXIST is on: see that its volume is mounted and that \
         the address is right, or set DATABASE_MUST_EXIST=off once to begin with an empty one"
    )]
    Missing {
        /// The path, or the server and the name, without a password.
        place: String,
    },
    /// The tables are missing or older than this program.
    #[error(
        "the database is not up to date ({pending} migrations are missing): run `toss-recon migrate`"
    )]
    NotMigrated {
        /// How many steps are missing.
        pending: usize,
    },
    /// The tables were made by a newer version of this program, and this one does not understand them.
    #[error(
        "the database was made by a newer toss-recon ({migration}): run that version, or a newer one"
    )]
    TooNew {
        /// The step that a program has to know.
        migration: String,
    },
    /// The database refused a statement, which is a fault of this program or of its tables.
    #[error("the database refused a statement ({what})")]
    Database {
        /// The database's code for it, and the table or constraint if it names one.
        what: String,
    },
    /// A row holds what cannot be true, or was about to.
    #[error("table {table}, row {key}: the column {column} holds what cannot be read")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        key: String,
    },
    /// Somebody else changed the row since it was read.
    #[error("the cancel request {id} has been changed meanwhile: read it again")]
    Conflict {
        /// The row's key.
        id: String,
    },
    /// The name of a token is in use, perhaps by a revoked one.
    #[error("a token named {name:?} exists already, perhaps revoked: choose another name")]
    NameTaken {
        /// The name.
        name: String,
    },
}

/// Every connection is in use, and remains so.
const NO_FREE_CONNECTION: &str = "no connection came free in time";

impl StoreError {
    /// Whether more was asked of the database at once than it has connections for.
    pub fn is_overload(&self) -> bool {
        matches!(self, Self::Unavailable { reason } if reason == NO_FREE_CONNECTION)
    }

    /// A row that cannot be believed, or must not be written.
    pub(in crate::store) fn inconsistent(
        table: &'static str,
        column: &'static str,
        key: &str,
    ) -> Self {
        Self::Inconsistent {
            table,
            column,
            key: key.to_owned(),
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        Self::of(&error)
    }
}

impl StoreError {
    /// By kind and code, never by message. Messages are dropped: they may repeat values.
    pub(in crate::store) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => unavailable(NO_FREE_CONNECTION),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => {
                unavailable("the store has been closed")
            }
            DbErr::Conn(RuntimeErr::SqlxError(driver))
            | DbErr::Exec(RuntimeErr::SqlxError(driver))
            | DbErr::Query(RuntimeErr::SqlxError(driver)) => from_driver(driver),
            DbErr::Conn(_) => unavailable("the connection failed"),
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                database("a column holds a value of another type")
            }
            DbErr::Migration(_) => database("a migration failed"),
            _ => database("a statement failed inside the program"),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            // Codes are bits.
            Some(refusal) => of_sqlite(refusal.extended_code.cast_unsigned()),
            None => database("a column holds a value of another type"),
        }
    }
}

fn from_driver(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(refusal) => from_refusal(refusal.as_ref()),
        sqlx::Error::Io(error) => unavailable(&format!("the connection failed ({})", error.kind())),
        sqlx::Error::Tls(_) => unavailable(
            "no encrypted connection could be made: see to sslmode and the certificates",
        ),
        sqlx::Error::PoolTimedOut => unavailable(NO_FREE_CONNECTION),
        sqlx::Error::PoolClosed => unavailable("the store has been closed"),
        sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) | sqlx::Error::BeginFailed => {
            unavailable("the connection broke")
        }
        sqlx::Error::Configuration(_) => unavailable("its URL names something that cannot be used"),
        sqlx::Error::ColumnDecode { index, .. } => {
            database(&format!("the column {index} holds a value of another type"))
        }
        _ => database("the driver could not carry a statement out"),
    }
}

/// A write that SQLite's file system refused. Only a full disk has a code of its own; a quota or a limit has not.
const SQLITE_IOERR_WRITE: u32 = 778;
/// The index of SQLite's log could not be made longer.
const SQLITE_IOERR_SHMSIZE: u32 = 4_874;

/// `SQLite` says what happened in the lower byte of its code, PostgreSQL in the class and code of SQLSTATE.
fn from_refusal(refusal: &dyn DatabaseError) -> StoreError {
    let code = refusal.code().unwrap_or_default();
    if refusal.try_downcast_ref::<SqliteError>().is_some() {
        let code: u32 = code.parse().unwrap_or_default();
        return of_sqlite(code);
    }
    match code.as_ref() {
        "53100" => no_space("the disk of PostgreSQL is full"),
        "57P01" | "57P02" | "57P03" => unavailable("PostgreSQL is being stopped or started"),
        "57014" | "55P03" => unavailable("a statement took too long"),
        "25P03" => unavailable("the program stood still in the middle of a transaction"),
        "40001" | "40P01" => unavailable("two transactions stood in each other's way"),
        "28000" | "28P01" => unavailable("PostgreSQL refused the user or the password"),
        "3D000" => unavailable("PostgreSQL has no database of that name: create it first"),
        // A prepared statement that another connection has left in the session, or that stays behind in another session.
        "42P05" | "26000" => StoreError::SharedSessions,
        "08P01" => unavailable(
            if refusal
                .message()
                .starts_with("unsupported startup parameter")
            {
                "a pooler before PostgreSQL does not know what the connection asks for: have PgBouncer pass it over with \
                 ignore_startup_parameters = extra_float_digits,options"
            } else {
                "PostgreSQL, or a pooler before it, refused the connection (SQLSTATE 08P01): its log says why"
            },
        ),
        "25006" => unavailable("the PostgreSQL server takes no writes"),
        // Connection exceptions, insufficient resources, operator intervention, system errors.
        code if ["08", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            unavailable(&format!("PostgreSQL is not available, SQLSTATE {code}"))
        }
        code => database(&match (refusal.table(), refusal.constraint()) {
            (Some(table), Some(constraint)) => {
                format!("SQLSTATE {code}, table {table}, constraint {constraint}")
            }
            (Some(table), None) => format!("SQLSTATE {code}, table {table}"),
            _ => format!("SQLSTATE {code}"),
        }),
    }
}

fn of_sqlite(code: u32) -> StoreError {
    if matches!(code, SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE) {
        return no_space("its disk or quota is full, or a limit on the size of files is reached");
    }
    match code & 0xff {
        5 | 6 => unavailable("another process holds the database file"),
        8 => unavailable("the database file may not be written"),
        10 => unavailable("the disk failed"),
        13 => no_space("its disk is full"),
        14 => unavailable("the database file cannot be opened"),
        26 => database("the file is not a SQLite database"),
        _ => database(&format!("SQLite code {code}")),
    }
}

fn unavailable(reason: &str) -> StoreError {
    StoreError::Unavailable {
        reason: reason.to_owned(),
    }
}

fn no_space(reason: &str) -> StoreError {
    StoreError::NoSpace {
        reason: reason.to_owned(),
    }
}

fn database(what: &str) -> StoreError {
    StoreError::Database {
        what: what.to_owned(),
    }
}
