//! Toss's words for how far a payment is and how it was made, as enums that tell a client when a word is not known.

use async_graphql::Enum;

/// How far a payment is, or the state that a transaction was recorded with. Toss may add values: treat values you do
/// not know as `UNKNOWN`, and show `statusLabel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum PaymentStatus {
    /// The payment window is open; nothing has been paid.
    Ready,
    /// The buyer has authenticated; the payment has not been approved yet.
    InProgress,
    /// A virtual account (a bank account number for this payment alone) has been issued. Nobody has paid into it yet.
    WaitingForDeposit,
    /// Approved: the money was received.
    Done,
    /// Cancelled in one go. This alone does not say that money was given back: see `effectiveRefund` and
    /// `TransactionEffect.VOIDED`.
    Canceled,
    /// Cancelled in part. It stays so when the last part is cancelled too, so that a payment in this status may be
    /// fully cancelled: ask `fullyCanceled`.
    PartialCanceled,
    /// The approval was refused.
    Aborted,
    /// The payment was not finished in time.
    Expired,
    /// A status that this server does not know; the label has Toss's word for it.
    Unknown,
}

impl From<&reconciliation::PaymentStatus> for PaymentStatus {
    fn from(status: &reconciliation::PaymentStatus) -> Self {
        use reconciliation::PaymentStatus as Toss;
        match status {
            Toss::Ready => Self::Ready,
            Toss::InProgress => Self::InProgress,
            Toss::WaitingForDeposit => Self::WaitingForDeposit,
            Toss::Done => Self::Done,
            Toss::Canceled => Self::Canceled,
            Toss::PartialCanceled => Self::PartialCanceled,
            Toss::Aborted => Self::Aborted,
            Toss::Expired => Self::Expired,
            Toss::Other(_) => Self::Unknown,
        }
    }
}

impl PaymentStatus {
    /// What it is to the engine; one that is not known is every word that is not known.
    pub(super) fn engine(self) -> reconciliation::PaymentStatus {
        use reconciliation::PaymentStatus as Toss;
        match self {
            Self::Ready => Toss::Ready,
            Self::InProgress => Toss::InProgress,
            Self::WaitingForDeposit => Toss::WaitingForDeposit,
            Self::Done => Toss::Done,
            Self::Canceled => Toss::Canceled,
            Self::PartialCanceled => Toss::PartialCanceled,
            Self::Aborted => Toss::Aborted,
            Self::Expired => Toss::Expired,
            Self::Unknown => Toss::Other(String::new()),
        }
    }
}

/// How a payment is made. Toss may add values: treat values you do not know as `UNKNOWN`, and show `methodLabel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum PaymentMethod {
    /// A credit or debit card (카드).
    Card,
    /// A bank account number issued for this payment alone, into which the buyer transfers later, or never (가상계좌).
    VirtualAccount,
    /// A Korean wallet such as Toss Pay or Kakao Pay (간편결제).
    EasyPay,
    /// Charged to the mobile phone bill (휴대폰).
    MobilePhone,
    /// A bank transfer at once (계좌이체). Unlike a virtual account, it is paid as soon as it exists.
    Transfer,
    /// A culture gift certificate (문화상품권).
    CultureGiftCertificate,
    /// A book gift certificate (도서문화상품권).
    BookGiftCertificate,
    /// A game gift certificate (게임문화상품권).
    GameGiftCertificate,
    /// A wallet from abroad (해외간편결제).
    ForeignEasyPay,
    /// A method that this server does not know, or none has been chosen yet; the label has Toss's word for it.
    Unknown,
}

impl PaymentMethod {
    /// The method by Toss's literal.
    pub(super) fn from_label(label: Option<&str>) -> Self {
        use reconciliation::PaymentMethod as Toss;
        match label.map(Toss::from_label) {
            Some(Toss::Card) => Self::Card,
            Some(Toss::VirtualAccount) => Self::VirtualAccount,
            Some(Toss::EasyPay) => Self::EasyPay,
            Some(Toss::MobilePhone) => Self::MobilePhone,
            Some(Toss::Transfer) => Self::Transfer,
            Some(Toss::CultureGiftCertificate) => Self::CultureGiftCertificate,
            Some(Toss::BookGiftCertificate) => Self::BookGiftCertificate,
            Some(Toss::GameGiftCertificate) => Self::GameGiftCertificate,
            Some(Toss::ForeignEasyPay) => Self::ForeignEasyPay,
            Some(Toss::Other(_)) | None => Self::Unknown,
        }
    }

    /// What it is to the engine; one that is not known is every word that is not known.
    pub(super) fn engine(self) -> reconciliation::PaymentMethod {
        use reconciliation::PaymentMethod as Toss;
        match self {
            Self::Card => Toss::Card,
            Self::VirtualAccount => Toss::VirtualAccount,
            Self::EasyPay => Toss::EasyPay,
            Self::MobilePhone => Toss::MobilePhone,
            Self::Transfer => Toss::Transfer,
            Self::CultureGiftCertificate => Toss::CultureGiftCertificate,
            Self::BookGiftCertificate => Toss::BookGiftCertificate,
            Self::GameGiftCertificate => Toss::GameGiftCertificate,
            Self::ForeignEasyPay => Toss::ForeignEasyPay,
            Self::Unknown => Toss::Other(String::new()),
        }
    }
}
