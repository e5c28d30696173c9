//! Toss's error codes: what each means, and what to do about it. The code decides, never the HTTP status: a temporary
//! fault can be a 400.

use std::fmt;

use reconciliation::RetryAdvice;

/// One of Toss's error codes, or a word that took its place: Toss adds codes without notice, so all survive.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TossCode(String);

/// What kind of obstacle a code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeClass {
    /// Temporary.
    Retry,
    /// What was asked for must change.
    FixInput,
    /// It has been done before.
    AlreadyDone,
    /// Somebody must decide, change a contract or talk to Toss.
    NeedsPerson,
    /// The first request with this idempotency key is still running.
    StillRunning,
    /// The secret key is refused.
    Unauthorized,
    /// A code that this program does not know.
    Unknown,
}

impl CodeClass {
    /// What a caller may do about it. A code that is not known is for a person to read.
    pub fn advice(self) -> RetryAdvice {
        match self {
            Self::Retry => RetryAdvice::Retry,
            Self::FixInput => RetryAdvice::FixInput,
            Self::AlreadyDone => RetryAdvice::AlreadyDone,
            Self::StillRunning => RetryAdvice::Wait,
            Self::NeedsPerson | Self::Unauthorized | Self::Unknown => RetryAdvice::NeedsPerson,
        }
    }
}

impl TossCode {
    /// Keeps a code as Toss spelled it, cut at 100 characters.
    pub fn from_toss(text: &str) -> Self {
        Self(text.chars().take(100).collect())
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of obstacle.
    pub fn class(&self) -> CodeClass {
        self.known().map_or(CodeClass::Unknown, |known| known.class)
    }

    /// The input field of `cancelPayment` at fault, in the spelling of this server's API.
    pub fn field(&self) -> Option<&'static str> {
        self.known().and_then(|known| known.field)
    }

    /// What the code means, in a sentence for an admin; `None` for a code that is not known.
    pub fn explanation(&self) -> Option<&'static str> {
        self.known().map(|known| known.explanation)
    }

    /// The HTTP status that Toss documents for the code.
    pub fn documented_status(&self) -> Option<u16> {
        self.known().map(|known| known.http_status)
    }

    /// Every code that this program knows.
    pub fn all_known() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|known| Self(known.code.to_owned()))
    }

    /// Whether an answer of 4xx with this code proves that nothing was carried out: all but those that Toss documents as a
    /// failure of its own, or as a first sending that still runs.
    pub(super) fn may_be_a_refusal(&self) -> bool {
        self.known().is_none_or(|known| {
            (400..500).contains(&known.http_status) && known.class != CodeClass::StillRunning
        })
    }

    fn known(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.code == self.0)
    }
}

impl fmt::Display for TossCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TossCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

struct Known {
    code: &'static str,
    http_status: u16,
    class: CodeClass,
    field: Option<&'static str>,
    explanation: &'static str,
}

/// Writes a table of codes, one per line: code, documented HTTP status, class, field at fault, explanation.
macro_rules! codes {
    ($($code:ident $status:literal $class:ident $([$field:literal])? $explanation:literal)*) => {
        &[$(Known {
            code: stringify!($code),
            http_status: $status,
            class: CodeClass::$class,
            field: codes!(@field $($field)?),
            explanation: $explanation,
        }),*]
    };
    (@field) => { None };
    (@field $field:literal) => { Some($field) };
}

