//! How a payment was made, in Toss's Korean and English words.

/// The method of a payment. Toss answers in Korean, or in English under `Accept-Language: en-US`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaymentMethod {
    /// 카드
    Card,
    /// 가상계좌: a bank account number issued for one payment, paid by transfer later or never.
    VirtualAccount,
    /// 간편결제
    EasyPay,
    /// 휴대폰
    MobilePhone,
    /// 계좌이체
    Transfer,
    /// 문화상품권
    CultureGiftCertificate,
    /// 도서문화상품권
    BookGiftCertificate,
    /// 게임문화상품권
    GameGiftCertificate,
    /// 해외간편결제
    ForeignEasyPay,
    /// A method that this program does not know, in Toss's spelling.
    Other(String),
}

impl PaymentMethod {
    /// The English words of the methods that are known.
    pub const NAMES: [&str; 9] = [
        "CARD",
        "VIRTUAL_ACCOUNT",
        "EASY_PAY",
        "MOBILE_PHONE",
        "TRANSFER",
        "CULTURE_GIFT_CERTIFICATE",
        "BOOK_GIFT_CERTIFICATE",
        "GAME_GIFT_CERTIFICATE",
        "FOREIGN_EASY_PAY",
    ];

    /// Reads the literal in either language; a word that is not known survives as itself.
    pub fn from_label(label: &str) -> Self {
        Self::known(label).unwrap_or_else(|| Self::Other(label.to_owned()))
    }

    /// The English word; of a method that is not known, Toss's own.
    pub fn name(&self) -> &str {
        match self {
            Self::Card => "CARD",
            Self::VirtualAccount => "VIRTUAL_ACCOUNT",
            Self::EasyPay => "EASY_PAY",
            Self::MobilePhone => "MOBILE_PHONE",
            Self::Transfer => "TRANSFER",
            Self::CultureGiftCertificate => "CULTURE_GIFT_CERTIFICATE",
            Self::BookGiftCertificate => "BOOK_GIFT_CERTIFICATE",
            Self::GameGiftCertificate => "GAME_GIFT_CERTIFICATE",
            Self::ForeignEasyPay => "FOREIGN_EASY_PAY",
            Self::Other(label) => label,
        }
    }

    /// Reads a literal that is known.
    pub(crate) fn known(label: &str) -> Option<Self> {
        Some(match label {
            "카드" | "CARD" => Self::Card,
            "가상계좌" | "VIRTUAL_ACCOUNT" => Self::VirtualAccount,
            "간편결제" | "EASY_PAY" | "EASYPAY" => Self::EasyPay,
            "휴대폰" | "MOBILE_PHONE" => Self::MobilePhone,
            "계좌이체" | "TRANSFER" => Self::Transfer,
            "문화상품권" | "CULTURE_GIFT_CERTIFICATE" => Self::CultureGiftCertificate,
            "도서문화상품권" | "BOOK_GIFT_CERTIFICATE" => Self::BookGiftCertificate,
            "게임문화상품권" | "GAME_GIFT_CERTIFICATE" => Self::GameGiftCertificate,
            "해외간편결제" | "FOREIGN_EASY_PAY" => Self::ForeignEasyPay,
            _ => return None,
        })
    }
}
