//! From Toss's JSON to the engine's values, or the field and the reason why not. What is absent stays absent; a word
//! that is not known survives.

use reconciliation::{
    Cancel, CancelStatus, FeeLine, KstDate, MId, OrderId, Payment, PaymentKey, PaymentStatus,
    RefundStatus, Settlement, Transaction, TransactionKey, UnreadableRow, VirtualAccount,
    mask_account_number,
};
use serde_json::value::RawValue;

use super::field::{Amounts, Place};
use super::wire::{
    CancelWire, FeeWire, Field, PaymentWire, SettlementWire, TransactionWire, VirtualAccountWire,
};
use super::{AccountNumber, MusdAmounts, PaymentReading, RawBody, Reading, RowsRead, Unreadable};

/// Reads the answer of a payment's call or of a cancel.
///
/// # Errors
/// [`Unreadable`] with the field at fault.
pub fn read_payment(json: &str, musd: MusdAmounts) -> Result<PaymentReading, Unreadable> {
    let place = Place::default();
    let wire: PaymentWire<'_> = place.shape("", json, "a payment")?;
    let currency = place.currency("currency", wire.currency)?;
    let amounts = Amounts { currency, musd };
    let mid = place.id("mId", wire.m_id, MId::parse)?;
    let payment_key = place.id("paymentKey", wire.payment_key, PaymentKey::parse)?;
    let order_id = place.id("orderId", wire.order_id, OrderId::parse)?;
    let status = place.text("status", wire.status)?;
    let last = place.id(
        "lastTransactionKey",
        wire.last_transaction_key,
        TransactionKey::parse,
    )?;
    let legacy = place.id(
        "transactionKey",
        wire.transaction_key,
        TransactionKey::parse,
    )?;
    let payment = Payment {
        mid: place.required("mId", mid)?,
        payment_key: place.required("paymentKey", payment_key)?,
        order_id: place.required("orderId", order_id)?,
        method_label: place.text("method", wire.method)?,
        status: PaymentStatus::from_toss(&place.required("status", status)?),
        currency,
        total_amount: place.money("totalAmount", wire.total_amount, amounts)?,
        balance_amount: place.money("balanceAmount", wire.balance_amount, amounts)?,
        requested_at: place.instant("requestedAt", wire.requested_at)?,
        approved_at: place.instant("approvedAt", wire.approved_at)?,
        is_partial_cancelable: place.boolean("isPartialCancelable", wire.is_partial_cancelable)?,
        last_transaction_key: last.or_else(|| legacy.clone()),
        virtual_account: read_virtual_account(place, wire.virtual_account)?,
    };
    let last_cancel = LastCancel {
        key: legacy,
        is_cancel: payment.status.is_cancel(),
    };
    Ok(PaymentReading {
        cancels: read_cancels(place, wire.cancels, amounts, last_cancel)?,
        payment,
        account_number: read_account_number(place, wire.virtual_account)?,
        version: place.text("version", wire.version)?,
        raw: RawBody::new(json),
    })
}

/// Reads a part of the transactions list; its first row stands at `first_position` of the whole listing.
///
/// # Errors
/// [`Unreadable`] with the first row and field at fault.
pub fn read_transactions(
    json: &str,
    first_position: u32,
    musd: MusdAmounts,
) -> Result<Vec<Reading<Transaction>>, Unreadable> {
    read_rows(json, |place, row, index| {
        read_transaction(place, row, position(first_position, index), musd)
    })
}

/// As [`read_transactions`], with the rows that cannot be read beside those that can.
///
/// # Errors
/// [`Unreadable`] when it is no list.
pub fn read_transaction_rows(
    json: &str,
    first_position: u32,
    musd: MusdAmounts,
) -> Result<RowsRead<Transaction>, Unreadable> {
    read_each(json, unreadable_transaction, |place, row, index| {
        read_transaction(place, row, position(first_position, index), musd)
    })
}

fn position(first: u32, index: usize) -> u32 {
    u32::try_from(index)
        .unwrap_or(u32::MAX)
        .saturating_add(first)
}

