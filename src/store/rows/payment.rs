//! Rows of `payments`, beside those of their cancels.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::payment;
use reconciliation::{
    Cancel, Money, Payment, PaymentKey, PaymentStatus, RefundStatus, TransactionKey, VirtualAccount,
};
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::before::Before;
use super::cancel::{CancelColumns, sort_cancels};
use super::columns::{Columns, Placed, placed};
use super::kinds::{method_kind, status_kind};
use super::{Row, instant, storable, to_millis};
use crate::store::rows::packed::{RowKeys, packed};
use crate::store::{AccountName, PaymentPlace, PaymentRecord, StoreError, StoredPayment};

/// What is needed to answer of a payment, as a row that is being read holds it.
struct PaymentColumns<'r> {
    payment_key: &'r str,
    mid: &'r str,
    account: &'r str,
    order_id: &'r str,
    method_label: Option<&'r str>,
    status: &'r str,
    currency: &'r str,
    total_amount: Option<i64>,
    balance_amount: Option<i64>,
    requested_at: Option<ChronoUnixTimestampMillis>,
    approved_at: Option<ChronoUnixTimestampMillis>,
    is_partial_cancelable: Option<bool>,
    last_transaction_key: Option<&'r str>,
    read_at: ChronoUnixTimestampMillis,
    rows_only: bool,
    outdated: bool,
    virtual_account_bank: Option<&'r str>,
    virtual_account_masked_number: Option<&'r str>,
    virtual_account_due_at: Option<ChronoUnixTimestampMillis>,
    refund_status: Option<&'r str>,
}

placed!(
    PaymentColumns<'r>,
    payment_key,
    mid,
    account,
    order_id,
    method_label,
    status,
    currency,
    total_amount,
    balance_amount,
    requested_at,
    approved_at,
    is_partial_cancelable,
    last_transaction_key,
    read_at,
    rows_only,
    outdated,
    virtual_account_bank,
    virtual_account_masked_number,
    virtual_account_due_at,
    refund_status
);

/// A payment with its place in lists, beside one of its cancels.
pub(in crate::store) struct BegunPayment {
    /// Without its cancels.
    pub(in crate::store) payment: StoredPayment,
    pub(in crate::store) began_at: DateTime<Utc>,
    /// `None` when it has none.
    pub(in crate::store) cancel: Option<Cancel>,
}

impl Placed for BegunPayment {
    const FROM: &'static str =
        "payments LEFT JOIN cancels ON cancels.payment_key = payments.payment_key";

    fn columns() -> String {
        format!(
            "{}, payments.began_at, cancels.transaction_key, {}",
            PaymentColumns::columns("payments"),
            CancelColumns::columns("cancels")
        )
    }

    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError> {
        let payment = PaymentColumns::take(columns)?.stored_payment(before)?;
        let began_at: ChronoUnixTimestampMillis = columns.next()?;
        let has_cancel = columns.next::<Option<&str>>()?.is_some();
        let cancel = if has_cancel {
            let Payment {
                currency,
                payment_key,
                ..
            } = &payment.payment;
            Some(CancelColumns::take(columns)?.cancel(*currency, payment_key)?)
        } else {
            None
        };
        Ok(Self {
            payment,
            began_at: began_at.0,
            cancel,
        })
    }
}

impl BegunPayment {
    /// Takes the row into payments that are being put together: a payment with several cancels has as many rows.
    pub(in crate::store) fn join(self, payments: &mut HashMap<PaymentKey, StoredPayment>) {
        let key = self.payment.payment.payment_key.clone();
        let stored = payments.entry(key).or_insert(self.payment);
        if let Some(cancel) = self.cancel {
            stored.cancels.push(cancel);
            sort_cancels(&mut stored.cancels);
        }
    }
}

impl Placed for PaymentPlace {
    const FROM: &'static str = "payments";

    fn columns() -> String {
        "began_at, payment_key".to_owned()
    }

