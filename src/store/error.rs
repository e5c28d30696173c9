//! What can go wrong with the database, by what is to be done about it. Never SQL, values of rows or passwords.

use std::path::PathBuf;

/// Why the store could not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, or not in time. Asking again later may succeed.
    #[error("the database cannot be reached: {reason}")]
    Unavailable {
        /// What was observed, without addresses or secrets.
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
    /// The tables are missing or older than this program.
    #[error(
        "the database is not up to date ({pending} migrations are missing): run `toss-recon migrate`"
    )]
    NotMigrated {
        /// How many steps are missing.
        pending: usize,
    },
    /// The tables were made by a newer version of this program.
    #[error(
        "the database was made by a newer toss-recon ({migration}): run that version, or a newer one"
    )]
    TooNew {
        /// The first step that this program does not know.
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
