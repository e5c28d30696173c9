//! Toss's JSON as Toss spells it. Every field stays the text that it is in the answer, so that numbers are read to the
//! last digit and a wrong type is reported by its field; fields that are not known are passed over.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A field's text; `None` when it is absent or null.
pub(super) type Field<'a> = Option<&'a RawValue>;

/// A payment. Versions up to 1.4 write `transactionKey` where later ones write `lastTransactionKey`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentWire<'a> {
    #[serde(borrow)]
    pub(super) version: Field<'a>,
    pub(super) m_id: Field<'a>,
    pub(super) payment_key: Field<'a>,
    pub(super) order_id: Field<'a>,
    pub(super) method: Field<'a>,
    pub(super) status: Field<'a>,
    pub(super) currency: Field<'a>,
    pub(super) total_amount: Field<'a>,
    pub(super) balance_amount: Field<'a>,
    pub(super) requested_at: Field<'a>,
    pub(super) approved_at: Field<'a>,
    pub(super) is_partial_cancelable: Field<'a>,
    pub(super) last_transaction_key: Field<'a>,
    pub(super) transaction_key: Field<'a>,
    pub(super) virtual_account: Field<'a>,
    pub(super) cancels: Field<'a>,
}

/// The part of a virtual account that matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VirtualAccountWire<'a> {
    #[serde(borrow)]
    pub(super) account_number: Field<'a>,
    pub(super) bank: Field<'a>,
    pub(super) bank_code: Field<'a>,
    pub(super) due_date: Field<'a>,
    pub(super) refund_status: Field<'a>,
}

/// An element of `cancels`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CancelWire<'a> {
    #[serde(borrow)]
    pub(super) transaction_key: Field<'a>,
    pub(super) cancel_amount: Field<'a>,
    pub(super) cancel_reason: Field<'a>,
    pub(super) canceled_at: Field<'a>,
    pub(super) refundable_amount: Field<'a>,
    pub(super) cancel_status: Field<'a>,
}

/// A row of the transactions list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransactionWire<'a> {
    #[serde(borrow)]
    pub(super) m_id: Field<'a>,
    pub(super) transaction_key: Field<'a>,
    pub(super) payment_key: Field<'a>,
    pub(super) order_id: Field<'a>,
    pub(super) method: Field<'a>,
    pub(super) status: Field<'a>,
    pub(super) transaction_at: Field<'a>,
    pub(super) currency: Field<'a>,
    pub(super) amount: Field<'a>,
}

/// A row of the settlements list. `fee` is in no table of Toss's documentation and in every row that Toss sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettlementWire<'a> {
    #[serde(borrow)]
    pub(super) m_id: Field<'a>,
    pub(super) payment_key: Field<'a>,
    pub(super) transaction_key: Field<'a>,
    pub(super) order_id: Field<'a>,
    pub(super) method: Field<'a>,
    pub(super) currency: Field<'a>,
    pub(super) amount: Field<'a>,
    pub(super) interest_fee: Field<'a>,
    pub(super) fee: Field<'a>,
    pub(super) supply_amount: Field<'a>,
    pub(super) vat: Field<'a>,
    pub(super) fees: Field<'a>,
    pub(super) pay_out_amount: Field<'a>,
    pub(super) approved_at: Field<'a>,
    pub(super) sold_date: Field<'a>,
    pub(super) paid_out_date: Field<'a>,
    pub(super) cancel: Field<'a>,
}

/// An element of `fees`: a fee, or in some versions its two parts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeeWire<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Field<'a>,
    pub(super) fee: Field<'a>,
    pub(super) supply_amount: Field<'a>,
    pub(super) vat: Field<'a>,
}
