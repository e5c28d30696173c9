//! Every limit of the HTTP side, on one page. What the schema charges for lists is the schema's own limit, not one of these.

use std::time::Duration;

/// Longest body of a POST.
pub const BODY_BYTES: usize = 256 * 1024;

/// Longest time for a body to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(20);

/// Longest time for a request's head to arrive.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long an idle connection is kept.
pub const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Longest time for an answer unless [`super::Endpoint::with_answer_time`] says otherwise. Who asks Toss live and gets no answer in
/// this time asks again: what was read meanwhile is kept.
pub const ANSWER_TIME: Duration = Duration::from_secs(30);

/// How often it is looked whether a client that waits for an answer is still there.
pub const HANG_UP_LOOKS: Duration = Duration::from_millis(250);

/// How long the pace of a client that takes an answer is averaged.
pub const READER_TIME: Duration = Duration::from_secs(20);

/// What a client takes of an answer within [`READER_TIME`] at least: 10 KB a second.
pub const READER_BYTES: usize = 200_000;

/// What of an answer is handed to the connection at once.
pub const CHUNK_BYTES: usize = 16 * 1024;

/// Answers shorter than this are not worth compressing.
pub const COMPRESSED_BYTES_LEAST: u64 = 1024;

/// Longer answers are compressed on a thread of their own, so that nobody else waits.
pub const COMPRESSED_ON_THE_SPOT: usize = 64 * 1024;

/// For how many seconds a browser may remember that it may ask.
pub const PREFLIGHT_KEPT: usize = 600;

/// What the system keeps of an answer for a connection whose client does not take it. It doubles this.
pub const SEND_BUFFER_BYTES: usize = 128 * 1024;

/// How long a client may leave all that was sent to it unread, or unacknowledged.
pub const UNREAD_TIME: Duration = Duration::from_secs(30);

/// Requests without a token in force that one address may send in a minute and be told why; those beyond are turned away.
pub const WRONG_TOKENS_PER_MINUTE: u32 = 49;

/// How long an answer to a request that is turned away for that is held back.
pub const TURNED_AWAY_AFTER: Duration = Duration::from_millis(200);

/// Addresses whose wrong tokens are counted at once.
pub const ADDRESSES_WATCHED: usize = 10_000;

/// When a client that met an overload may ask again.
pub const OVERLOAD_PASSES: Duration = Duration::from_secs(2);

/// Subscriptions that one token may have open.
pub const STREAMS_OF_TOKEN: usize = 32;

/// Subscriptions that may be open in all.
pub const STREAMS: usize = 512;

/// How long a subscription says nothing: then a comment keeps proxies from closing it.
pub const EVENTS_KEEP_ALIVE: Duration = Duration::from_secs(12);

/// How often it is looked whether whoever subscribed is still let in.
pub const STANDING_LOOKS: Duration = Duration::from_secs(2);

/// How often a subscription to a state looks at it though nobody has told of a change.
pub const LOOKED_AGAIN: Duration = Duration::from_mins(1);

/// When an event that could not be made is tried again.
pub const TRIED_AGAIN: Duration = Duration::from_secs(3);

/// Longest time for a readiness check.
pub const READINESS_TIME: Duration = Duration::from_secs(3);

/// Longest body of a webhook.
pub const WEBHOOK_BYTES: usize = 64 * 1024;

/// Longest time for a webhook's body to arrive.
pub const WEBHOOK_TIME: Duration = Duration::from_secs(5);

/// Errors in one answer; those beyond are left out.
pub const ERRORS_SHOWN: usize = 10;

/// Characters of one error's message; those beyond are left out.
pub const MESSAGE_CHARS: usize = 200;

/// Names that are proposed for a wrong one.
pub const SUGGESTED_NAMES: usize = 3;

/// Longer names are nobody's.
pub const SUGGESTED_NAME_CHARS: usize = 64;

/// Memory that cached documents may take, as [`DOCUMENT_BYTES_PER_CHAR`] and [`DOCUMENT_BYTES_LEAST`] estimate it.
pub const DOCUMENT_CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// A parsed document takes some eight to twelve times the memory of its text.
pub const DOCUMENT_BYTES_PER_CHAR: u32 = 12;

/// The least a document is charged, which bounds the number of cached documents at 4,096.
pub const DOCUMENT_BYTES_LEAST: u32 = 4 * 1024;

/// Bytes of variables times places in the document that use a variable: validation copies a variable's value for each use.
pub const VARIABLE_BYTES_COPIED: usize = 2 * 1024 * 1024;

/// What one document may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// Bytes of the text.
    pub text_bytes: usize,
    /// Lexical tokens of the text.
    pub tokens: usize,
    /// Brackets of any kind open at once. The parser recurses for each, and what it makes of them is cloned and dropped recursively.
    pub open_brackets: usize,
    /// Operations in one document, of which one is executed.
    pub operations: usize,
    /// Fragment definitions.
    pub fragments: usize,
    /// Fields, spreads and inline fragments when every fragment is written out.
    pub selections: u64,
    /// Fields within each other. The introspection query of GraphQL's reference implementation needs 15.
    pub depth: u32,
    /// Fields, spreads and inline fragments within each other. The executor's own limit is 32.
    pub nesting: u32,
    /// Fields with an alias when every fragment is written out.
    pub aliases: u64,
    /// Directives when every fragment is written out.
    pub directives: u64,
    /// Lists of introspection (`fields`, `interfaces`, `possibleTypes`, `inputFields`) within each other.
    pub introspection_lists: u32,
    /// Fields named `payment` within each other: what belongs to a payment leads back to it, and each turn multiplies.
    pub payments: u32,
}

impl DocumentLimits {
    /// The limits in force.
    pub const STANDARD: Self = Self {
        text_bytes: 64 * 1024,
        tokens: 8_000,
        open_brackets: 48,
        operations: 50,
        fragments: 100,
        selections: 5_000,
        depth: 15,
        nesting: 30,
        aliases: 60,
        directives: 100,
        introspection_lists: 2,
        payments: 2,
    };
}
