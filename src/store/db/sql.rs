//! Statements written out as text, for what writes many rows out of rows: their values are bound, and their text is the
//! same for any number of keys.

use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{DbBackend, Statement};

/// A statement in the making.
pub(in crate::store) struct Sql {
    backend: DbBackend,
    values: Vec<Value>,
}

impl Sql {
    pub(in crate::store) fn new(backend: DbBackend) -> Self {
        Self {
            backend,
            values: Vec::new(),
        }
    }

    pub(in crate::store) fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Binds a value and gives what stands for it.
    pub(in crate::store) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// A query of one column, `key`, that lists these texts.
    pub(in crate::store) fn listed<'k>(
        &mut self,
        keys: impl IntoIterator<Item = &'k str>,
    ) -> String {
        let list = self.list(keys);
        if self.is_postgres() {
            format!("SELECT unnest({list}) AS key")
        } else {
            format!("SELECT value AS key FROM json_each({list})")
        }
    }

    /// The condition that a text column holds one of the keys. One alone is looked up without a list.
    pub(in crate::store) fn among<'k>(
        &mut self,
        column: &str,
        keys: impl IntoIterator<Item = &'k str>,
    ) -> String {
        let mut keys = keys.into_iter();
        let first = keys.next();
        let mut others = keys.peekable();
        if let (Some(only), None) = (first, others.peek()) {
            return format!("{column} = {}", self.bind(only));
        }
        let list = self.list(first.into_iter().chain(others));
        if self.is_postgres() {
            format!("{column} = ANY({list})")
        } else {
            format!("{column} IN (SELECT value FROM json_each({list}))")
        }
    }

    fn list<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) -> String {
        if self.is_postgres() {
            let keys = keys
                .into_iter()
                .map(|key| Value::from(key.to_owned()))
                .collect();
            let list = self.bind(Value::Array(ArrayType::String, Some(Box::new(keys))));
            format!("CAST({list} AS text[])")
        } else {
            let keys: Vec<&str> = keys.into_iter().collect();
            self.bind(json_list(&keys))
        }
    }

    /// The statement with that text.
    pub(in crate::store) fn statement(self, text: impl Into<String>) -> Statement {
        Statement::from_sql_and_values(self.backend, text.into(), self.values)
    }
}

/// Keys as SQLite takes them apart again: a JSON list.
fn json_list(keys: &[&str]) -> String {
    // Texts can always be written.
    serde_json::to_string(keys).unwrap_or_default()
}
