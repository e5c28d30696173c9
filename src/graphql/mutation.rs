//! The root fields that cancel. What goes wrong with a cancel is data; an error is only what kept it from being asked
//! for.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use reconciliation::{CancelIntent, PaymentKey, RefundAccount, TransactionKey};

use super::cancel_request::{CancelError, CancelRequest};
use super::desk::{
    self, AcknowledgeDiscrepanciesInput, AssignDiscrepanciesInput, DiscrepanciesPayload,
    NoteDiscrepanciesInput, ReopenDiscrepanciesInput,
};
use super::error::ApiError;
use super::guard::require;
use super::money::{Money, MoneyInput};
use super::node_id::NodeId;
use super::payment::Payment;
use super::period_closing::{self, ClosePeriodInput, PeriodPayload, ReopenPeriodInput};
use super::scoped::Scoped;
use super::sync_request::{self, RequestSyncInput, RequestSyncPayload};
use super::tokens::{self, CreateTokenInput, CreateTokenPayload, Token};
use crate::access::{Principal, Role};
use crate::cancel::{self, Admin, CancelCommand, CancelOutcome, Finding};

/// The root of every mutation.
pub struct Mutation;

/// What can be changed. Every field needs an access token with the role `ADMIN`; for the desk and for
/// `requestSync` `ACCOUNTANT` is enough.
#[Object]
impl Mutation {
    /// Cancels a payment, whole or in part. Needs the role `ADMIN`.
    ///
    /// Make a new `idempotencyKey` for each thing that a person means to do, keep it, and send it again with the same
    /// input for as long as you do not know the outcome: the answer is then that of the first time, and money never
    /// goes back twice. A request above the merchant's threshold is recorded as `AWAITING_APPROVAL` with an error
    /// `APPROVAL_REQUIRED`, and sent when another admin calls `approveCancelRequest`. The server waits some 10 seconds for the outcome; if it is not known by then, `request.status`
    /// is `UNKNOWN` and `error.advice` is `WAIT`: read `Query.cancelRequest` again later. The cancel goes on when the
    /// client goes away.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn cancel_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to cancel, and under which conditions.")] input: CancelPaymentInput,
        #[graphql(
            default,
            desc = "Makes every check and says in `preview` what would be sent, and sends and records nothing."
        )]
        dry_run: bool,
    ) -> Result<CancelPaymentPayload, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        let payment_key = PaymentKey::parse(&input.payment_key)
            .map_err(|error| ApiError::bad_user_input(format!("input.paymentKey: {error}")))?;
        let order = match input.into_order(payment_key) {
            Ok(order) => order,
            Err(error) => return Ok(CancelPaymentPayload::refused(error)),
        };
        let cancelling = Scoped::of(ctx)?;
        let outcome = cancelling.cancel(&admin_of(admin), order, dry_run).await?;
        Ok(outcome.into())
    }

    /// Approves a request that is `AWAITING_APPROVAL`, and has it carried out. Needs the role `ADMIN`; whoever asked for the
    /// cancel cannot approve it. The payment is read and checked again: when its balance is not what it was, nothing is
    /// sent. Approving again with the same token gives the same answer. Null when there is no such request.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn approve_cancel_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `id` of a CancelRequest.")] id: ID,
    ) -> Result<Option<CancelPaymentPayload>, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        let id = NodeId::cancel_request(&id)?;
        let approved = Scoped::of(ctx)?.approve(&admin_of(admin), &id).await?;
        Ok(approved.map(CancelPaymentPayload::from))
    }

    /// Ends a request that is `AWAITING_APPROVAL` without sending anything: it is `REJECTED` with the code `WITHDRAWN`.
    /// Needs the role `ADMIN`; the requester may do so and any other admin. Null when there is no such request.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn withdraw_cancel_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `id` of a CancelRequest.")] id: ID,
    ) -> Result<Option<CancelPaymentPayload>, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        let id = NodeId::cancel_request(&id)?;
        let withdrawn = Scoped::of(ctx)?.withdraw(&admin_of(admin), &id).await?;
        Ok(withdrawn.map(CancelPaymentPayload::from))
    }

    /// Ends a request that is `NEEDS_OPERATOR`, by what you found out in Toss's console. Needs the role `ADMIN`. Your
    /// name and the note are kept with it. Null when there is no such request.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn resolve_cancel_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `id` of a CancelRequest.")] id: ID,
        #[graphql(desc = "What you found out.")] outcome: CancelFinding,
        #[graphql(desc = "What that rests on, 1 to 500 characters. No names or account numbers.")]
        note: String,
        #[graphql(
            desc = "Which of the payment's cancels it was. Needed only where several could be."
        )]
        transaction_key: Option<String>,
    ) -> Result<Option<CancelPaymentPayload>, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        let id = NodeId::cancel_request(&id)?;
        let transaction_key = transaction_key
            .map(|key| TransactionKey::parse(&key))
            .transpose()
            .map_err(|error| ApiError::bad_user_input(format!("transactionKey: {error}")))?;
        let finding = Finding {
            executed: outcome == CancelFinding::Executed,
            transaction_key,
            note,
        };
        let decided = Scoped::of(ctx)?
            .decide(&admin_of(admin), &id, finding)
            .await?;
        Ok(decided.map(CancelPaymentPayload::from))
    }

    /// Makes a request that is `UNKNOWN` one that is `NEEDS_OPERATOR`, so that whoever can find out what Toss does not tell may
    /// end it with `resolveCancelRequest`. Possible from 60 seconds after it was asked for; before that the answer is the
    /// error `TOO_YOUNG` with the advice `WAIT`. Should Toss still answer, its answer counts. Needs the role `ADMIN`. Null when
    /// there is no such request.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn take_over_cancel_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `id` of a CancelRequest.")] id: ID,
    ) -> Result<Option<CancelPaymentPayload>, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        let id = NodeId::cancel_request(&id)?;
        let taken = Scoped::of(ctx)?.take_over(&admin_of(admin), &id).await?;
        Ok(taken.map(CancelPaymentPayload::from))
    }

    /// Has days of Toss's lists read again, soon and once, whoever asks how often: before the server's own readings, and behind
    /// cancels and what people wait for. Days that are read again by themselves need no asking. Needs the role `ACCOUNTANT` or `ADMIN`.
    async fn request_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which days, and of which lists.")] input: RequestSyncInput,
    ) -> Result<RequestSyncPayload, ApiError> {
        require(ctx, Role::Accountant)?;
        sync_request::request(ctx, input).await
    }

    /// Leaves discrepancies as they are, with a note: they are `ACKNOWLEDGED` until their evidence changes or the day comes that
    /// is given. All of them or none. Needs the role `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::node::MOST_AT_ONCE / 10 * child_complexity + 1")]
    async fn acknowledge_discrepancies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, why, and until when.")] input: AcknowledgeDiscrepanciesInput,
    ) -> Result<DiscrepanciesPayload, ApiError> {
        require(ctx, Role::Accountant)?;
        desk::step(ctx, input).await
    }

    /// Gives discrepancies to somebody, or to nobody. All of them or none. Needs the role `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::node::MOST_AT_ONCE / 10 * child_complexity + 1")]
    async fn assign_discrepancies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to whom.")] input: AssignDiscrepanciesInput,
    ) -> Result<DiscrepanciesPayload, ApiError> {
        require(ctx, Role::Accountant)?;
        desk::step(ctx, input).await
    }

    /// Writes something down about discrepancies. Needs the role `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::node::MOST_AT_ONCE / 10 * child_complexity + 1")]
    async fn note_discrepancies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: NoteDiscrepanciesInput,
    ) -> Result<DiscrepanciesPayload, ApiError> {
        require(ctx, Role::Accountant)?;
        desk::step(ctx, input).await
    }

    /// Takes acknowledgements back: they are `OPEN` again. All of them or none. Needs the role `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::node::MOST_AT_ONCE / 10 * child_complexity + 1")]
    async fn reopen_discrepancies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReopenDiscrepanciesInput,
    ) -> Result<DiscrepanciesPayload, ApiError> {
        require(ctx, Role::Accountant)?;
        desk::step(ctx, input).await
    }

    /// Closes the books of a period: its sums by `EVENT` and the digests of its report are kept as they are, and what changes
    /// later is told in `changes`. Every day must have been read completely. The report of a busy month takes a while; it goes
    /// on when the answer is no longer waited for, and `periods` tells of it. Needs the role `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn close_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which days of which merchant.")] input: ClosePeriodInput,
    ) -> Result<PeriodPayload, ApiError> {
        let principal = require(ctx, Role::Accountant)?;
        period_closing::close(ctx, principal, input).await
    }

    /// Reopens a period: its days may be closed again, as another period. What it was closed with stays. Needs the role
    /// `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn reopen_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReopenPeriodInput,
    ) -> Result<PeriodPayload, ApiError> {
        let principal = require(ctx, Role::Accountant)?;
        period_closing::reopen(ctx, principal, input).await
    }

    /// Makes an access token. Needs the role `ADMIN`. What is wrong with the input is data.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to make.")] input: CreateTokenInput,
    ) -> Result<CreateTokenPayload, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        tokens::create(ctx, admin, input).await
    }

    /// Takes an access token back and ends its sessions. It may be believed for 2 seconds more where it has just been used.
    /// With the last admin token of its owner, what the owner has waiting for approval ends too. Needs the role `ADMIN`. Null
    /// when there is no such token.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token's name.")] name: String,
    ) -> Result<Option<Token>, ApiError> {
        let admin = require(ctx, Role::Admin)?;
        tokens::revoke(ctx, admin, &name).await
    }
}

