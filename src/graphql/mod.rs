//! What front-ends talk to: the schema, its types and how they are loaded. Types are thin shells over the engine's and
//! the store's values; the rules are theirs.

mod at_hand;
mod bank;
mod books;
mod books_by_date;
mod budget;
mod cancel;
mod cancel_error_kind;
mod cancel_error_texts;
mod cancel_request;
mod context;
mod count;
mod coverage;
mod desk;
mod discrepancy;
mod discrepancy_evidence;
mod document_check;
mod error;
mod event_payout;
mod filters;
mod guard;
mod lanes;
mod lists;
mod live;
mod live_reads;
mod loaders;
mod locale;
mod money;
mod mutation;
mod node;
mod node_id;
mod note;
mod orders;
mod page;
mod payment;
mod payment_by;
mod payment_details;
mod payout_day;
mod period;
mod period_closing;
mod query;
mod reconciliation;
mod reconciliation_summary;
mod records;
mod scalars;
mod scoped;
mod settlement;
mod settlement_cycle;
mod settlement_version;
mod status;
mod subscription;
mod sync_request;
#[cfg(test)]
mod tests;
mod tokens;
mod total_count;
mod transaction;
mod transaction_list;
mod user_error;
mod validated;
mod viewer;
mod viewer_can_cancel;
mod virtual_account;

use async_graphql::{Request, SDLExportOptions, SchemaBuilder, ValidationMode};

pub use budget::{Budget, Metering, Stopped};
pub use context::Interpretation;
pub use document_check::DocumentCheck;
pub use error::ErrorCode;
pub use lanes::Lanes;
pub use live::Live;
pub use loaders::Loaders;
pub use mutation::Mutation;
pub use query::Query;
pub use subscription::Subscription;
pub use validated::{Before, Validated};

use live_reads::LiveReads;
use scoped::Held;

use crate::cancel::Canceller;
use crate::lookup::Lookup;
use crate::periods::Periods;
use crate::reconcile::Reconciler;
use crate::store::Store;
use crate::sync::Mirror;

/// The schema with everything that its resolvers need.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Fields within each other. The introspection query of GraphQL's reference implementation needs 13.
const MOST_DEPTH: usize = 15;

/// What one request may cost: a field is 1, a list [`LIST_COST`] times its element, a payment [`LIVE_READ_COST`] more,
/// since it may have to be read from Toss. One payment with everything there is to it costs some 750, a page of 100 with
/// all their transactions, settlements, payouts and discrepancies some 5,500.
const MOST_COMPLEXITY: usize = 8_000;

/// What a list is taken to hold, in units of its element's cost. A payment has few transactions, but no fixed number.
const LIST_COST: usize = 5;

/// What the other attempts at an order are taken to hold, in units of one's cost. There are few, or up to fifty: within each
/// other those of a large order are 2,500 payments, so that a query for them and what belongs to them is a heavy one.
const ATTEMPTS_COST: usize = 10;

/// What a list of sums by day is taken to hold, in units of its element's cost. A range of days may be longer; what is
/// made of it is read from few sums.
const DAYS_COST: usize = 40;

/// What a list of closed periods is taken to hold, in units of its element's cost: the months of a year.
const PERIODS_COST: usize = 12;

/// What a field costs that asks the database for itself alone.
const STATEMENT_COST: usize = 20;

/// What a field costs that may have to ask Toss.
const LIVE_READ_COST: usize = 200;

/// What the resolvers work with, for the life of the server.
#[derive(Clone)]
pub struct Parts {
    /// The database, for reading.
    pub store: Store,
    /// Answers for single payments.
    pub lookup: Lookup,
    /// Carries out cancels.
    pub canceller: Canceller,
    /// Knows what has been read of Toss's lists.
    pub mirror: Mirror,
    /// Says how payments stand.
    pub reconciler: Reconciler,
    /// Closes periods.
    pub periods: Periods,
    /// How Toss's rows are read where its documentation leaves it open.
    pub interpretation: Interpretation,
    /// How many payments the queries of one token may have Toss asked about a minute.
    pub live_reads_per_minute: u32,
}

/// The schema over the given parts. Each request must carry what [`with_request_data`] adds and the
/// [`Principal`](crate::access::Principal) who asks.
pub fn schema(parts: Parts) -> Schema {
    builder()
        .data(Held::new(parts.store))
        .data(Held::new(parts.lookup))
        .data(Held::new(parts.canceller))
        .data(Held::new(parts.mirror))
        .data(Held::new(parts.reconciler))
        .data(Held::new(parts.periods))
        .data(parts.interpretation)
        .data(LiveReads::per_minute(parts.live_reads_per_minute))
        .finish()
}

/// The schema's types and limits, without anything to answer from.
///
/// The limits are for documents that have passed a check which writes out no fragments: the executor's own limits do,
/// so that on their own they cost more than what they keep out.
pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    // The executor would suggest for every wrong name of a document, however many; src/http does for those that are shown.
    limited().disable_suggestions()
}

/// The types and limits.
fn limited() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
        .validation_mode(ValidationMode::Strict)
        .limit_depth(MOST_DEPTH)
        .limit_complexity(MOST_COMPLEXITY)
        .extension(Metering)
}

/// The request with loaders of its own, so that nothing read for one request is shown in another. For every request
/// that [`schema`]'s result is to execute.
#[must_use]
pub fn with_request_data(schema: &Schema, request: Request) -> Request {
    let store = schema.data::<Held<Store>>();
    let reconciler = schema.data::<Held<Reconciler>>();
    let interpretation = schema.data::<Interpretation>();
    let request = match schema.data::<Held<Lookup>>() {
        Some(lookup) => request.data(scoped::details(lookup)),
        None => request,
    };
    match (store, reconciler, interpretation) {
        (Some(store), Some(reconciler), Some(interpretation)) => {
            request.data(scoped::loaders(store, reconciler, *interpretation))
        }
        // A schema without parts has nothing to load.
        _ => request,
    }
}

/// The schema in GraphQL's own language: `schema.graphql`, byte for byte.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    let text = builder().finish().sdl_with_options(options);
    let mut lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    // Joined with this, the last line ends too.
    lines.push("");
    lines.join("\n")
}
