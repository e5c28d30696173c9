//! One payment and everything that is known about it at an instant.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::cancel::{Cancel, CancelStatus};
use crate::money::{Amount, Currency, vat_within};

/// A voucher's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Gift {
    /// 문화상품권
    Culture,
    /// 도서문화상품권
    Book,
    /// 게임문화상품권
    Game,
}

/// How a buyer pays.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Method {
    /// A card, in so many monthly instalments (0: at once), their interest borne by the merchant or nobody.
    Card {
        /// Months of instalments; 0 is a single payment.
        #[serde(default)]
        months: u8,
        /// Whether the merchant pays the interest, which adds an `INSTALLMENT` fee.
        #[serde(default)]
        merchant_pays_interest: bool,
    },
    /// An account number made for this order, paid by one exact transfer.
    VirtualAccount,
    /// A transfer from the buyer's account.
    Transfer,
    /// The buyer's phone bill.
    MobilePhone,
    /// A voucher.
    GiftCertificate(Gift),
    /// A Korean wallet. What neither money nor points cover is paid by the card inside the wallet.
    EasyPay {
        /// The wallet's Korean name, e.g. `토스페이`.
        provider: String,
        /// Won paid from the wallet's balance or account.
        money: i64,
        /// Won paid with points and coupons.
        points: i64,
    },
    /// A foreign wallet; some of them finish cancels later.
    OverseasEasyPay {
        /// Whether a cancel is first `IN_PROGRESS`.
        #[serde(default)]
        asynchronous: bool,
    },
}

impl Method {
    /// A card without instalments.
    pub fn card() -> Self {
        Self::Card {
            months: 0,
            merchant_pays_interest: false,
        }
    }

    /// The Korean literal in bodies.
    pub fn literal(&self) -> &'static str {
        match self {
            Self::Card { .. } => "카드",
            Self::VirtualAccount => "가상계좌",
            Self::Transfer => "계좌이체",
            Self::MobilePhone => "휴대폰",
            Self::GiftCertificate(Gift::Culture) => "문화상품권",
            Self::GiftCertificate(Gift::Book) => "도서문화상품권",
            Self::GiftCertificate(Gift::Game) => "게임문화상품권",
            Self::EasyPay { .. } => "간편결제",
            Self::OverseasEasyPay { .. } => "해외간편결제",
        }
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Authenticated by the buyer, not confirmed by the merchant.
    InProgress,
    /// A virtual account without its deposit, or one whose deposit bounced.
    WaitingForDeposit,
    /// Paid.
    Done,
    /// Cancelled in one go.
    Canceled,
    /// Cancelled in parts; also when nothing is left.
    PartialCanceled,
    /// Refused at confirmation.
    Aborted,
    /// Given up by the buyer.
    Expired,
}

impl Status {
    /// Toss's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::WaitingForDeposit => "WAITING_FOR_DEPOSIT",
            Self::Done => "DONE",
            Self::Canceled => "CANCELED",
            Self::PartialCanceled => "PARTIAL_CANCELED",
            Self::Aborted => "ABORTED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// The account number made for one order.
#[derive(Clone)]
pub(crate) struct VirtualAccount {
    pub(crate) number: String,
    pub(crate) due: DateTime<Utc>,
    pub(crate) deposited: bool,
}

/// One payment attempt.
#[expect(
    clippy::struct_field_names,
    reason = "`payment_key` is the name that Toss gives it"
)]
#[derive(Clone)]
pub(crate) struct Payment {
    pub(crate) mid: String,
    pub(crate) payment_key: String,
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) customer_key: Option<String>,
    pub(crate) method: Option<Method>,
    pub(crate) total: Amount,
    /// What can still be cancelled, in minor units.
    pub(crate) balance: i64,
    pub(crate) tax_free: i64,
    pub(crate) tax_exemption: i64,
    pub(crate) card_discount: i64,
    pub(crate) status: Status,
    pub(crate) requested_at: DateTime<Utc>,
    pub(crate) approved_at: Option<DateTime<Utc>>,
    pub(crate) escrow: bool,
    pub(crate) partial_cancelable: bool,
    pub(crate) account: Option<VirtualAccount>,
    pub(crate) approve_no: String,
    pub(crate) secret: Option<String>,
    pub(crate) failure: Option<(&'static str, &'static str)>,
    pub(crate) last_transaction_key: Option<String>,
    pub(crate) cancels: Vec<Cancel>,
    /// How many transaction keys this payment has used up.
    pub(crate) keys_used: usize,
}

impl Payment {
    pub(crate) fn currency(&self) -> Currency {
        self.total.currency
    }

    pub(crate) fn amount(&self, minor: i64) -> Amount {
        Amount::new(minor, self.currency())
    }

    /// Whether the payment is a virtual account that holds the buyer's money.
    pub(crate) fn is_deposited_account(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.deposited)
    }

    /// Whether the attempt was refused, given up or not finished.
    pub(crate) fn came_to_nothing(&self) -> bool {
        matches!(
            self.status,
            Status::Aborted | Status::Expired | Status::InProgress
        )
    }

    /// VAT and supplied amount of what is left.
    pub(crate) fn tax_parts(&self) -> (i64, i64) {
        let taxed = self.balance - self.tax_free - self.tax_exemption;
        let vat = vat_within(taxed);
        (vat, (taxed - vat).max(0))
    }

    /// Cancels that took something from the balance and were not taken back.
    pub(crate) fn standing_cancels(&self) -> usize {
        self.cancels
            .iter()
            .filter(|cancel| cancel.status != CancelStatus::Aborted)
            .count()
    }
}
