//! Toss's words in both languages: Korean by default, English for `Accept-Language: en-US`.

/// The language of literals and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Korean,
    English,
}

/// Korean word, English word. The English spellings of the easy-pay methods are not documented.
const WORDS: &[(&str, &str)] = &[
    ("카드", "CARD"),
    ("가상계좌", "VIRTUAL_ACCOUNT"),
    ("간편결제", "EASY_PAY"),
    ("휴대폰", "MOBILE_PHONE"),
    ("계좌이체", "TRANSFER"),
    ("문화상품권", "CULTURE_GIFT_CERTIFICATE"),
    ("도서문화상품권", "BOOK_GIFT_CERTIFICATE"),
    ("게임문화상품권", "GAME_GIFT_CERTIFICATE"),
    ("해외간편결제", "FOREIGN_EASY_PAY"),
    ("신용", "CREDIT"),
    ("체크", "CHECK"),
    ("기프트", "GIFT"),
    ("미확인", "UNKNOWN"),
    ("개인", "PERSONAL"),
    ("법인", "CORPORATE"),
    ("일반", "NORMAL"),
    ("고정", "FIXED"),
    ("토스페이", "TOSSPAY"),
    ("네이버페이", "NAVERPAY"),
    ("카카오페이", "KAKAOPAY"),
    ("페이코", "PAYCO"),
    ("삼성페이", "SAMSUNGPAY"),
    ("엘페이", "LPAY"),
    ("SSG페이", "SSG"),
    ("애플페이", "APPLEPAY"),
    ("핀페이", "PINPAY"),
];

impl Language {
    /// The language that an `Accept-Language` header asks for.
    pub(crate) fn from_header(value: Option<&str>) -> Self {
        match value {
            Some(value) if value.trim().to_ascii_lowercase().starts_with("en") => Self::English,
            _ => Self::Korean,
        }
    }

    /// The word in this language; a word outside the table stays as it is.
    pub(crate) fn word(self, korean: &str) -> &str {
        match self {
            Self::Korean => korean,
            Self::English => WORDS
                .iter()
                .find(|(word, _)| *word == korean)
                .map_or(korean, |(_, english)| english),
        }
    }
}