fn admin_of(principal: &Principal) -> Admin {
    Admin {
        name: principal.name.clone(),
        owner: principal.owner.clone(),
    }
}

/// What a person found out about a cancel in Toss's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum CancelFinding {
    /// It was carried out: the payment shows it.
    Executed,
    /// It was not carried out, and will not be.
    NotExecuted,
}

/// What to cancel.
#[derive(InputObject)]
struct CancelPaymentInput {
    /// Toss's key of the payment.
    payment_key: String,
    /// Yours, 8 to 200 characters, such as a UUID: new for each thing that a person means to do. The same key and
    /// content gives the same answer and never a second cancel; the same key with other content is refused with
    /// `IDEMPOTENCY_CONFLICT`. Two cancels of the same amount that are both meant need two keys.
    #[graphql(secret)]
    idempotency_key: String,
    /// Why, 1 to 200 characters, or 186 where the server is set to append its mark. Toss keeps it as the cancel's reason, and shows it in its console.
    reason: String,
    /// What to cancel, in the payment's currency. Absent: everything that is left.
    amount: Option<MoneyInput>,
    /// The tax-free part of what is cancelled, for payments that have one.
    tax_free_amount: Option<MoneyInput>,
    /// `Payment.balanceAmount` as the screen showed it when the person decided. If it has changed since, the cancel is
    /// refused with `BALANCE_CHANGED`.
    expected_balance: Option<MoneyInput>,
    /// The buyer's own bank account, where the money goes. Needed for a virtual account that has been paid, and refused
    /// for anything else.
    #[graphql(secret)]
    refund_account: Option<RefundAccountInput>,
    /// Must be true to cancel a virtual account into which nobody has paid yet: that hands the account number back and
    /// gives no money back.
    #[graphql(default)]
    void_unpaid: bool,
}

