//! What rows show of the points that Toss's documentation leaves open: each reading with rows that show it, and rows that
//! nearly do.

use reconciliation::{
    Answers, Cancel, Here, PartialCancelRows, Payment, Sample, SettingsSay, Settlement,
    SettlementKind, Transaction, look_at_open_points,
};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, krw, payment, rows, second, settlement};
use crate::made_books::{DAY, calendar, day, settled};

/// What was read, each test filling in what it is about.
#[derive(Default)]
struct Read {
    transactions: Vec<Transaction>,
    settlements: Vec<Settlement>,
    payments: Vec<(Payment, Vec<Cancel>)>,
    versions: Vec<String>,
    answers: Answers,
    has_test_key: bool,
    partial_cancel_rows: PartialCancelRows,
}

impl Read {
    /// The readings of a point, those seen more often first; and what the settings say.
    fn point(&self, number: u8) -> (Vec<String>, SettingsSay) {
        let findings = look_at_open_points(&Sample {
            transactions: &self.transactions,
            settlements: &self.settlements,
            payments: &self.payments,
            versions: &self.versions,
            answers: self.answers,
            read_on: day("2026-03-10"),
            has_test_key: self.has_test_key,
            calendar: calendar(),
            partial_cancel_rows: self.partial_cancel_rows,
        });
        assert_eq!(findings.len(), 23);
        let finding = findings.into_iter().find(|one| one.point.number == number);
        let finding = finding.unwrap();
        let seen = match finding.here {
            Here::Seen(seen) => seen.into_keys().collect(),
            Here::NotSeen => Vec::new(),
            Here::NotByReading => vec!["not by reading".to_owned()],
        };
        (seen, finding.settings)
    }

    fn seen(&self, number: u8) -> Vec<String> {
        self.point(number).0
    }
}

fn of_settlements(settlements: Vec<Settlement>) -> Read {
    Read {
        settlements,
        ..Read::default()
    }
}

const NOTHING: [String; 0] = [];

#[test]
fn u1_a_row_of_a_partial_cancel_lists_its_own_amount_or_the_payments() {
    let read = |listed: i64, cancelled: i64| Read {
        transactions: rows(
            CARD,
            &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 9, listed)],
        ),
        payments: vec![(
            payment(CARD, "PARTIAL_CANCELED", 10_000 - cancelled),
            vec![cancel("t1", 9, cancelled)],
        )],
        ..Read::default()
    };
    assert_eq!(
        read(3_000, 3_000).point(1),
        (vec!["the cancel's amount".to_owned()], SettingsSay::Agree)
    );
    assert_eq!(read(-3_000, 3_000).seen(1), ["the cancel's amount"]);
    let (seen, say) = read(10_000, 3_000).point(1);
    assert_eq!(seen, ["the payment's amount"]);
    let advice = "set partial_cancel_rows to payment_amount".to_owned();
    assert_eq!(say, SettingsSay::Differ(advice));
    let agreeing = Read {
        partial_cancel_rows: PartialCancelRows::PaymentAmount,
        ..read(10_000, 3_000)
    };
    assert_eq!(agreeing.point(1).1, SettingsSay::Agree);
    assert_eq!(
        read(5_000, 3_000).seen(1),
        ["neither the cancel's nor the payment's amount"]
    );
    // A cancel of everything shows nothing, nor does a row whose payment was not read.
    assert_eq!(read(10_000, 10_000).seen(1), NOTHING);
    let unread = Read {
        payments: Vec::new(),
        ..read(3_000, 3_000)
    };
    assert_eq!(unread.point(1), (Vec::new(), SettingsSay::Agree));
}

#[test]
fn u2_a_deposit_that_turns_out_wrong_has_a_row() {
    let read = |listed: &[(&str, i64, i64)]| Read {
        transactions: rows(VIRTUAL_ACCOUNT, listed),
        ..Read::default()
    };
    let issue = ("WAITING_FOR_DEPOSIT", 0, 0);
    let deposit = ("DONE", 60, 10_000);
    for (won, reading) in [
        (0, "a new row of amount 0"),
        (10_000, "a new row of the whole amount"),
        (5_000, "a new row of another amount"),
    ] {
        let seen = read(&[issue, deposit, ("WAITING_FOR_DEPOSIT", 90, won)]).seen(2);
        assert_eq!(seen, [reading]);
    }
    assert_eq!(read(&[issue, deposit]).seen(2), NOTHING);
}

