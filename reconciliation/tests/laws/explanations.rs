//! What a discrepancy says in Korean. The English sentences stand beside the cases that cause them.

use reconciliation::{
    BalanceEquation, CancelRequestStatus, Currency, Discrepancy, DiscrepancyClass, Evidence, Gap,
    Language, ListedUnreadable, Money, Pair, PaymentStatus, RefundStatus, RowIdentities, Source,
    StatusOf, UnreadableRow, Version,
};

use crate::made::{key, krw, second};
use crate::made_books::{day, settled};

fn dollars(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

fn told(evidence: &Evidence, language: Language) -> String {
    let discrepancy = Discrepancy {
        payment_key: None,
        transaction_key: None,
        evidence: evidence.clone(),
    };
    discrepancy.explanation(language)
}

fn version(won: i64, paid_out: &str) -> Box<Version> {
    Box::new(Version {
        settlement: settled("t0", won, "2026-03-02", paid_out),
        read_at: second(0),
    })
}

/// One piece of evidence of each class, with its sentence.
#[expect(clippy::too_many_lines, reason = "one sentence of each class")]
fn sentences() -> Vec<(Evidence, &'static str)> {
    let row = settled("t0", 15_000, "2026-03-02", "2026-03-09");
    let mut wrong = row.clone();
    wrong.pay_out_amount = krw(1);
    let broken = RowIdentities::of(&wrong).broken().collect();
    vec![
        (
            Evidence::SourceGap {
                source: Source::Settlements,
                gaps: vec![
                    Gap::Before(day("2026-03-01")),
                    Gap::Days(day("2026-03-02"), day("2026-03-02")),
                    Gap::Days(day("2026-03-04"), day("2026-03-05")),
                ],
                both_lists: false,
            },
            "정산 내역을 아직 다 읽지 못했습니다: 2026-03-01 이전 없음, 2026-03-02 없음, 2026-03-04 ~ 2026-03-05 없음. `toss-recon sync --from yyyy-MM-dd --to 2026-03-05 --only settlements` 명령으로 읽을 수 있습니다.",
        ),
        (
            Evidence::UnknownStatus {
                of: StatusOf::Cancel,
                status: "FROZEN".to_owned(),
            },
            "취소 상태 \"FROZEN\"은(는) 알려지지 않은 값이라 금액에 어떤 영향을 주었는지 알 수 없습니다.",
        ),
        (
            Evidence::SettlementDuplicated {
                events: 1,
                expected: krw(15_000),
                rows: vec![row.clone(), row.clone()],
            },
            "거래 1건에 정산이 2건(15,000원, 15,000원) 있습니다.",
        ),
        (
            Evidence::SettledVoid {
                nominal: krw(15_000),
                row: Box::new(row.clone()),
            },
            "입금 전 취소된 가상계좌라 15,000원 중 움직인 돈이 없는데, 매출일 2026-03-02, 지급일 2026-03-09인 15,000원 정산이 있습니다.",
        ),
        (
            Evidence::SettlementOrphan {
                rows: vec![row.clone()],
            },
            "매출일 2026-03-02, 지급일 2026-03-09인 15,000원 정산에 해당하는 거래가, 이미 읽은 거래 내역에 없습니다.",
        ),
        (
            Evidence::UnreadableRow(Box::new(ListedUnreadable {
                source: Source::Settlements,
                day: day("2026-03-02"),
                row: UnreadableRow {
                    mid: None,
                    payment_key: None,
                    transaction_key: None,
                    order_id: None,
                    day: None,
                    field: "paidOutDate".to_owned(),
                    reason: "is missing".to_owned(),
                },
            })),
            "2026-03-02 정산 내역의 한 행에서 paidOutDate 항목을 읽을 수 없어 그 행을 금액에 반영하지 않았습니다.",
        ),
        (
            Evidence::CurrencyMismatch {
                between: Pair::Payment,
                expected: krw(15_000),
                observed: dollars(1_234),
            },
            "통화가 다릅니다: 거래 내역은 15,000원, 결제는 USD 12.34입니다.",
        ),
        (
            Evidence::AmountMismatch {
                between: Pair::Settlement,
                expected: krw(-1_234_567),
                observed: krw(-1_234_566),
            },
            "거래 내역은 -1,234,567원인데 정산은 -1,234,566원입니다(차이 +1원).",
        ),
        (
            Evidence::FeeArithmetic {
                row: Box::new(wrong),
                broken,
            },
            "15,000원 정산의 계산이 맞지 않습니다: 지급 금액 1원 ≠ 결제 금액 15,000원 - 수수료 346원 = 14,654원.",
        ),
        (
            Evidence::SettlementMissing {
                candidates: vec![key("t0")],
                missing: 1,
                amount: krw(15_000),
                sold: day("2026-03-02"),
                late_from: second(0),
                last_seen: Some(second(-60)),
            },
            "매출일 2026-03-02에 있어야 할 15,000원 정산이 2026-03-02 12:00:00 KST부터 늦어지고 있는데, 이전에는 목록에 있던(2026-03-02 11:59:00 KST 조회까지) 정산을 토스가 거두어들인 것입니다.",
        ),
        (
            Evidence::SettlementRestated {
                before: version(15_000, "2026-03-09"),
                after: None,
                noticed_at: second(60),
            },
            "정산이 사라졌습니다: 15,000원, 수수료 346원, 지급 금액 14,654원, 매출일 2026-03-02, 지급일 2026-03-09(2026-03-02 12:00:00 KST 조회) → 목록에 없음(2026-03-02 12:01:00 KST 조회).",
        ),
        (
            Evidence::PayoutDateChanged {
                before: version(15_000, "2026-03-09"),
                after: version(15_000, "2026-03-10"),
            },
            "14,654원의 지급일이 2026-03-09(2026-03-02 12:00:00 KST 조회)에서 2026-03-10(2026-03-02 12:00:00 KST 조회)로 변경되었습니다.",
        ),
        (
            Evidence::RefundExceedsPayment {
                paid: dollars(123_456),
                refunded: dollars(123_457),
            },
            "결제된 금액은 USD 1,234.56인데 환불된 금액이 USD 1,234.57입니다(차이 +USD 0.01).",
        ),
        (
            Evidence::BalanceMismatch {
                equation: BalanceEquation::TotalLessCancels,
                expected: krw(0),
                observed: krw(999),
            },
            "결제의 취소 가능 잔액은 999원인데 결제 금액에서 취소 금액을 뺀 금액은 0원입니다(차이 +999원).",
        ),
        (
            Evidence::StatusMismatch {
                expected: vec![PaymentStatus::Done],
                observed: PaymentStatus::Canceled,
            },
            "결제 상태는 CANCELED인데 거래 내역에 따르면 DONE 상태여야 합니다.",
        ),
        (
            Evidence::RefundFailed {
                status: RefundStatus::Failed,
                refunded: Some(krw(33_000)),
            },
            "가상계좌 33,000원 환불이 은행에서 거절되어(refundStatus FAILED), 취소는 유효하지만 구매자가 돈을 받지 못했을 수 있습니다.",
        ),
        (
            Evidence::CanceledElsewhere {
                amount: krw(15_000),
                canceled_at: second(0),
                refunded: true,
                is_net_cancel: true,
            },
            "2026-03-02 12:00:00 KST에 15,000원의 환불이 있었는데 우리가 요청한 취소가 아니며, 승인 후 1분 이내의 취소이므로 토스의 망취소로 보입니다.",
        ),
        (
            Evidence::CancelUnresolved {
                request: "r1".to_owned(),
                status: CancelRequestStatus::Unknown,
                amount: None,
                allowed_at: second(0),
            },
            "2026-03-02 12:00:00 KST의 취소 요청 r1(남은 금액 전액)이 아직 UNKNOWN 상태로, 실제로 취소되었는지 알 수 없습니다.",
        ),
    ]
}

#[test]
fn every_class_is_told_in_korean_and_in_english() {
    let mut classes = Vec::new();
    for (evidence, expected) in sentences() {
        assert_eq!(told(&evidence, Language::Korean), expected);
        let english = told(&evidence, Language::English);
        assert!(english.ends_with('.') && english.len() > 20, "{english}");
        let hangul = |c: char| ('가'..='힣').contains(&c);
        assert!(!english.replace("망취소", "").contains(hangul), "{english}");
        let class = Discrepancy {
            payment_key: None,
            transaction_key: None,
            evidence,
        };
        classes.push(class.class());
    }
    assert_eq!(classes, DiscrepancyClass::ALL);
}

#[test]
fn classes_are_read_as_they_are_written_and_two_of_them_are_no_errors() {
    use reconciliation::Severity;
    for class in DiscrepancyClass::ALL {
        assert_eq!(DiscrepancyClass::parse(class.as_str()), Some(class));
        let severity = match class {
            DiscrepancyClass::CanceledElsewhere => Severity::Info,
            DiscrepancyClass::SourceGap => Severity::Wait,
            _ => Severity::Error,
        };
        assert_eq!(class.severity(), severity, "{class:?}");
        assert_eq!(class.is_information(), severity == Severity::Info);
    }
}