/// The codes of Toss's tables for the calls that this program makes, and those of the global list that they may meet.
const KNOWN: &[Known] = codes! {
    // The secret key.
    UNAUTHORIZED_KEY 401 Unauthorized "Toss does not know the secret key: check that it is complete and has not been re-issued more than 7 days ago."
    INCORRECT_BASIC_AUTH_FORMAT 403 Unauthorized "Toss could not read the header that carries the secret key."
    INVALID_API_KEY 400 Unauthorized "The key does not belong here: a test key and a live key, or two merchants' keys, have been mixed."

    // Payments.
    NOT_FOUND_PAYMENT 404 FixInput ["paymentKey"] "This merchant has no such payment: check the payment key, and that it is not another merchant's or made with test keys."
    NOT_FOUND 404 FixInput ["paymentKey"] "Toss has nothing of that name for this merchant."
    NOT_FOUND_PAYMENT_SESSION 404 NeedsPerson "The payment was not confirmed within 10 minutes and has ended; the buyer has to pay anew."
    ALREADY_PROCESSED_PAYMENT 400 AlreadyDone "The payment has been processed before: look it up before doing anything else."
    DUPLICATED_ORDER_ID 400 FixInput "The order number has been used before."

    // Cancels: done before.
    ALREADY_CANCELED_PAYMENT 400 AlreadyDone "The whole payment has already been cancelled."
    ALREADY_REFUND_PAYMENT 400 AlreadyDone "The payment has already been refunded."
    ALREADY_REFUNDING_PAYMENT 400 NeedsPerson "Another refund of this payment is under way: wait for its end, then look at the payment again."

    // Cancels: the refund account.
    INVALID_REFUND_ACCOUNT_INFO 400 FixInput ["refundAccount"] "The bank says that the account number and the holder's name do not belong together."
    INVALID_REFUND_ACCOUNT_NUMBER 400 FixInput ["refundAccount"] "The account number is malformed: give the buyer's own account, digits only, not the virtual account."
    INVALID_BANK 400 FixInput ["refundAccount"] "There is no bank of that code."
    FORBIDDEN_BANK_REFUND_REQUEST 400 FixInput ["refundAccount"] "The buyer's account cannot receive transfers: ask for another one."
    NOT_ALLOWED_REFUND_BANK 403 FixInput ["refundAccount"] "Refunds cannot be sent to this bank: ask for an account at another one."
    NOT_AVAILABLE_BANK 403 Retry "The bank is outside its service hours: try again later."

    // Cancels: the amount.
    NOT_CANCELABLE_AMOUNT 403 FixInput ["amount"] "More than what is left of the payment, or nothing is left of it any more."
    NOT_MATCHES_REFUNDABLE_AMOUNT 400 FixInput ["expectedBalance"] "The balance changed while the cancel was on its way, and nothing was cancelled: look at the payment again and decide anew."
    EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT 400 FixInput ["amount"] "A partial cancel cannot be smaller than the card company's instant discount."
    EXCEED_MAX_REFUND_AMOUNT 403 FixInput ["amount"] "More than what can be refunded."
    INVALID_REFUND_AMOUNT 400 FixInput ["amount"] "Toss does not accept the amount of the refund."
    NOT_ALLOWED_PARTIAL_REFUND 403 FixInput ["amount"] "This payment can only be cancelled as a whole: escrow and some cards allow no part."
    NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT 403 FixInput ["amount"] "A virtual account that has not been paid can only be cancelled as a whole."

    // Cancels: not possible as things are.
    NOT_CANCELABLE_PAYMENT 403 NeedsPerson "The payment is in a state that allows no cancel."
    NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER 403 NeedsPerson "The buyer's wallet is dormant: the buyer has to wake it first."
    NOT_SUPPORTED_REFUND 403 NeedsPerson "Toss cannot refund this kind of payment: return the money another way."
    EXCEED_MAX_REFUND_DUE 403 NeedsPerson "The time for refunds of this payment is over: return the money another way."
    EXCEED_CANCEL_LIMIT 403 NeedsPerson "Above the merchant's limit for cancels: ask Toss to raise it."
    REFUND_REJECTED 400 NeedsPerson "The card company, bank or wallet refused the refund: ask Toss why."
    FORBIDDEN_REQUEST 403 NeedsPerson "The merchant's contract does not allow this."

    // Cancels: temporary.
    PROVIDER_ERROR 400 Retry "The card company, bank or wallet had a temporary fault: try again."
    FORBIDDEN_CONSECUTIVE_REQUEST 403 Retry "The same was asked too often in a row: pause, then try again."
    IDEMPOTENT_REQUEST_PROCESSING 409 StillRunning "The first sending of this cancel is still running at Toss."
    MAINTAINED_METHOD 400 Retry "The payment method is under maintenance: try again later."

    // Toss's own failures: they do not tell whether anything was carried out.
    FAILED_INTERNAL_SYSTEM_PROCESSING 500 Retry "A failure inside Toss; its message may name a lasting reason, such as escrow."
    FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING 500 Retry "A failure inside Toss."
    FAILED_REFUND_PROCESS 500 Retry "The bank failed while the refund was being made."
    FAILED_METHOD_HANDLING_CANCEL 500 Retry "The payment method failed while the cancel was being made."
    FAILED_PARTIAL_REFUND 500 Retry "A failure while the partial refund was being made."
    FAILED_DB_PROCESSING 500 Retry "A failure inside Toss."
    COMMON_ERROR 500 Retry "A failure inside Toss."
    UNKNOWN_ERROR 500 Retry "A failure inside Toss."

    // What is asked, and how.
    INVALID_REQUEST 400 FixInput "Toss calls the request malformed."
    INVALID_IDEMPOTENCY_KEY 400 NeedsPerson "The key that names the request to Toss is too long: this is a fault of this program."
    INVALID_DATE 400 FixInput "Toss does not accept the dates."
    INVALID_ISO_DATE_FORMAT 400 FixInput "Toss does not accept the form of the dates."
    INVALID_TRANSACTION_KEY 400 FixInput "Toss does not accept the row to continue a list from: read the list from its beginning again."
    INVALID_PAGING_KEY 400 FixInput "Toss does not accept the row to continue a list from: read the list from its beginning again."
    EXCEED_MAX_QUERY_LIMIT 400 FixInput "More rows were asked for than Toss answers with."
    API_VERSION_UPDATE_NEEDED 400 NeedsPerson "The merchant is set to a version of Toss's API that is too old for this: change it in the developer centre."
    NOT_FOUND_METHOD 404 NeedsPerson "Toss does not know the payment method."
    NOT_FOUND_HTTP_METHOD 404 NeedsPerson "Toss has no such call: check the address of Toss's API in the settings."
};
