//! The rows of many payments that cannot be read, and such rows as are subjects themselves.

use super::Scope;
use super::reading::Gathering;
use crate::store::mirror::unreadable_rows::is_unreadable;
use crate::store::row_reader::RowReader;
use crate::store::{StoreError, StoredUnreadable, VerdictSubject};

impl Gathering {
    pub(super) async fn read_unreadable(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut sql = reader.sql();
        let which = format!("WHERE {} ORDER BY id", scope.holds(&mut sql, "payment_key"));
        let rows: Vec<StoredUnreadable> = reader.rows(sql, &which).await?;
        for row in rows {
            if let Some(key) = row.listed.row.payment_key.clone() {
                self.add_unreadable(&VerdictSubject::Payment(key), row);
            }
        }
        let ids: Vec<String> = self
            .all()
            .filter(|(subject, _)| is_unreadable(subject))
            .filter_map(|(subject, _)| match subject {
                VerdictSubject::Row(id) => Some(id.to_string()),
                VerdictSubject::Payment(_) => None,
            })
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut sql = reader.sql();
        let of_id = sql.among("id", ids.iter().map(String::as_str));
        let which = format!("WHERE {of_id} AND payment_key IS NULL");
        let rows: Vec<StoredUnreadable> = reader.rows(sql, &which).await?;
        for row in rows {
            self.add_unreadable(&VerdictSubject::Row(row.id.clone()), row);
        }
        Ok(())
    }

    fn add_unreadable(&mut self, subject: &VerdictSubject, row: StoredUnreadable) {
        if let Some(books) = self.of_subject(subject) {
            books.unreadable.push(row);
        }
    }
}