fn read_transaction(
    place: Place,
    row: &str,
    listed_position: u32,
    musd: MusdAmounts,
) -> Result<Transaction, Unreadable> {
    let wire: TransactionWire<'_> = place.shape("", row, "a transaction")?;
    let currency = place.currency("currency", wire.currency)?;
    let mid = place.id("mId", wire.m_id, MId::parse)?;
    let key = place.id(
        "transactionKey",
        wire.transaction_key,
        TransactionKey::parse,
    )?;
    let payment_key = place.id("paymentKey", wire.payment_key, PaymentKey::parse)?;
    let order_id = place.id("orderId", wire.order_id, OrderId::parse)?;
    let status = place.text("status", wire.status)?;
    let transaction_at = place.instant("transactionAt", wire.transaction_at)?;
    let amount = place.money("amount", wire.amount, Amounts { currency, musd })?;
    Ok(Transaction {
        mid: place.required("mId", mid)?,
        transaction_key: place.required("transactionKey", key)?,
        payment_key: place.required("paymentKey", payment_key)?,
        order_id: place.required("orderId", order_id)?,
        method_label: place.text("method", wire.method)?,
        status: PaymentStatus::from_toss(&place.required("status", status)?),
        transaction_at: place.required("transactionAt", transaction_at)?,
        amount: place.required("amount", amount)?,
        listed_position,
    })
}

/// Reads a part of the settlements list.
///
/// # Errors
/// [`Unreadable`] with the first row and field at fault.
pub fn read_settlements(
    json: &str,
    musd: MusdAmounts,
) -> Result<Vec<Reading<Settlement>>, Unreadable> {
    read_rows(json, |place, row, _| read_settlement(place, row, musd))
}

/// As [`read_settlements`], with the rows that cannot be read beside those that can.
///
/// # Errors
/// [`Unreadable`] when it is no list.
pub fn read_settlement_rows(
    json: &str,
    musd: MusdAmounts,
) -> Result<RowsRead<Settlement>, Unreadable> {
    read_each(json, unreadable_settlement, |place, row, _| {
        read_settlement(place, row, musd)
    })
}

fn read_settlement(place: Place, row: &str, musd: MusdAmounts) -> Result<Settlement, Unreadable> {
    let wire: SettlementWire<'_> = place.shape("", row, "a settlement")?;
    let currency = place.currency("currency", wire.currency)?;
    let amounts = Amounts { currency, musd };
    let mid = place.id("mId", wire.m_id, MId::parse)?;
    let order_id = place.id("orderId", wire.order_id, OrderId::parse)?;
    let amount = place.money("amount", wire.amount, amounts)?;
    let amount = place.required("amount", amount)?;
    let pay_out_amount = place.money("payOutAmount", wire.pay_out_amount, amounts)?;
    let sold_date = place.day("soldDate", wire.sold_date)?;
    let paid_out_date = place.day("paidOutDate", wire.paid_out_date)?;
    Ok(Settlement {
        mid: place.required("mId", mid)?,
        payment_key: place.id("paymentKey", wire.payment_key, PaymentKey::parse)?,
        transaction_key: place.id(
            "transactionKey",
            wire.transaction_key,
            TransactionKey::parse,
        )?,
        order_id: place.required("orderId", order_id)?,
        method_label: place.text("method", wire.method)?,
        kind: Settlement::kind_of(amount, wire.cancel.is_some()),
        amount,
        interest_fee: place.money("interestFee", wire.interest_fee, amounts)?,
        fee: place.money("fee", wire.fee, amounts)?,
        supply_amount: place.money("supplyAmount", wire.supply_amount, amounts)?,
        vat: place.money("vat", wire.vat, amounts)?,
        fees: read_fees(place, wire.fees, amounts)?,
        pay_out_amount: place.required("payOutAmount", pay_out_amount)?,
        approved_at: place.instant("approvedAt", wire.approved_at)?,
        sold_date: place.required("soldDate", sold_date)?,
        paid_out_date: place.required("paidOutDate", paid_out_date)?,
    }
    .in_its_direction())
}

/// How many rows a part of a list has, without reading them.
pub(super) fn count_rows(json: &str) -> Result<usize, Unreadable> {
    Ok(texts_of_rows(json)?.len())
}

/// As [`count_rows`], with the key of the last row of a part of the transactions list that has one which can be read.
pub(super) fn skim_transactions(json: &str) -> Result<(usize, Option<TransactionKey>), Unreadable> {
    let rows = texts_of_rows(json)?;
    let place = Place::default();
    let last = rows.iter().rev().find_map(|row| {
        let wire: TransactionWire<'_> = place.shape("", row.get(), "a transaction").ok()?;
        place
            .id(
                "transactionKey",
                wire.transaction_key,
                TransactionKey::parse,
            )
            .ok()?
    });
    Ok((rows.len(), last))
}

/// Refuses an answer about another payment than the one that was asked for.
pub(super) fn is_of_payment(reading: &PaymentReading, key: &PaymentKey) -> Result<(), Unreadable> {
    if &reading.payment.payment_key == key {
        return Ok(());
    }
    Err(Place::default().refuse("paymentKey", "is that of another payment"))
}

