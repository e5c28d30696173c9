//! Turns: what one transaction at a time may do on PostgreSQL, by numbers that stand side by side so that no two are one.
//! On SQLite one transaction writes at a time anyway.

use chrono::Datelike;
use reconciliation::KstDate;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::store::StoreError;

/// What is waited for, and held until the transaction ends. A transaction that needs several takes them in this order.
#[derive(Clone, Copy)]
pub(in crate::store) enum Turn {
    /// Migrating: one process works, the others wait.
    Migrate,
    /// Making, confirming, suspending and revoking tokens: what may be called how, and which admin token is its owner's last,
    /// is known to one transaction at a time.
    Tokens,
    /// Counting what an admin has asked for, so that two requests at once cannot both fit under a limit that holds one.
    CountRequests,
    /// Keeping verdicts: sums are changed by one transaction at a time, and no day is read meanwhile without its being
    /// noticed.
    KeepVerdicts,
    /// Noting that more has been read. Held together with other readings, and never while verdicts are kept: a verdict
    /// that is being kept has either seen what was read, or is seen to wait for it.
    NoteReading,
    /// Replacing settlement rows of a sold date: two accounts may list the same merchant, whose sums are made of both their
    /// rows.
    SoldDate(KstDate),
    /// Adding to the audit log, so that each entry knows the last one.
    Audit,
}

impl Turn {
    /// Waits for the turn.
    pub(in crate::store) async fn wait(
        self,
        connection: &impl ConnectionTrait,
    ) -> Result<(), StoreError> {
        if connection.get_database_backend() == DbBackend::Postgres {
            let text = format!("SELECT {}", self.lock());
            connection.execute_unprepared(&text).await?;
        }
        Ok(())
    }

    /// Takes the turn if it is free, and tells whether it was.
    pub(in crate::store) async fn is_free(
        self,
        connection: &impl ConnectionTrait,
    ) -> Result<bool, StoreError> {
        let backend = connection.get_database_backend();
        if backend != DbBackend::Postgres {
            return Ok(true);
        }
        let lock = self.lock().replacen("pg_advisory", "pg_try_advisory", 1);
        let asked = Statement::from_string(backend, format!("SELECT {lock}"));
        let answer = connection.query_one_raw(asked).await?;
        let taken = answer.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(taken.unwrap_or(false))
    }

    /// The numbers are this program's own. Those of days are pairs, which PostgreSQL keeps apart from the others.
    fn lock(self) -> String {
        match self {
            Self::Migrate => "pg_advisory_xact_lock(7827336127190142)".to_owned(),
            Self::Tokens => "pg_advisory_xact_lock(7827336127190148)".to_owned(),
            Self::CountRequests => "pg_advisory_xact_lock(7827336127190144)".to_owned(),
            Self::SoldDate(day) => {
                let day = day.naive().num_days_from_ce();
                format!("pg_advisory_xact_lock(78273361, {day})")
            }
            Self::KeepVerdicts => "pg_advisory_xact_lock(7827336127190143)".to_owned(),
            Self::NoteReading => "pg_advisory_xact_lock_shared(7827336127190143)".to_owned(),
            Self::Audit => "pg_advisory_xact_lock(7827336127190145)".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn only_keeping_verdicts_and_noting_a_reading_wait_for_each_other() {
        let day = KstDate::of(chrono::DateTime::UNIX_EPOCH);
        let turns = [
            ("migrate", Turn::Migrate),
            ("tokens", Turn::Tokens),
            ("count", Turn::CountRequests),
            ("day", Turn::SoldDate(day)),
            ("keep", Turn::KeepVerdicts),
            ("note", Turn::NoteReading),
            ("audit", Turn::Audit),
        ];
        let mut by_number: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, turn) in turns {
            let lock = turn.lock();
            let number = lock.split_once('(').unwrap().1;
            by_number.entry(number.to_owned()).or_default().push(name);
        }
        let together: Vec<_> = by_number.values().filter(|names| names.len() > 1).collect();
        assert_eq!(together, [&vec!["keep", "note"]]);
    }
}
