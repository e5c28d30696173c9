//! A database for one test.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, Value};
use tempfile::TempDir;
use toss_recon::store::{DatabaseUrl, Store};

use crate::postgres;

/// A migrated database, its store, and a way past the store.
pub(crate) struct TestDatabase {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    text: String,
    /// For tests that spoil rows or look at them.
    pub(crate) raw: DatabaseConnection,
    _files: Option<TempDir>,
}

impl TestDatabase {
    pub(crate) async fn on_sqlite() -> Self {
        let files = TempDir::new().expect("a folder");
        let url = format!("sqlite://{}/store.db", files.path().display());
        Self::open(&url, Some(files)).await
    }

    pub(crate) async fn on_postgres() -> Self {
        Self::open(&postgres::database().await, None).await
    }

    async fn open(text: &str, files: Option<TempDir>) -> Self {
        let url: DatabaseUrl = text.parse().expect("a database URL");
        let store = Store::open(&url).await.expect("the store opens");
        store.migrate().await.expect("the tables are made");
        let raw = Database::connect(text).await.expect("a connection");
        Self {
            store,
            url,
            text: text.to_owned(),
            raw,
            _files: files,
        }
    }

    /// Its URL, for connections beside the store's.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn spoil(&self, sql: &str) {
        self.raw
            .execute_unprepared(sql)
            .await
            .expect("it is spoilt");
    }

    /// Whether the database refuses a statement.
    pub(crate) async fn refuses(&self, sql: &str) -> bool {
        self.raw.execute_unprepared(sql).await.is_err()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.raw.get_database_backend() == sea_orm::DbBackend::Postgres
    }

    /// The first column of every row that a statement answers.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.raw.get_database_backend(), sql);
        let rows = self.raw.query_all_raw(statement).await.expect("an answer");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("a text"))
            .collect()
    }

    /// One number that a statement answers.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_sql_and_values(
            self.raw.get_database_backend(),
            sql,
            std::iter::empty::<Value>(),
        );
        self.raw
            .query_one_raw(statement)
            .await
            .expect("an answer")
            .expect("a row")
            .try_get_by_index(0)
            .expect("a number")
    }
}

/// Declares a test that runs once on each database.
macro_rules! on_both {
    ($(async fn $name:ident($database:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn prove($database: $crate::database::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                prove($crate::database::TestDatabase::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                prove($crate::database::TestDatabase::on_postgres().await).await;
            }
        }
    )*};
}