/// The buyer's bank account. It is sent to Toss, never shown again, and erased when the request ends.
#[derive(InputObject)]
struct RefundAccountInput {
    /// Toss's code of the bank, two characters such as `88`.
    #[graphql(secret)]
    bank: String,
    /// Digits only, at most 20.
    #[graphql(secret)]
    account_number: String,
    /// The name that the account is under, at most 60 characters.
    #[graphql(secret)]
    holder_name: String,
}

impl CancelPaymentInput {
    fn into_order(self, payment_key: PaymentKey) -> Result<CancelCommand, CancelError> {
        let money =
            |field, given: Option<&MoneyInput>| given.map(|given| given.read(field)).transpose();
        let intent = CancelIntent {
            amount: money("amount", self.amount.as_ref())?,
            tax_free_amount: money("taxFreeAmount", self.tax_free_amount.as_ref())?,
            expected_balance: money("expectedBalance", self.expected_balance.as_ref())?,
            refund_account: self.refund_account.map(RefundAccount::from),
            void_unpaid: self.void_unpaid,
        };
        Ok(CancelCommand {
            payment_key,
            client_key: self.idempotency_key,
            reason: self.reason,
            intent,
        })
    }
}

impl From<RefundAccountInput> for RefundAccount {
    fn from(given: RefundAccountInput) -> Self {
        Self {
            bank: given.bank,
            account_number: given.account_number,
            holder_name: given.holder_name,
        }
    }
}

/// What came of a cancel. Without a dry run there is exactly one of `error` and a request that is `SUCCEEDED`; when the outcome is not
/// known yet, there is a request that is `UNKNOWN` and an error with the code `OUTCOME_UNKNOWN` and the advice `WAIT`; when
/// another admin must approve it, a request that is `AWAITING_APPROVAL` and an error with the code `APPROVAL_REQUIRED`.
#[derive(SimpleObject)]
struct CancelPaymentPayload {
    /// The request, if one was recorded. Its `id` finds it again.
    request: Option<CancelRequest>,
    /// The payment afterwards. Null when it could not be read, which says nothing about the cancel.
    payment: Option<Payment>,
    /// Why it has not succeeded. Null when it has, and when a dry run met nothing in the way.
    error: Option<CancelError>,
    /// What a dry run found: what would be sent now. Null otherwise.
    preview: Option<CancelPreview>,
}

/// What a cancel would do if it were asked for now.
#[derive(SimpleObject)]
struct CancelPreview {
    /// What would be cancelled.
    amount: Money,
    /// What is left of the payment now.
    balance_before: Money,
    /// What would be left of it.
    balance_after: Money,
    /// True when an unpaid virtual account would be handed back, which gives no money back.
    voids: bool,
    /// True when it would be recorded and sent only after another admin's approval.
    needs_approval: bool,
}

impl From<cancel::CancelPreview> for CancelPreview {
    fn from(preview: cancel::CancelPreview) -> Self {
        Self {
            amount: Money(preview.amount),
            balance_before: Money(preview.balance_before),
            balance_after: Money(preview.balance_after),
            voids: preview.voids,
            needs_approval: preview.needs_approval,
        }
    }
}

impl CancelPaymentPayload {
    /// Nothing was recorded, and Toss was not asked.
    fn refused(error: CancelError) -> Self {
        Self {
            request: None,
            payment: None,
            error: Some(error),
            preview: None,
        }
    }
}

impl From<CancelOutcome> for CancelPaymentPayload {
    fn from(outcome: CancelOutcome) -> Self {
        Self {
            request: outcome.request.map(CancelRequest::from),
            payment: outcome.payment.map(Payment::of),
            error: outcome.error.map(CancelError::from),
            preview: outcome.preview.map(CancelPreview::from),
        }
    }
}