#[test]
fn u3_rows_have_an_order_or_none() {
    let read = |seconds: &[i64]| Read {
        transactions: rows(
            CARD,
            &seconds
                .iter()
                .map(|at| ("DONE", *at, 1))
                .collect::<Vec<_>>(),
        ),
        ..Read::default()
    };
    assert_eq!(read(&[1, 1, 2]).seen(3), ["oldest first"]);
    assert_eq!(read(&[2, 1, 1]).seen(3), ["newest first"]);
    assert_eq!(read(&[1, 3, 2]).seen(3), ["in no order"]);
    assert_eq!(read(&[1, 1]).seen(3), NOTHING);
    assert_eq!(read(&[]).seen(3), NOTHING);
}

#[test]
fn u4_u5_and_u14_are_told_by_how_toss_answered() {
    let answered = |answers: Answers| Read {
        answers,
        ..Read::default()
    };
    let good = answered(Answers {
        goes_on_behind_a_row: Some(true),
        days_at_once: Some(14),
        latest_attempt_answers: Some(true),
    });
    assert_eq!(good.seen(4), ["it does"]);
    assert_eq!(good.seen(5), ["14 days at once are answered"]);
    assert_eq!(good.seen(14), ["the latest"]);
    let bad = answered(Answers {
        goes_on_behind_a_row: Some(false),
        days_at_once: Some(1),
        latest_attempt_answers: Some(false),
    });
    assert_eq!(bad.seen(4), ["it does not"]);
    assert_eq!(bad.seen(5), ["one day at once"]);
    assert_eq!(bad.seen(14), ["another than the latest"]);
    let silent = answered(Answers::default());
    for number in [4, 5, 14] {
        assert_eq!(silent.seen(number), NOTHING);
    }
}

#[test]
fn u7_an_instalment_fee_is_within_the_fee_or_beside_it() {
    let row = |interest: i64, pay_out: i64| {
        let mut row = settlement(10_000);
        row.fee = Some(krw(300));
        row.interest_fee = Some(krw(interest));
        row.pay_out_amount = krw(pay_out);
        of_settlements(vec![row]).seen(7)
    };
    assert_eq!(row(100, 9_700), ["within the fee"]);
    assert_eq!(row(100, 9_600), ["beside the fee"]);
    assert_eq!(row(0, 9_700), NOTHING);
    assert_eq!(row(100, 9_000), NOTHING);
}

#[test]
fn u8_a_cancel_on_a_later_day_is_sold_then_or_on_the_payments_day() {
    let read = |cancelled_at: i64, sold: &str| {
        let mut row = settled("t1", -3_000, sold, "2026-03-12");
        row.approved_at = Some(second(0));
        Read {
            transactions: rows(
                CARD,
                &[
                    ("DONE", 0, 10_000),
                    ("PARTIAL_CANCELED", cancelled_at, 3_000),
                ],
            ),
            settlements: vec![row],
            ..Read::default()
        }
        .seen(8)
    };
    assert_eq!(read(2 * DAY, "2026-03-04"), ["the cancel's day"]);
    assert_eq!(read(2 * DAY, "2026-03-02"), ["the payment's day"]);
    assert_eq!(read(2 * DAY, "2026-03-08"), ["a later day, by the cycle"]);
    assert_eq!(read(60, "2026-03-02"), NOTHING);
}

#[test]
fn u9_a_cancel_gives_its_fee_back_or_not_by_method() {
    let row = |method: &str, fee: i64| {
        let mut row = settlement(-3_000);
        row.kind = SettlementKind::Cancel;
        row.method_label = Some(method.to_owned());
        row.fee = Some(krw(fee));
        row
    };
    let seen = of_settlements(vec![
        row(CARD, -70),
        row(VIRTUAL_ACCOUNT, 0),
        row("휴대폰", 70),
    ]);
    assert_eq!(
        seen.seen(9),
        [
            "가상계좌: no fee",
            "카드: the fee given back",
            "휴대폰: another fee"
        ]
    );
    assert_eq!(of_settlements(vec![settlement(3_000)]).seen(9), NOTHING);
}

#[test]
fn u10_money_moves_on_business_days_or_the_calendar_is_told_to_change() {
    let paid = |day: &str| of_settlements(vec![settled("t0", 1_000, "2026-03-02", day)]);
    let on_monday = paid("2026-03-09");
    assert_eq!(on_monday.seen(10), ["on business days"]);
    assert_eq!(on_monday.point(10).1, SettingsSay::Agree);
    let (seen, say) = paid("2026-03-08").point(10);
    assert_eq!(seen, ["on a day that is none here"]);
    assert!(matches!(say, SettingsSay::Differ(what) if what.contains("open_days")));
}

