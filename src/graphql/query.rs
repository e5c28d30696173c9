//! The root fields that find things.

use std::time::Duration;

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};

use super::at_hand::AtHand;
use super::bank::{self, Bank};
use super::books_by_date::{BusinessDay, DateBasis, PayoutTotal, Receivable, SummaryGroup};
use super::cancel_request::CancelRequest;
use super::coverage::Coverage;
use super::discrepancy::{Discrepancy, DiscrepancyCount};
use super::error::ApiError;
use super::filters::{
    DateRange, DiscrepancyFilter, PaymentFilter, SettlementFilter, TransactionFilter, mids,
};
use super::guard::require;
use super::lists;
use super::loaders::Loaders;
use super::node::{self, Node};
use super::node_id::NodeId;
use super::orders::{DiscrepancyOrder, PaymentOrder};
use super::page::{self, PageArguments};
use super::payment::Payment;
use super::payment_by::{DEFAULT_MAX_AGE_SECONDS, PaymentBy};
use super::payout_day::PayoutDay;
use super::period::Period;
use super::reconciliation_summary::ReconciliationSummary;
use super::records::{self, AuditEntry, CancelRequestsFilter};
use super::scoped::Scoped;
use super::settlement::Settlement;
use super::settlement_cycle::SettlementCycle;
use super::tokens::{self, Token};
use super::total_count::TotalCount;
use super::transaction::Transaction;
use super::transaction_list;
use super::viewer::Viewer;
use crate::access;

/// The root of every query.
pub struct Query;

