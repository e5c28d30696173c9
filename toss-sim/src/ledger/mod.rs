//! The books: payments and the transaction rows that tell their story. Pure; instants and keys are given.

pub(crate) mod cancel;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod refund_account;
pub(crate) mod transaction;

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use crate::ids::Ids;
use crate::refusal::Refusal;
use cancel::{CancelOrder, CancelStatus};
use order::NewPayment;
use payment::{Payment, Status, VirtualAccount};
use transaction::{Row, RowKind};

/// Every payment of every merchant.
pub(crate) struct Ledger {
    ids: Ids,
    payments: Vec<Payment>,
    by_key: HashMap<String, usize>,
    by_order: HashMap<String, Vec<usize>>,
    /// In the order of execution, which need not be the order of time.
    rows: Vec<Row>,
    /// A payment as it was until an instant, oldest first.
    former: Vec<(usize, DateTime<Utc>, Payment)>,
}

impl Ledger {
    pub(crate) fn new(ids: Ids) -> Self {
        Self {
            ids,
            payments: Vec::new(),
            by_key: HashMap::new(),
            by_order: HashMap::new(),
            rows: Vec::new(),
            former: Vec::new(),
        }
    }

    pub(crate) fn payment(&self, index: usize) -> &Payment {
        &self.payments[index]
    }