#[test]
fn u11_a_test_key_has_settlements_or_none() {
    let with = |settlements, has_test_key| Read {
        has_test_key,
        ..of_settlements(settlements)
    };
    assert_eq!(with(Vec::new(), true).seen(11), ["none are listed"]);
    assert_eq!(
        with(vec![settlement(1)], true).seen(11),
        ["some are listed"]
    );
    assert_eq!(with(vec![settlement(1)], false).seen(11), NOTHING);
}

#[test]
fn u12_and_u17_are_read_as_they_stand() {
    let read = Read {
        versions: vec!["2022-11-16".to_owned()],
        transactions: rows(CARD, &[("DONE", 0, 1)]),
        ..Read::default()
    };
    assert_eq!(read.seen(12), ["2022-11-16"]);
    assert_eq!(read.seen(17), ["all are known"]);
    let odd = Read {
        transactions: [
            rows(CARD, &[("DONE", 0, 1)]),
            rows("NEWPAY", &[("DONE", 0, 1)]),
        ]
        .concat(),
        ..Read::default()
    };
    assert_eq!(odd.seen(17), ["unknown: NEWPAY"]);
    assert_eq!(Read::default().seen(12), NOTHING);
    assert_eq!(Read::default().seen(17), NOTHING);
}

#[test]
fn u15_a_deposit_that_was_refunded_at_once_has_a_status() {
    let read = |method: &str, deposited: bool, cancelled: &[i64]| {
        let mut of = payment(method, "CANCELED", 0);
        of.approved_at = deposited.then(|| second(0));
        let cancels = cancelled.iter().map(|won| cancel("t1", 9, *won));
        Read {
            payments: vec![(of, cancels.collect())],
            ..Read::default()
        }
        .seen(15)
    };
    assert_eq!(read(VIRTUAL_ACCOUNT, true, &[10_000]), ["CANCELED"]);
    assert_eq!(read(VIRTUAL_ACCOUNT, false, &[10_000]), NOTHING);
    assert_eq!(read(VIRTUAL_ACCOUNT, true, &[6_000, 4_000]), NOTHING);
    assert_eq!(read(CARD, true, &[10_000]), NOTHING);
}

#[test]
fn u21_weekends_are_paid_out_with_monday_or_not() {
    // Saturday the 7th, Monday the 9th of March.
    let read = |saturday: &str, monday: &str| {
        let rows = vec![
            settled("t0", 1_000, "2026-03-07", saturday),
            settled("t1", 1_000, "2026-03-09", monday),
        ];
        of_settlements(rows).seen(21)
    };
    assert_eq!(
        read("2026-03-16", "2026-03-16"),
        ["together with the next business day's"]
    );
    assert_eq!(
        read("2026-03-13", "2026-03-16"),
        ["before the next business day's"]
    );
    assert_eq!(
        read("2026-03-17", "2026-03-16"),
        ["after the next business day's"]
    );
    let alone = of_settlements(vec![settled("t0", 1_000, "2026-03-07", "2026-03-16")]);
    assert_eq!(alone.seen(21), NOTHING);
}

#[test]
fn u22_and_u23_rows_of_one_event_and_of_days_to_come() {
    let row = |transaction: &str, sold: &str| settled(transaction, 1_000, sold, "2026-03-16");
    let one = of_settlements(vec![row("t0", "2026-03-09"), row("t1", "2026-03-10")]);
    assert_eq!(one.seen(22), ["one row"]);
    assert_eq!(one.seen(23), NOTHING);
    let several = of_settlements(vec![row("t0", "2026-03-09"), row("t0", "2026-03-11")]);
    assert_eq!(several.seen(22), ["several rows"]);
    assert_eq!(several.seen(23), ["rows are listed for days to come"]);
    // The cancel of a payment is another event than the payment.
    let mut cancelled = row("t0", "2026-03-09");
    cancelled.kind = SettlementKind::Cancel;
    let both = of_settlements(vec![row("t0", "2026-03-09"), cancelled]);
    assert_eq!(both.seen(22), ["one row"]);
}

#[test]
fn what_reading_cannot_tell_is_said_to_be_so() {
    for number in [6, 13, 16, 18, 19, 20] {
        assert_eq!(
            Read::default().seen(number),
            ["not by reading"],
            "U{number}"
        );
    }
}
