//! How large each table and index is.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

/// Of SQLite: `dbstat` is not built into the program's, so that its pages are counted by the tool.
const SQLITE: &str = "SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 40";
const POSTGRES: &str = "SELECT relname::text, pg_relation_size(oid)::bigint FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') ORDER BY 2 DESC LIMIT 40";
/// Less is not worth a line.
const BYTES_A_PAYMENT: i64 = 8;

/// Prints bytes a payment: of everything, and of each table and index.
pub(crate) async fn print(url: &str) {
    let database = Database::connect(url).await.unwrap();
    let backend = database.get_database_backend();
    if backend == DbBackend::Postgres {
        database.execute_unprepared("VACUUM").await.unwrap();
    } else {
        let emptied = "PRAGMA wal_checkpoint(TRUNCATE)";
        database.execute_unprepared(emptied).await.unwrap();
    }
    let sql = "SELECT COUNT(*) FROM payments";
    let counted = database.query_one_raw(Statement::from_string(backend, sql));
    let payments: i64 = counted.await.unwrap().unwrap().try_get_by_index(0).unwrap();
    let sizes: Vec<(String, i64)> = if backend == DbBackend::Postgres {
        let statement = Statement::from_string(backend, POSTGRES);
        let rows = database.query_all_raw(statement).await.unwrap();
        let told = |row: &sea_orm::QueryResult| {
            (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            )
        };
        rows.iter().map(told).collect()
    } else {
        of_file(url.strip_prefix("sqlite://").unwrap())
    };
    database.close().await.unwrap();
    let all: i64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    println!("  {} bytes a payment", all / payments);
    for (name, bytes) in sizes {
        if bytes / payments >= BYTES_A_PAYMENT {
            println!("    {:>6} {name}", bytes / payments);
        }
    }
}

fn of_file(path: &str) -> Vec<(String, i64)> {
    let told = std::process::Command::new("sqlite3")
        .args(["-separator", "\t", path, SQLITE])
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let size = |line: &str| {
        let (name, bytes) = line.split_once('\t').unwrap();
        (name.to_owned(), bytes.parse().unwrap())
    };
    told.lines().map(size).collect()
}
