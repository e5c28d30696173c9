//! The books of verdicts that are due, batch after batch.

use std::fmt;

use super::reading::Gathering;
use super::{BookRows, Scope};
use crate::store::row_reader::RowReader;
use crate::store::{DueVerdict, Store, StoreError, VerdictSubject};

/// Reads the books of many subjects, some at a time. On SQLite it reads from the file itself: over the pool each row is
/// handed from one thread to another, which takes as long as all the rest of making and keeping verdicts.
#[derive(Clone)]
pub struct DueBooks(RowReader);

impl Store {
    /// For reading the books of verdicts that are due.
    pub fn due_books(&self) -> DueBooks {
        DueBooks(RowReader::of_many(&self.reader, self.file.clone()))
    }
}

impl DueBooks {
    /// As [`Store::book_rows`], but with the version that each had when it was found to be due: a change that has come
    /// since then is noticed by [`Store::save_verdicts`] too.
    pub async fn of(
        &self,
        due: Vec<DueVerdict>,
    ) -> Result<Vec<(VerdictSubject, BookRows)>, StoreError> {
        let reader = self.0.clone();
        let reading = self.0.spawn(async move {
            let texts: Vec<String> = due.iter().map(|due| due.subject.to_text()).collect();
            let due = due.into_iter();
            let mut gathering = Gathering::of(due.map(|due| (due.subject, due.books_version)));
            gathering.read(&reader, &Scope::Keys(&texts)).await?;
            Ok(gathering.finish())
        });
        match reading.await {
            Ok(books) => books,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Unavailable {
                    reason: "the program is ending".to_owned(),
                }),
            },
        }
    }
}

impl fmt::Debug for DueBooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DueBooks")
    }
}