/// Refuses an answer about another order than the one that was asked for.
pub(super) fn is_of_order(reading: &PaymentReading, order: &OrderId) -> Result<(), Unreadable> {
    if &reading.payment.order_id == order {
        return Ok(());
    }
    Err(Place::default().refuse("orderId", "is that of another order"))
}

fn texts_of_rows(json: &str) -> Result<Vec<&RawValue>, Unreadable> {
    Place::default().shape("", json, "a list")
}

fn read_rows<T>(
    json: &str,
    read: impl Fn(Place, &str, usize) -> Result<T, Unreadable>,
) -> Result<Vec<Reading<T>>, Unreadable> {
    texts_of_rows(json)?
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            let place = Place {
                row: Some(index),
                element: None,
            };
            Ok(Reading {
                value: read(place, row.get(), index)?,
                raw: RawBody::new(row.get()),
            })
        })
        .collect()
}

/// Reads row by row; of one that cannot be read, what can.
fn read_each<T>(
    json: &str,
    salvage: impl Fn(&str, &Unreadable) -> UnreadableRow,
    read: impl Fn(Place, &str, usize) -> Result<T, Unreadable>,
) -> Result<RowsRead<T>, Unreadable> {
    let texts = texts_of_rows(json)?;
    let mut read_rows = RowsRead {
        rows: Vec::with_capacity(texts.len()),
        unreadable: Vec::new(),
    };
    for (index, row) in texts.into_iter().enumerate() {
        let raw = RawBody::new(row.get());
        match read(Place::default(), row.get(), index) {
            Ok(value) => read_rows.rows.push(Reading { value, raw }),
            Err(reason) => read_rows.unreadable.push(Reading {
                value: salvage(row.get(), &reason),
                raw,
            }),
        }
    }
    Ok(read_rows)
}

fn unreadable_transaction(row: &str, reason: &Unreadable) -> UnreadableRow {
    let place = Place::default();
    let none = || unreadable_row(reason, [None; 4], None);
    let Ok(wire) = place.shape::<TransactionWire<'_>>("", row, "a transaction") else {
        return none();
    };
    let at = place.instant("transactionAt", wire.transaction_at);
    let ids = [
        wire.m_id,
        wire.payment_key,
        wire.transaction_key,
        wire.order_id,
    ];
    unreadable_row(reason, ids, at.ok().flatten().map(KstDate::of))
}

fn unreadable_settlement(row: &str, reason: &Unreadable) -> UnreadableRow {
    let place = Place::default();
    let none = || unreadable_row(reason, [None; 4], None);
    let Ok(wire) = place.shape::<SettlementWire<'_>>("", row, "a settlement") else {
        return none();
    };
    let day = place.day("soldDate", wire.sold_date);
    let ids = [
        wire.m_id,
        wire.payment_key,
        wire.transaction_key,
        wire.order_id,
    ];
    unreadable_row(reason, ids, day.ok().flatten())
}

