//! Toss's two lists, part by part. A part may be had before its rows are read: whoever reads a long list asks for the
//! next part first.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use reconciliation::{Settlement, Transaction, TransactionKey};

use super::read::{
    self, read_settlement_rows, read_settlements, read_transaction_rows, read_transactions,
};
use super::{
    Answer, Call, Reading, RowsRead, SettlementPage, Toss, TossError, TransactionPage, Unreadable,
    read_whole,
};

/// A part of a list as Toss sent it, from [`Toss::transactions_text`] or [`Toss::settlements_text`]. It is known to be a
/// list; what its rows say is not.
pub struct ListText {
    body: String,
    rows: usize,
    /// Of the last row of a part of the transactions list.
    last: Option<TransactionKey>,
    first_position: u32,
    trace_id: Option<String>,
    /// How long it took to come.
    took: Duration,
}

impl ListText {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A number that two parts with different texts hardly ever have in common.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.body.hash(&mut hasher);
        hasher.finish()
    }

    /// The key of the last row of a part of the transactions list whose key can be read, which the next part begins behind.
    pub fn last_transaction(&self) -> Option<&TransactionKey> {
        self.last.as_ref()
    }
}

impl Toss {
    /// A part of the transactions list, in Toss's order, from `GET /v1/transactions`.
    ///
    /// # Errors
    /// [`TossError`]; a text that is no list is [`TossError::Unreadable`]. A row that cannot be read is told beside those that
    /// can.
    pub async fn transactions(
        &self,
        page: &TransactionPage,
    ) -> Result<RowsRead<Transaction>, TossError> {
        let read =
            |answer: &Answer| read_transaction_rows(&answer.body, page.first_position, self.musd);
        let path = ["v1", "transactions"];
        self.ask(Call::Transactions, &path, &page.query(), read)
            .await
    }

    /// As [`Toss::transactions`], with the rows still to be read by [`Toss::read_transactions_text`].
    ///
    /// # Errors
    /// [`TossError`]; a text that is no list is [`TossError::Unreadable`].
    pub async fn transactions_text(&self, page: &TransactionPage) -> Result<ListText, TossError> {
        let skim = |body: &str| read::skim_transactions(body);
        let path = ["v1", "transactions"];
        let text = self
            .ask_for_list(Call::Transactions, &path, &page.query(), skim)
            .await?;
        Ok(ListText {
            first_position: page.first_position,
            ..text
        })
    }

    /// Reads the rows of a part of the transactions list.
    ///
    /// # Errors
    /// [`TossError::Unreadable`] when it is no list.
    pub fn read_transactions_text(
        &self,
        text: ListText,
    ) -> Result<RowsRead<Transaction>, TossError> {
        let rows = read_transaction_rows(&text.body, text.first_position, self.musd);
        self.judge_rows(Call::Transactions, text, rows)
    }

    /// Reads rows of the transactions list again that [`Toss::transactions`] has read before: a JSON list of their texts.
    /// The first stands at `first_position` of the whole listing.
    ///
    /// # Errors
    /// [`Unreadable`] when they are not such rows.
    pub fn reread_transactions(
        &self,
        json: &str,
        first_position: u32,
    ) -> Result<Vec<Reading<Transaction>>, Unreadable> {
        read_transactions(json, first_position, self.musd)
    }

    /// Reads rows of the settlements list again, as [`Toss::reread_transactions`].
    ///
    /// # Errors
    /// [`Unreadable`] when they are not such rows.
    pub fn reread_settlements(&self, json: &str) -> Result<Vec<Reading<Settlement>>, Unreadable> {
        read_settlements(json, self.musd)
    }

    /// A part of the settlements list, in Toss's order, from `GET /v1/settlements`.
    ///
    /// # Errors
    /// As [`Toss::transactions`].
    pub async fn settlements(
        &self,
        page: &SettlementPage,
    ) -> Result<RowsRead<Settlement>, TossError> {
        let read = |answer: &Answer| read_settlement_rows(&answer.body, self.musd);
        let path = ["v1", "settlements"];
        self.ask(Call::Settlements, &path, &page.query(), read)
            .await
    }

    /// As [`Toss::settlements`], with the rows still to be read by [`Toss::read_settlements_text`].
    ///
    /// # Errors
    /// [`TossError`]; a text that is no list is [`TossError::Unreadable`].
    pub async fn settlements_text(&self, page: &SettlementPage) -> Result<ListText, TossError> {
        let skim = |body: &str| Ok((read::count_rows(body)?, None));
        let path = ["v1", "settlements"];
        self.ask_for_list(Call::Settlements, &path, &page.query(), skim)
            .await
    }

    /// Reads the rows of a part of the settlements list.
    ///
    /// # Errors
    /// As [`Toss::read_transactions_text`].
    pub fn read_settlements_text(&self, text: ListText) -> Result<RowsRead<Settlement>, TossError> {
        let rows = read_settlement_rows(&text.body, self.musd);
        self.judge_rows(Call::Settlements, text, rows)
    }

    /// Asks for a part of a list. Whether its call went well is counted when its rows have been read.
    async fn ask_for_list(
        &self,
        call: Call,
        path: &[&str],
        query: &[(&'static str, String)],
        skim: impl Fn(&str) -> Result<(usize, Option<TransactionKey>), Unreadable>,
    ) -> Result<ListText, TossError> {
        self.send(call, path, query, |sent, took| {
            let text = read_whole(call, sent, |answer| {
                let (rows, last) = skim(&answer.body)?;
                Ok(ListText {
                    rows,
                    last,
                    first_position: 0,
                    trace_id: answer.trace_id,
                    body: answer.body,
                    took,
                })
            });
            if text.is_err() {
                self.metrics.asked(call, took, &text);
            }
            text
        })
        .await
    }

    fn judge_rows<T>(
        &self,
        call: Call,
        text: ListText,
        rows: Result<T, Unreadable>,
    ) -> Result<T, TossError> {
        let rows = rows.map_err(|reason| TossError::Unreadable {
            call,
            reason,
            trace_id: text.trace_id,
        });
        self.metrics.asked(call, text.took, &rows);
        rows
    }
}

impl fmt::Debug for ListText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows name people and accounts.
        f.debug_struct("ListText")
            .field("rows", &self.rows)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
