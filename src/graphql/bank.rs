//! The banks by Toss's codes.

use async_graphql::SimpleObject;

/// A bank or a securities firm.
#[derive(SimpleObject)]
pub(super) struct Bank {
    /// Toss's code (은행 코드), as `RefundAccountInput.bank` takes it.
    code: &'static str,
    /// Its name in Korean.
    name_ko: &'static str,
    /// Its name in English.
    name_en: &'static str,
}

/// All of them: banks first.
pub(super) fn all() -> Vec<Bank> {
    let banks = BANKS.iter();
    banks
        .map(|&(code, name_ko, name_en)| Bank {
            code,
            name_ko,
            name_en,
        })
        .collect()
}

/// Code, name in Korean, name in English, by Toss's table of institutions.
const BANKS: [(&str, &str, &str); 51] = [
    ("39", "경남은행", "Kyongnam Bank"),
    ("34", "광주은행", "Gwangju Bank"),
    ("12", "지역농축협", "Local Nonghyup"),
    ("32", "부산은행", "Busan Bank"),
    ("45", "새마을금고", "MG Community Credit Cooperatives"),
    ("64", "산림조합", "National Forestry Cooperative Federation"),
    ("88", "신한은행", "Shinhan Bank"),
    ("48", "신협", "National Credit Union Federation of Korea"),
    ("27", "씨티은행", "Citibank Korea"),
    ("20", "우리은행", "Woori Bank"),
    ("71", "우체국예금보험", "Korea Post"),
    ("50", "저축은행중앙회", "Korea Federation of Savings Banks"),
    ("37", "전북은행", "Jeonbuk Bank"),
    ("35", "제주은행", "Jeju Bank"),
    ("90", "카카오뱅크", "Kakao Bank"),
    ("89", "케이뱅크", "K bank"),
    ("92", "토스뱅크", "Toss Bank"),
    ("81", "하나은행", "Hana Bank"),
    ("54", "홍콩상하이은행", "HSBC"),
    ("03", "IBK기업은행", "Industrial Bank of Korea"),
    ("06", "KB국민은행", "KB Kookmin Bank"),
    ("31", "iM뱅크(대구)", "iM Bank (Daegu)"),
    ("02", "한국산업은행", "Korea Development Bank"),
    ("11", "NH농협은행", "NH Nonghyup Bank"),
    ("23", "SC제일은행", "SC First Bank"),
    ("07", "Sh수협은행", "Sh Suhyup Bank"),
    ("S8", "교보증권", "Kyobo Securities"),
    ("SE", "대신증권", "Daishin Securities"),
    ("SK", "메리츠증권", "Meritz Securities"),
    ("S5", "미래에셋증권", "Mirae Asset Securities"),
    ("SM", "부국증권", "Bookook Securities"),
    ("S3", "삼성증권", "Samsung Securities"),
    ("SN", "신영증권", "Shinyoung Securities"),
    ("S2", "신한금융투자", "Shinhan Securities"),
    ("S0", "유안타증권", "Yuanta Securities"),
    ("SJ", "유진투자증권", "Eugene Investment & Securities"),
    ("SQ", "카카오페이증권", "Kakao Pay Securities"),
    ("SB", "키움증권", "Kiwoom Securities"),
    ("ST", "토스증권", "Toss Securities"),
    (
        "SR",
        "펀드온라인코리아(한국포스증권)",
        "Korea Foss Securities",
    ),
    ("SH", "하나금융투자", "Hana Securities"),
    ("S9", "하이투자증권", "Hi Investment & Securities"),
    ("S6", "한국투자증권", "Korea Investment & Securities"),
    ("SG", "한화투자증권", "Hanwha Investment & Securities"),
    ("SA", "현대차증권", "Hyundai Motor Securities"),
    ("SI", "DB금융투자", "DB Financial Investment"),
    ("S4", "KB증권", "KB Securities"),
    (
        "SP",
        "KTB투자증권(다올투자증권)",
        "KTB Investment & Securities (Daol)",
    ),
    ("SO", "LIG투자증권", "LIG Investment & Securities"),
    ("SL", "NH투자증권", "NH Investment & Securities"),
    ("SD", "SK증권", "SK Securities"),
];
