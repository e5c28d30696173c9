//! What codes are called by people, in either language: the words of Toss's own console in Korean.

use crate::{DeskState, DiscrepancyClass, Language, RetryAdvice, Severity};

impl DiscrepancyClass {
    /// What it is called in a list.
    pub fn name(self, language: Language) -> &'static str {
        let (korean, english) = match self {
            Self::SourceGap => ("수집 안 된 날 있음", "Days not read"),
            Self::UnknownStatus => ("알 수 없는 상태", "Unknown status"),
            Self::SettlementDuplicated => ("중복 정산", "Settled twice"),
            Self::SettledVoid => ("미입금 취소가 정산됨", "Void was settled"),
            Self::SettlementOrphan => ("거래 없는 정산", "Settlement without a transaction"),
            Self::UnreadableRow => ("읽을 수 없는 행", "Row cannot be read"),
            Self::CurrencyMismatch => ("통화 불일치", "Currencies differ"),
            Self::AmountMismatch => ("금액 불일치", "Amounts differ"),
            Self::FeeArithmetic => ("수수료 계산 오류", "Fee does not add up"),
            Self::SettlementMissing => ("정산 누락", "Settlement missing"),
            Self::SettlementRestated => ("정산 내용 변경", "Settlement changed"),
            Self::PayoutDateChanged => ("지급일 변경", "Payout day moved"),
            Self::RefundExceedsPayment => ("결제 금액보다 많은 환불", "Refunded more than paid"),
            Self::BalanceMismatch => ("취소 가능 금액 불일치", "Balance differs"),
            Self::StatusMismatch => ("상태 불일치", "Status differs"),
            Self::RefundFailed => ("환불 실패", "Refund failed"),
            Self::CanceledElsewhere => ("외부에서 취소됨", "Cancelled elsewhere"),
            Self::CancelUnresolved => ("취소 결과 확인 중", "Cancel not known yet"),
        };
        language.choose(korean, english)
    }
}

impl Severity {
    /// Every one, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Wait, Self::Info];

    /// The spelling in the API and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Wait => "WAIT",
            Self::Info => "INFO",
        }
    }

    /// What it is called in a list.
    pub fn name(self, language: Language) -> &'static str {
        let (korean, english) = match self {
            Self::Error => ("돈이 안 맞음", "Does not add up"),
            Self::Wait => ("수집 안 됨", "Not read"),
            Self::Info => ("정보", "Information"),
        };
        language.choose(korean, english)
    }
}

impl DeskState {
    /// What it is called in a list.
    pub fn name(self, language: Language) -> &'static str {
        let (korean, english) = match self {
            Self::Open => ("확인할 항목", "To check"),
            Self::Acknowledged => ("확인함", "Acknowledged"),
            Self::Resolved => ("해소됨", "Resolved"),
        };
        language.choose(korean, english)
    }
}

impl RetryAdvice {
    /// What to do, as a sentence.
    pub fn sentence(self, language: Language) -> &'static str {
        let (korean, english) = match self {
            Self::Retry => ("잠시 후 다시 시도하세요.", "Try again later."),
            Self::FixInput => ("입력을 고치세요.", "Change the input."),
            Self::AlreadyDone => (
                "이미 처리되었습니다. 더 할 일이 없습니다.",
                "It is done already. Nothing is left to do.",
            ),
            Self::NeedsPerson => ("담당자가 확인해야 합니다.", "Somebody must look at it."),
            Self::Wait => (
                "기다리세요. 같은 취소를 새로 만들지 마세요.",
                "Wait. Do not ask for the same cancel anew.",
            ),
        };
        language.choose(korean, english)
    }
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The text of this language.
    pub fn choose<T>(self, korean: T, english: T) -> T {
        match self {
            Self::Korean => korean,
            Self::English => english,
        }
    }
}