    pub(crate) fn payments(&self) -> &[Payment] {
        &self.payments
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn by_key(&self, payment_key: &str) -> Option<usize> {
        self.by_key.get(payment_key).copied()
    }

    /// The latest attempt at an order by one of these mIds.
    pub(crate) fn by_order(&self, mids: &[String], order_id: &str) -> Option<usize> {
        let attempts = self.by_order.get(order_id)?.iter().copied();
        attempts
            .filter(|index| mids.contains(&self.payments[*index].mid))
            .max_by_key(|index| (self.payments[*index].requested_at, *index))
    }

    /// The latest of an order's attempts that brought money or an account number.
    pub(crate) fn paid_by_order(&self, mids: &[String], order_id: &str) -> Option<usize> {
        let attempts = self.by_order.get(order_id)?.iter().copied();
        attempts
            .map(|index| (index, &self.payments[index]))
            .filter(|(_, payment)| mids.contains(&payment.mid) && !payment.came_to_nothing())
            .max_by_key(|(index, payment)| (payment.requested_at, *index))
            .map(|(index, _)| index)
    }

    /// The payment as it was before its latest change, or as it is when it never changed.
    pub(crate) fn before_latest_change(&self, index: usize) -> &Payment {
        self.former
            .iter()
            .rev()
            .find(|(of, ..)| *of == index)
            .map_or(&self.payments[index], |(.., payment)| payment)
    }

    /// The payment as it was at an instant.
    pub(crate) fn as_of(&self, index: usize, instant: DateTime<Utc>) -> &Payment {
        self.former
            .iter()
            .find(|(of, until, _)| *of == index && *until > instant)
            .map_or(&self.payments[index], |(.., payment)| payment)
    }

    /// Enters a new attempt under its key; `at` is its approval, or the issue of its account.
    pub(crate) fn enter(
        &mut self,
        key: &str,
        mid: &str,
        new: &NewPayment,
        at: DateTime<Utc>,
    ) -> usize {
        let payment = new.payment(self.ids, key, mid, at);
        let (status, total) = (payment.status, payment.total.minor);
        let index = self.payments.len();
        self.by_key.insert(key.to_owned(), index);
        self.by_order
            .entry(new.order_id.clone())
            .or_default()
            .push(index);
        self.payments.push(payment);
        match status {
            Status::Done => self.append(index, RowKind::Approved { bounced: false }, total, at),
            Status::WaitingForDeposit => self.append(index, RowKind::Issued, 0, at),
            _ => {}
        }
        index
    }

    /// Confirms an attempt that the buyer has authenticated.
    pub(crate) fn confirm(&mut self, index: usize, at: DateTime<Utc>) {
        self.remember(index, at);
        let payment = &mut self.payments[index];
        payment.status = Status::Done;
        payment.approved_at = Some(at);
        let total = payment.total.minor;
        self.append(index, RowKind::Approved { bounced: false }, total, at);
    }

    /// The buyer pays into the account: the exact amount, in one transfer, before it is due.
    pub(crate) fn deposit(&mut self, index: usize, at: DateTime<Utc>) -> Result<(), Refusal> {
        let open = |account: &VirtualAccount| !account.deposited && at <= account.due;
        let payment = &self.payments[index];
        if payment.status != Status::WaitingForDeposit
            || !payment.account.as_ref().is_some_and(open)
        {
            return Err(Refusal::of("FORBIDDEN_REQUEST"));
        }
        self.remember(index, at);
        let payment = &mut self.payments[index];
        payment.status = Status::Done;
        payment.approved_at = Some(at);
        if let Some(account) = &mut payment.account {
            account.deposited = true;
        }
        let total = payment.total.minor;
        self.append(index, RowKind::Approved { bounced: false }, total, at);
        Ok(())
    }

    /// The deposit fails after all: the payment waits again, under a new transaction key.
    pub(crate) fn bounce(&mut self, index: usize, at: DateTime<Utc>) -> Result<(), Refusal> {
        let payment = &self.payments[index];
        if payment.status != Status::Done || !payment.is_deposited_account() {
            return Err(Refusal::of("FORBIDDEN_REQUEST"));
        }
        self.remember(index, at);
        let payment = &mut self.payments[index];
        payment.status = Status::WaitingForDeposit;
        payment.approved_at = None;
        if let Some(account) = &mut payment.account {
            account.deposited = false;
        }
        for row in self.rows.iter_mut().filter(|row| row.payment == index) {
            if row.kind == (RowKind::Approved { bounced: false }) {
                row.kind = RowKind::Approved { bounced: true };
            }
        }
        self.append(index, RowKind::Issued, 0, at);
        Ok(())
    }

    /// The account's time is up. Nothing is listed or told of it.
    pub(crate) fn expire(&mut self, index: usize, at: DateTime<Utc>) -> Result<(), Refusal> {
        let waiting = self.payments[index].status == Status::WaitingForDeposit;
        if !waiting {
            return Err(Refusal::of("FORBIDDEN_REQUEST"));
        }
        self.remember(index, at);
        if let Some(account) = &mut self.payments[index].account {
            account.due = account.due.min(at - Duration::seconds(1));
        }
        Ok(())
    }

    /// Cancels, and answers with the cancel's transaction key.
    pub(crate) fn cancel(
        &mut self,
        index: usize,
        order: &CancelOrder,
        at: DateTime<Utc>,
    ) -> Result<String, Refusal> {
        let amount = cancel::check(&self.payments[index], order, at)?;
        self.remember(index, at);
        let key = self.next_key(index);
        let payment = &mut self.payments[index];
        cancel::execute(payment, order, amount, key.clone(), at);
        let nth = payment.cancels.len() - 1;
        if payment.cancels[nth].status == CancelStatus::Done {
            self.append_cancel(index, nth, at);
        }
        Ok(key)
    }

    /// Ends an asynchronous cancel. Its row is listed from now on, or never when the wallet refused.
    pub(crate) fn finish_cancel(
        &mut self,
        index: usize,
        refused: bool,
        at: DateTime<Utc>,
    ) -> Result<usize, Refusal> {
        let nth = self.payments[index]
            .cancels
            .iter()
            .position(|cancel| cancel.status == CancelStatus::InProgress)
            .ok_or_else(|| Refusal::of("FORBIDDEN_REQUEST"))?;
        self.remember(index, at);
        if refused {
            cancel::take_back(&mut self.payments[index], nth);
        } else {
            self.payments[index].cancels[nth].status = CancelStatus::Done;
            self.append_cancel(index, nth, at);
        }
        Ok(nth)
    }

    fn append_cancel(&mut self, index: usize, nth: usize, at: DateTime<Utc>) {
        let cancel = &self.payments[index].cancels[nth];
        let (key, amount) = (cancel.transaction_key.clone(), cancel.amount);
        let kind = RowKind::Cancel {
            nth,
            moves_money: cancel.moves_money,
        };
        self.push_row(index, key, kind, amount, at);
    }

    fn append(&mut self, index: usize, kind: RowKind, amount: i64, at: DateTime<Utc>) {
        let key = self.next_key(index);
        self.payments[index].last_transaction_key = Some(key.clone());
        self.push_row(index, key, kind, amount, at);
    }

    fn push_row(
        &mut self,
        payment: usize,
        transaction_key: String,
        kind: RowKind,
        amount: i64,
        at: DateTime<Utc>,
    ) {
        let status = self.payments[payment].status;
        self.rows.push(Row {
            payment,
            transaction_key,
            kind,
            status,
            amount,
            at,
        });
    }

    fn next_key(&mut self, index: usize) -> String {
        let payment = &mut self.payments[index];
        payment.keys_used += 1;
        self.ids
            .transaction_key(&payment.payment_key, payment.keys_used)
    }

    fn remember(&mut self, index: usize, until: DateTime<Utc>) {
        self.former
            .push((index, until, self.payments[index].clone()));
    }
}
