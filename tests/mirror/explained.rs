//! PostgreSQL's plans for the statements that the store really sends: the server itself writes each plan into its log
//! while the statement runs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use serde_json::Value;

use crate::own_postgres::OwnServer;
use crate::support::TestDatabase;

/// Every plan of a new connection is explained, with what was really read. Without JIT a plan is only itself.
const EXPLAINED: [&str; 7] = [
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_analyze = on",
    "auto_explain.log_timing = off",
    "auto_explain.log_format = 'json'",
    "auto_explain.log_nested_statements = on",
    "jit = off",
];

/// A server that explains what it does, and the database on it.
pub(crate) struct Explained {
    pub(crate) database: TestDatabase,
    log: File,
    _server: OwnServer,
}

/// One step of a plan that reads a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) table: String,
    /// What kind of step, and the index that it uses.
    pub(crate) how: String,
    /// How many rows it looked at.
    pub(crate) rows: u64,
}

impl Explained {
    /// Starts a server and fills its tables. With `VACUUM ANALYZE` as the last statement the planner knows what is in them.
    pub(crate) async fn filled(statements: &[&str], settings: &[&str]) -> Self {
        let server = OwnServer::start().await;
        let filling = TestDatabase::at(&server.url()).await;
        for statement in statements {
            filling.execute(statement).await;
        }
        for setting in EXPLAINED.iter().chain(settings) {
            let sql = format!("ALTER DATABASE postgres SET {setting}");
            filling.execute(&sql).await;
        }
        let folder = filling
            .texts("SELECT current_setting('data_directory')")
            .await;
        let log = PathBuf::from(&folder[0]).with_file_name("log");
        filling.store.close().await.unwrap();
        let explained = Self {
            log: File::open(&log).unwrap(),
            database: TestDatabase::at(&server.url()).await,
            _server: server,
        };
        let installed = explained.database.texts("SHOW auto_explain.log_analyze");
        assert_eq!(installed.await, ["on"], "PostgreSQL lacks auto_explain");
        explained
    }

    /// Forgets the plans so far.
    pub(crate) fn skip(&mut self) {
        self.log.seek(SeekFrom::End(0)).unwrap();
    }

    /// The steps of the statements since the last look that read a table, and each statement's text.
    pub(crate) fn steps(&mut self) -> Vec<(String, Vec<Step>)> {
        let mut text = String::new();
        self.log.read_to_string(&mut text).unwrap();
        plans(&text)
            .iter()
            .map(|plan| {
                let mut steps = BTreeMap::new();
                collect(&plan["Plan"], &mut steps);
                let query = plan["Query Text"].as_str().unwrap().to_owned();
                let steps = steps
                    .into_iter()
                    .map(|((table, how), rows)| Step { table, how, rows });
                (query, steps.collect())
            })
            .collect()
    }
}

/// The plans in a log: each is JSON over several lines, of which those after the first are indented.
fn plans(log: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.ends_with("plan:") {
            continue;
        }
        let mut json = String::new();
        while let Some(rest) = lines.next_if(|line| line.starts_with('\t')) {
            json.push_str(rest);
            json.push('\n');
        }
        found.push(serde_json::from_str(&json).expect("a plan"));
    }
    found
}

fn collect(node: &Value, steps: &mut BTreeMap<(String, String), u64>) {
    let number = |name: &str| node[name].as_u64().unwrap_or(0);
    if let Some(table) = node["Relation Name"].as_str() {
        let kind = node["Node Type"].as_str().unwrap();
        let mut how = kind.to_owned();
        indexes(node, &mut how);
        let seen = number("Actual Rows") + number("Rows Removed by Filter");
        *steps.entry((table.to_owned(), how)).or_default() += seen * number("Actual Loops");
    }
    for part in node["Plans"].as_array().into_iter().flatten() {
        collect(part, steps);
    }
}

/// Names the index of a step, or those whose bitmaps it reads.
fn indexes(node: &Value, how: &mut String) {
    if let Some(index) = node["Index Name"].as_str() {
        how.push(' ');
        how.push_str(index);
    }
    let bitmaps = node["Plans"].as_array().into_iter().flatten();
    for bitmap in bitmaps.filter(|part| {
        let kind = part["Node Type"].as_str();
        kind.is_some_and(|kind| kind.starts_with("Bitmap"))
    }) {
        indexes(bitmap, how);
    }
}