    fn take<'r>(columns: &mut impl Columns<'r>, _: &mut Before) -> Result<Self, StoreError> {
        let began_at: ChronoUnixTimestampMillis = columns.next()?;
        let key: &str = columns.next()?;
        let row = Row {
            table: "payments",
            key,
        };
        Ok(Self {
            began_at: began_at.0,
            payment_key: row.read("payment_key", PaymentKey::parse(key))?,
        })
    }
}

/// What of a payment changes with whatever is written of it or of its rows: the version of its books, and what a row that is
/// listed again may change without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct PaymentStamp {
    books_version: i64,
    read_at: ChronoUnixTimestampMillis,
    outdated: bool,
}

impl PaymentStamp {
    /// Its columns, where verdicts stand beside payments.
    const COLUMNS: &str = "verdicts.books_version, payments.read_at, payments.outdated";

    /// `None` where nobody counts what is written of it.
    fn take<'r>(columns: &mut impl Columns<'r>) -> Result<Option<Self>, StoreError> {
        let books_version: Option<i64> = columns.next()?;
        let (read_at, outdated) = (columns.next()?, columns.next()?);
        Ok(books_version.map(|books_version| Self {
            books_version,
            read_at,
            outdated,
        }))
    }
}

/// The stamp of a payment, with its key.
pub(in crate::store) struct StampOf(
    pub(in crate::store) String,
    pub(in crate::store) Option<PaymentStamp>,
);

impl Placed for StampOf {
    const FROM: &'static str =
        "payments LEFT JOIN verdicts ON verdicts.subject = payments.payment_key";

    fn columns() -> String {
        format!("payments.payment_key, {}", PaymentStamp::COLUMNS)
    }

    fn take<'r>(columns: &mut impl Columns<'r>, _: &mut Before) -> Result<Self, StoreError> {
        Ok(Self(columns.next()?, PaymentStamp::take(columns)?))
    }
}

/// A payment beside one of its cancels, with its stamp.
pub(in crate::store) struct StampedPayment(
    pub(in crate::store) BegunPayment,
    pub(in crate::store) Option<PaymentStamp>,
);

impl Placed for StampedPayment {
    const FROM: &'static str =
        "payments LEFT JOIN verdicts ON verdicts.subject = payments.payment_key
        LEFT JOIN cancels ON cancels.payment_key = payments.payment_key";

    fn columns() -> String {
        format!("{}, {}", PaymentStamp::COLUMNS, BegunPayment::columns())
    }

    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError> {
        let stamp = PaymentStamp::take(columns)?;
        Ok(Self(BegunPayment::take(columns, before)?, stamp))
    }
}

impl PaymentColumns<'_> {
    /// What is kept of the virtual account; `None` when nothing is.
    fn virtual_account(&self) -> Option<VirtualAccount> {
        let account = VirtualAccount {
            bank: self.virtual_account_bank.map(str::to_owned),
            masked_account_number: self.virtual_account_masked_number.map(str::to_owned),
            due_at: instant(self.virtual_account_due_at),
            refund_status: self.refund_status.map(RefundStatus::from_toss),
        };
        (account != VirtualAccount::default()).then_some(account)
    }

    /// The payment without its cancels.
    fn stored_payment(self, before: &mut Before) -> Result<StoredPayment, StoreError> {
        let row = Row {
            table: "payments",
            key: self.payment_key,
        };
        let currency = row.read("currency", before.currency(self.currency))?;
        let money = |minor| Money::from_minor(minor, currency);
        let payment = Payment {
            mid: row.read("mid", before.mid(self.mid))?,
            payment_key: row.read("payment_key", before.payment_key(self.payment_key))?,
            order_id: row.read("order_id", before.order_id(self.order_id))?,
            method_label: self.method_label.map(str::to_owned),
            status: PaymentStatus::from_toss(self.status),
            currency,
            total_amount: self.total_amount.map(money),
            balance_amount: self.balance_amount.map(money),
            requested_at: instant(self.requested_at),
            approved_at: instant(self.approved_at),
            is_partial_cancelable: self.is_partial_cancelable,
            last_transaction_key: row.read_some(
                "last_transaction_key",
                self.last_transaction_key,
                TransactionKey::parse,
            )?,
            virtual_account: self.virtual_account(),
        };
        Ok(StoredPayment {
            payment,
            cancels: Vec::new(),
            account: before.account(self.account),
            read_at: self.read_at.0,
            from_rows: self.rows_only,
            outdated: self.outdated,
        })
    }
}