/// What is left of a row: those of merchant, payment, transaction and order that can be read.
fn unreadable_row(
    reason: &Unreadable,
    [mid, payment_key, transaction_key, order_id]: [Field<'_>; 4],
    day: Option<KstDate>,
) -> UnreadableRow {
    let place = Place::default();
    UnreadableRow {
        mid: place.id("mId", mid, MId::parse).ok().flatten(),
        payment_key: place
            .id("paymentKey", payment_key, PaymentKey::parse)
            .ok()
            .flatten(),
        transaction_key: place
            .id("transactionKey", transaction_key, TransactionKey::parse)
            .ok()
            .flatten(),
        order_id: place.id("orderId", order_id, OrderId::parse).ok().flatten(),
        day,
        field: if reason.is_of_the_whole() {
            "the row".to_owned()
        } else {
            reason.path.clone()
        },
        reason: reason.reason.clone(),
    }
}

/// Which key the newest cancel has where cancels have none of their own.
struct LastCancel {
    /// The payment's `transactionKey`, which versions up to 1.4 have.
    key: Option<TransactionKey>,
    is_cancel: bool,
}

fn read_cancels(
    place: Place,
    field: Field<'_>,
    amounts: Amounts,
    named: LastCancel,
) -> Result<Vec<Cancel>, Unreadable> {
    let Some(list) = field else {
        return Ok(Vec::new());
    };
    let elements: Vec<&RawValue> = place.shape("cancels", list.get(), "a list")?;
    let mut cancels = elements
        .into_iter()
        .enumerate()
        .map(|(index, element)| {
            let place = Place {
                element: Some(("cancels", index)),
                ..place
            };
            read_cancel(place, element.get(), amounts)
        })
        .collect::<Result<Vec<Cancel>, Unreadable>>()?;
    name_last(&mut cancels, named);
    Ok(cancels)
}

fn read_cancel(place: Place, json: &str, amounts: Amounts) -> Result<Cancel, Unreadable> {
    let wire: CancelWire<'_> = place.shape("", json, "a cancel")?;
    let amount = place.money("cancelAmount", wire.cancel_amount, amounts)?;
    let canceled_at = place.instant("canceledAt", wire.canceled_at)?;
    let status = place.text("cancelStatus", wire.cancel_status)?;
    // Versions without the field knew no cancel that was not done at once.
    let status = status.map_or(CancelStatus::Done, |word| CancelStatus::from_toss(&word));
    Ok(Cancel {
        transaction_key: place.id(
            "transactionKey",
            wire.transaction_key,
            TransactionKey::parse,
        )?,
        amount: place.required("cancelAmount", amount)?,
        reason: place.text("cancelReason", wire.cancel_reason)?,
        canceled_at: match status {
            CancelStatus::Done => Some(place.required("canceledAt", canceled_at)?),
            _ => canceled_at,
        },
        refundable_amount: place.money("refundableAmount", wire.refundable_amount, amounts)?,
        status,
    })
}

/// Where the payment's last transaction is a cancel, and the last of its cancels has no key and is the newest, that is the
/// one which the payment's own key names.
fn name_last(cancels: &mut [Cancel], last: LastCancel) {
    let is_known = cancels
        .iter()
        .any(|cancel| cancel.transaction_key == last.key);
    let Some((newest, before)) = cancels.split_last_mut() else {
        return;
    };
    let is_newest = before
        .iter()
        .all(|cancel| cancel.canceled_at < newest.canceled_at);
    if last.is_cancel
        && is_newest
        && newest.status == CancelStatus::Done
        && newest.transaction_key.is_none()
        && (last.key.is_none() || !is_known)
    {
        newest.transaction_key = last.key;
    }
}

fn read_account_number(
    place: Place,
    field: Field<'_>,
) -> Result<Option<AccountNumber>, Unreadable> {
    let Some(account) = field else {
        return Ok(None);
    };
    let wire: VirtualAccountWire<'_> = place.shape("virtualAccount", account.get(), "an object")?;
    let number = place.text("virtualAccount.accountNumber", wire.account_number)?;
    Ok(number
        .filter(|number| !number.is_empty())
        .map(AccountNumber::new))
}

/// What only informs about a virtual account: a part that is not what it should be is as good as absent.
fn read_virtual_account(
    place: Place,
    field: Field<'_>,
) -> Result<Option<VirtualAccount>, Unreadable> {
    let Some(account) = field else {
        return Ok(None);
    };
    let wire: VirtualAccountWire<'_> = place.shape("virtualAccount", account.get(), "an object")?;
    let text = |name, field| {
        let text = place.text(name, field).ok().flatten();
        text.filter(|text| !text.is_empty())
    };
    let bank = text("virtualAccount.bankCode", wire.bank_code);
    Ok(Some(VirtualAccount {
        bank: bank.or_else(|| text("virtualAccount.bank", wire.bank)),
        masked_account_number: text("virtualAccount.accountNumber", wire.account_number)
            .map(|number| mask_account_number(&number)),
        due_at: place
            .instant("virtualAccount.dueDate", wire.due_date)
            .ok()
            .flatten(),
        refund_status: text("virtualAccount.refundStatus", wire.refund_status)
            .map(|word| RefundStatus::from_toss(&word)),
    }))
}

fn read_fees(
    place: Place,
    field: Field<'_>,
    amounts: Amounts,
) -> Result<Option<Vec<FeeLine>>, Unreadable> {
    let Some(list) = field else {
        return Ok(None);
    };
    let elements: Vec<&RawValue> = place.shape("fees", list.get(), "a list")?;
    elements
        .into_iter()
        .enumerate()
        .map(|(index, element)| {
            let place = Place {
                element: Some(("fees", index)),
                ..place
            };
            let wire: FeeWire<'_> = place.shape("", element.get(), "a fee")?;
            let kind = place.text("type", wire.kind)?;
            let supply = place.money("supplyAmount", wire.supply_amount, amounts)?;
            let vat = place.money("vat", wire.vat, amounts)?;
            let of_parts = match (supply, vat) {
                (Some(supply), Some(vat)) => supply.plus(vat).ok(),
                _ => None,
            };
            let fee = place.money("fee", wire.fee, amounts)?.or(of_parts);
            Ok(FeeLine {
                kind: place.required("type", kind)?,
                fee: place.required("fee", fee)?,
            })
        })
        .collect::<Result<Vec<FeeLine>, Unreadable>>()
        .map(Some)
}
