//! The same rows, taken by the bare database: the rate that no program in front of it can pass.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use sea_orm::sqlx::postgres::PgPoolCopyExt;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgPool, raw_sql};
use toss_recon::store::Source;

use crate::{Engine, TestDatabase};

/// As the program's own connection has.
const CACHE: &str = "-16384";

/// One way to write the rows, and how long it took.
pub(crate) struct Bare {
    pub(crate) what: String,
    pub(crate) took: Duration,
}

impl Bare {
    /// The rows of a list alone, and with them what else an import writes: the payments that the rows name, and a mark for
    /// each payment whose books have changed.
    pub(crate) async fn of(engine: Engine, source: Source, filled: &TestDatabase) -> Vec<Self> {
        let sets: &[&[&str]] = match source {
            Source::Transactions => &[
                &["transactions"],
                &["transactions", "payments"],
                &["transactions", "payments", "verdicts"],
            ],
            Source::Settlements => &[&["settlements"], &["settlements", "verdicts"]],
        };
        let mut all = Vec::new();
        for tables in sets {
            let empty = TestDatabase::empty(engine).await;
            let took = match engine {
                Engine::Sqlite => sqlite(filled, &empty, tables).await,
                Engine::Postgres => postgres(filled, &empty, tables).await,
            };
            for table in *tables {
                assert_eq!(
                    empty.count(table).await,
                    filled.count(table).await,
                    "{table}"
                );
            }
            let how = match engine {
                Engine::Sqlite => "one prepared INSERT in one transaction",
                Engine::Postgres => "COPY",
            };
            all.push(Self {
                what: format!("{how} into {}", tables.join(" and ")),
                took,
            });
        }
        all
    }
}

/// A prepared statement that takes its rows from another file: no driver that hands them over one by one is faster.
async fn sqlite(filled: &TestDatabase, empty: &TestDatabase, tables: &[&str]) -> Duration {
    let file = |database: &TestDatabase| database.folder.path().join("bench.db");
    let mut connection = SqliteConnectOptions::new()
        .filename(file(empty))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", CACHE)
        .disable_statement_logging()
        .connect()
        .await
        .unwrap();
    let attach = format!("ATTACH '{}' AS filled", file(filled).display());
    connection
        .execute(raw_sql(AssertSqlSafe(attach)))
        .await
        .unwrap();
    let begun = Instant::now();
    connection.execute("BEGIN IMMEDIATE").await.unwrap();
    for table in tables {
        // In an order that is asked for, since SQLite would otherwise copy whole pages.
        let order = match *table {
            "verdicts" => "subject",
            _ => "rowid",
        };
        let sql = format!("INSERT INTO main.{table} SELECT * FROM filled.{table} ORDER BY {order}");
        connection
            .execute(raw_sql(AssertSqlSafe(sql)))
            .await
            .unwrap();
    }
    connection.execute("COMMIT").await.unwrap();
    let took = begun.elapsed();
    connection.close().await.unwrap();
    took
}

async fn postgres(filled: &TestDatabase, empty: &TestDatabase, tables: &[&str]) -> Duration {
    let source = PgPool::connect(&filled.url).await.unwrap();
    let target = PgPool::connect(&empty.url).await.unwrap();
    let mut took = Duration::ZERO;
    for table in tables {
        let rows = source
            .copy_out_raw(&format!("COPY {table} TO STDOUT (FORMAT binary)"))
            .await
            .unwrap();
        let rows: Vec<_> = rows.try_collect().await.unwrap();
        let begun = Instant::now();
        let mut copy = target
            .copy_in_raw(&format!("COPY {table} FROM STDIN (FORMAT binary)"))
            .await
            .unwrap();
        // In pieces of the size that the program itself sends.
        let mut piece = Vec::new();
        for row in rows {
            piece.extend_from_slice(&row);
            if piece.len() > 1 << 20 {
                copy.send(std::mem::take(&mut piece)).await.unwrap();
            }
        }
        copy.send(piece).await.unwrap();
        copy.finish().await.unwrap();
        took += begun.elapsed();
    }
    source.close().await;
    target.close().await;
    took
}