/// The row of a payment.
pub(in crate::store) fn payment_model(
    record: &PaymentRecord<'_>,
    account_name: &AccountName,
    read_at: DateTime<Utc>,
) -> Result<payment::Model, StoreError> {
    let payment = record.payment;
    let row = Row {
        table: "payments",
        key: payment.payment_key.as_str(),
    };
    let currency = payment.currency;
    let account = payment.virtual_account.as_ref();
    Ok(payment::Model {
        payment_key: payment.payment_key.to_string(),
        mid: payment.mid.to_string(),
        account: account_name.to_string(),
        order_id: payment.order_id.to_string(),
        method_label: payment.method_label.as_deref().map(storable),
        status: storable(payment.status.as_str()),
        currency: currency.code().to_owned(),
        total_amount: row.minor_some("total_amount", payment.total_amount, currency)?,
        balance_amount: row.minor_some("balance_amount", payment.balance_amount, currency)?,
        requested_at: payment.requested_at.map(Into::into),
        approved_at: payment.approved_at.map(Into::into),
        is_partial_cancelable: payment.is_partial_cancelable,
        last_transaction_key: payment
            .last_transaction_key
            .as_ref()
            .map(ToString::to_string),
        version: record.version.map(storable),
        raw: Some(packed(
            &storable(record.raw),
            RowKeys {
                payment_key: Some(payment.payment_key.as_str()),
                transaction_key: None,
                order_id: payment.order_id.as_str(),
                mid: payment.mid.as_str(),
            },
        )),
        read_at: read_at.into(),
        rows_only: false,
        outdated: false,
        began_at: payment
            .requested_at
            .or(payment.approved_at)
            .unwrap_or(read_at)
            .into(),
        newest_row_at: None,
        status_kind: status_kind(&payment.status).to_owned(),
        method_kind: method_kind(payment.method().as_ref()).to_owned(),
        virtual_account_bank: account.and_then(|of| of.bank.as_deref()).map(storable),
        virtual_account_masked_number: account
            .and_then(|of| of.masked_account_number.as_deref())
            .map(storable),
        virtual_account_due_at: account.and_then(|of| of.due_at).map(Into::into),
        refund_status: account
            .and_then(|of| of.refund_status.as_ref())
            .map(|status| storable(status.as_str())),
        order_name: record.found_by.order_name.map(storable),
        approval_number: record.found_by.approval_number.map(storable),
    })
}

/// Whether a payment's own answer says what an earlier one said. Not when a row came after that one: then it is this
/// answer that says it of the payment with the row.
pub(in crate::store) fn says_the_same(old: &payment::Model, new: &payment::Model) -> bool {
    let told = |row: &payment::Model| payment::Model {
        requested_at: row.requested_at.map(|at| to_millis(at.0).into()),
        approved_at: row.approved_at.map(|at| to_millis(at.0).into()),
        virtual_account_due_at: row.virtual_account_due_at.map(|at| to_millis(at.0).into()),
        version: None,
        raw: None,
        read_at: DateTime::UNIX_EPOCH.into(),
        outdated: false,
        began_at: DateTime::UNIX_EPOCH.into(),
        newest_row_at: None,
        ..row.clone()
    };
    let has_later_rows = old.newest_row_at.is_some_and(|at| at.0 >= old.read_at.0);
    !old.outdated && !has_later_rows && told(old) == told(new)
}