/// What can be asked. Every field needs an access token; the role `VIEWER` is enough.
#[Object]
impl Query {
    /// Anything with an id, by that id. Null when there is no such thing. A payment is read as by `payment` with its
    /// default `maxAgeSeconds`.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An `id` as this API gave it.")] id: ID,
    ) -> Result<Option<Node>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        node::find(ctx, NodeId::parse(&id)?).await
    }

    /// Anything with an id, by several of them: in their order, null for what there is not. Payments are answered as they were
    /// last read: Toss is not asked.
    #[graphql(complexity = "node::MOST_AT_ONCE / 10 * child_complexity + 1")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Values of `id` as this API gave them, 200 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        node::find_all(ctx, &ids).await
    }

    /// One payment, as it is now. What is stored is answered if it is younger than `maxAgeSeconds`; otherwise Toss is
    /// asked, which takes longer. When Toss cannot be reached, does not answer soon or may not be asked more often, the last
    /// known state with `stale: true`; when nothing is known either, the error `UPSTREAM_UNAVAILABLE`, or `RATE_LIMITED` with
    /// `retryAfterSeconds` in its extensions. Null when Toss knows no such payment; that is remembered for 10 seconds.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payment.")] by: PaymentBy,
        #[graphql(
            default_with = "DEFAULT_MAX_AGE_SECONDS",
            desc = "How old the answer may be, in seconds. 0 always asks Toss."
        )]
        max_age_seconds: i32,
    ) -> Result<Option<AtHand<Payment>>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let by = by.to_ref()?;
        let max_age = u64::try_from(max_age_seconds)
            .map(Duration::from_secs)
            .map_err(|_| ApiError::bad_user_input("maxAgeSeconds must be 0 or more"))?;
        let found = Scoped::of(ctx)?.payment(&by, max_age).await?;
        match found {
            Some(found) => {
                let payment = Payment::with_selected(found, ctx, &ctx.look_ahead()).await;
                Ok(Some(payment))
            }
            None => Ok(None),
        }
    }

    /// The payments that have been read from Toss, newest first by their first transaction. What `coverage` calls a gap
    /// is missing. A payment that has only been seen in Toss's list has no amounts of its own yet: its `totalAmount` is
    /// null until it is read by `payment`. Rows that arrive while you page are neither repeated nor do they hide others.
    #[graphql(complexity = "page::cost(first, last, child_complexity)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the arguments of the field"
    )]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payments.")] filter: Option<PaymentFilter>,
        #[graphql(
            desc = "In which order; `BEGAN_AT_DESC` when none is given. A cursor belongs to its order."
        )]
        order_by: Option<PaymentOrder>,
        #[graphql(desc = "How many of the newest, 1 to 200; 50 when nothing is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only older ones than the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many of the oldest, 1 to 200.")] last: Option<i32>,
        #[graphql(desc = "Only newer ones than the one with this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, AtHand<Payment>, TotalCount>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        lists::payments(ctx, filter, order_by.unwrap_or_default(), arguments).await
    }

    /// The transactions of all payments that Toss's list has shown, newest first: approvals, cancels and issued virtual accounts,
    /// each with what it did and, of a cancel, who caused it and when its money is deducted, also before Toss has settled it.
    /// What `coverage` calls a gap is missing.
    #[graphql(complexity = "page::cost(first, last, child_complexity)")]
    async fn transactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transactions.")] filter: Option<TransactionFilter>,
        #[graphql(desc = "How many of the newest, 1 to 200; 50 when nothing is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only older ones than the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many of the oldest, 1 to 200.")] last: Option<i32>,
        #[graphql(desc = "Only newer ones than the one with this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Transaction, TotalCount>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        let filter = filter.unwrap_or_default().read()?;
        transaction_list::transactions(ctx, filter, arguments).await
    }

    /// The settlement rows that have been read from Toss, newest first by sold date, or by paid-out date when the filter
    /// names that alone. What `coverage` calls a gap is missing.
    #[graphql(complexity = "page::cost(first, last, child_complexity)")]
    async fn settlements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rows.")] filter: Option<SettlementFilter>,
        #[graphql(desc = "How many of the newest, 1 to 200; 50 when nothing is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only older ones than the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many of the oldest, 1 to 200.")] last: Option<i32>,
        #[graphql(desc = "Only newer ones than the one with this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Settlement, TotalCount>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        lists::settlements(ctx, filter, arguments).await
    }

    /// What disagrees and is `OPEN`, unless the filter names other states, newest payment first: the work list. Payments that have only been seen in Toss's lists count too, and
    /// so do settlement rows that belong to no payment.
    #[graphql(complexity = "page::cost(first, last, child_complexity)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the arguments of the field"
    )]
    async fn discrepancies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which discrepancies.")] filter: Option<DiscrepancyFilter>,
        #[graphql(
            desc = "In which order; `NEWEST` when none is given. A cursor belongs to its order."
        )]
        order_by: Option<DiscrepancyOrder>,
        #[graphql(desc = "How many of the newest, 1 to 200; 50 when nothing is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only older ones than the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many of the oldest, 1 to 200.")] last: Option<i32>,
        #[graphql(desc = "Only newer ones than the one with this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Discrepancy, TotalCount>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        lists::discrepancies(ctx, filter, order_by.unwrap_or_default(), arguments).await
    }

    /// How many discrepancies of each class `discrepancies` lists for the same filter, with the sums of their differences; none
    /// of a class without any.
    #[graphql(complexity = "super::DAYS_COST * child_complexity + 1")]
    async fn discrepancy_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which discrepancies.")] filter: Option<DiscrepancyFilter>,
    ) -> Result<Vec<DiscrepancyCount>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let filter = filter.unwrap_or_default().read()?;
        Loaders::of(ctx)?.catch_up().await?;
        let counts = Scoped::of(ctx)?.discrepancy_counts(filter).await?;
        counts.into_iter().map(DiscrepancyCount::of).collect()
    }

    /// Sums by the day that `basis` names, one element for each merchant and currency, and for each group where `groupBy` is
    /// given. By `TRANSACTION` they are those of the payments that `payments` lists for the same days (`filter:
    /// {transactionDate: range}`). On every basis `unsettledAmount` is `netAmount` less `settledAmount`; over all days, all of
    /// them have the same money to the won, but for settlement rows that no event claims, which `EVENT` leaves out.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn reconciliation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days, 400 at most.")] range: DateRange,
        #[graphql(default_with = "DateBasis::Transaction", desc = "Which day counts.")]
        basis: DateBasis,
        #[graphql(
            desc = "What sums are made apart by. Without it, by merchant and currency alone."
        )]
        group_by: Option<Vec<SummaryGroup>>,
        #[graphql(desc = "Of these merchants at Toss. Without it, of all.")] m_id: Option<
            Vec<String>,
        >,
    ) -> Result<Vec<ReconciliationSummary>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let (days, mids) = (range.few_days("range")?, mids(m_id)?);
        let grouping = SummaryGroup::together(&group_by.unwrap_or_default());
        Loaders::of(ctx)?.catch_up().await?;
        let scoped = Scoped::of(ctx)?;
        let summaries = scoped.sums_by_date(days, basis.into(), grouping, mids);
        let summaries = summaries.await?.into_iter();
        summaries.map(ReconciliationSummary::of).collect()
    }

    /// What Toss owes day by day (미수금), one element for each merchant, currency and day.
    #[graphql(complexity = "super::DAYS_COST * child_complexity + 1")]
    async fn receivables(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days, 400 at most.")] range: DateRange,
        #[graphql(desc = "Of these merchants at Toss. Without it, of all.")] m_id: Option<
            Vec<String>,
        >,
    ) -> Result<Vec<Receivable>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let (days, mids) = (range.few_days("range")?, mids(m_id)?);
        Loaders::of(ctx)?.catch_up().await?;
        let found = Scoped::of(ctx)?.receivables(days, mids).await?;
        Ok(found.into_iter().map(Receivable::from).collect())
    }

    /// What the days of a range pay out together, one element for each merchant and currency, with what Toss has settled and
    /// what is forecast apart: the sums of `payoutDays`.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn payout_totals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days on which the money moves, 400 at most.")] range: DateRange,
        #[graphql(desc = "Of these merchants at Toss. Without it, of all.")] m_id: Option<
            Vec<String>,
        >,
    ) -> Result<Vec<PayoutTotal>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let (days, mids) = (range.few_days("range")?, mids(m_id)?);
        Loaders::of(ctx)?.catch_up().await?;
        PayoutTotal::of(Scoped::of(ctx)?.payout_days(days, mids).await?)
    }

    /// On which days Korean banks move money, and what holidays are called.
    #[graphql(complexity = "super::DAYS_COST * child_complexity + 1")]
    async fn business_days(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days, 400 at most.")] range: DateRange,
    ) -> Result<Vec<BusinessDay>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let days = range.few_days("range")?;
        let calendar = Scoped::of(ctx)?.business_calendar().await?;
        BusinessDay::all(&calendar, days)
    }

    /// What each day pays out to the merchant's bank account, newest day first: one element for each day, merchant and
    /// currency, with what Toss has settled and what is forecast apart. Days that are over are told from Toss's settlement
    /// rows alone. On a day whose cancels outweigh its payments `payOutAmount` is below 0.
    #[graphql(complexity = "range.cost() * child_complexity + 1")]
    async fn payout_days(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days on which the money moves, 400 at most.")] range: DateRange,
        #[graphql(desc = "Of these merchants at Toss. Without it, of all.")] m_id: Option<
            Vec<String>,
        >,
    ) -> Result<Vec<PayoutDay>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let (days, mids) = (range.few_days("range")?, mids(m_id)?);
        Loaders::of(ctx)?.catch_up().await?;
        let payouts = Scoped::of(ctx)?.payout_days(days, mids).await?;
        payouts.iter().map(PayoutDay::of).collect()
    }

    /// How often sales are closed and how many business days later they are paid out, one element for each merchant and
    /// method: what is configured, and what Toss's settlement rows taught. Forecasts rest on it; what is configured wins. A
    /// merchant that nothing has been settled for has one element, of no method.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn settlement_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these merchants at Toss. Without it, of all.")] m_id: Option<
            Vec<String>,
        >,
    ) -> Result<Vec<SettlementCycle>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let mids = mids(m_id)?;
        let cycles = Scoped::of(ctx)?.settlement_cycles(mids).await?;
        cycles.into_iter().map(SettlementCycle::of).collect()
    }

    /// The periods whose books were closed, newest days first; reopened ones too.
    #[graphql(complexity = "super::PERIODS_COST * child_complexity + 1")]
    async fn periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these merchants at Toss. Without it, of all.")] m_id: Option<
            Vec<String>,
        >,
    ) -> Result<Vec<Period>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let periods = Scoped::of(ctx)?.periods(mids(m_id)?).await?;
        Ok(periods.into_iter().map(Period::from).collect())
    }

    /// What has been read from Toss: for each merchant and each kind of row, from when through when, and with which
    /// gaps.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn coverage(&self, ctx: &Context<'_>) -> Result<Vec<Coverage>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let coverage = Scoped::of(ctx)?.coverage().await?;
        Ok(coverage.into_iter().map(Coverage::from).collect())
    }

    /// A request to cancel, as it is recorded now. Read it again to learn the outcome of one that was `UNKNOWN`. Null
    /// when there is no such request.
    async fn cancel_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `id` of a CancelRequest.")] id: ID,
    ) -> Result<Option<CancelRequest>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let id = NodeId::cancel_request(&id)?;
        let found = Scoped::of(ctx)?.cancel_request(&id).await?;
        Ok(found.map(CancelRequest::from))
    }

    /// What was asked to be cancelled through this API, by whom, and what came of it. Newest first.
    #[graphql(complexity = "page::cost(first, last, child_complexity)")]
    async fn cancel_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requests. Without it, all.")] filter: Option<CancelRequestsFilter>,
        #[graphql(desc = "How many of the newest, 1 to 200; 50 when nothing is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only older ones than the one with this cursor.")] after: Option<String>,
        #[graphql(desc = "How many of the oldest, 1 to 200.")] last: Option<i32>,
        #[graphql(desc = "Only newer ones than the one with this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, CancelRequest, TotalCount>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        records::cancel_requests(ctx, filter.unwrap_or_default(), arguments).await
    }

    /// Every cancel, every decision about one, and every change of an access token, newest first. Needs the role `ACCOUNTANT`
    /// or `ADMIN`: null, with an error, for others, and other fields of the query stand. A token of some merchants is shown
    /// what concerns their payments, and the tokens that see no more than it does.
    #[graphql(complexity = "records::cost(first, child_complexity)")]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "records::USUAL", desc = "How many, from 1 to 200.")] first: i32,
        #[graphql(desc = "A cursor as you received it: the page behind it.")] after: Option<String>,
    ) -> Result<Option<Connection<String, AuditEntry>>, ApiError> {
        require(ctx, access::Role::Accountant)?;
        records::audit_log(ctx, first, after).await.map(Some)
    }

    /// The access tokens, revoked ones too, by name. Needs the role `ACCOUNTANT` or `ADMIN`: null, with an error, for others,
    /// and other fields of the query stand. A token of some merchants is shown those that see no more than it does.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn tokens(&self, ctx: &Context<'_>) -> Result<Option<Vec<Token>>, ApiError> {
        require(ctx, access::Role::Accountant)?;
        tokens::all(ctx).await.map(Some)
    }

    /// The banks and securities firms whose accounts Toss refunds to, by their codes.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    #[expect(
        clippy::unused_async,
        reason = "resolvers are asynchronous by their trait"
    )]
    async fn banks(&self, ctx: &Context<'_>) -> Result<Vec<Bank>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        Ok(bank::all())
    }

    /// Whoever is asking, by their access token.
    #[expect(
        clippy::unused_async,
        reason = "resolvers are asynchronous by their trait"
    )]
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, ApiError> {
        let principal = require(ctx, access::Role::Viewer)?;
        Ok(principal.into())
    }
}
