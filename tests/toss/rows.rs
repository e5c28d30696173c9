//! The rows that merchants published, read and walked by the engine.

use reconciliation::{CancelRowAmounts, Currency, Effect, History, Money, SettlementKind, Totals};
use serde_json::{Value, json};
use toss_recon::toss::{MusdAmounts, read_settlements, read_transactions};

use crate::fixtures::fixture;

const MUSD: MusdAmounts = MusdAmounts::Millionths;

#[test]
fn cancelling_a_virtual_account_that_nobody_paid_is_a_void_and_refunds_nothing() {
    let rows =
        read_transactions(&fixture("cases/void-before-deposit.json"), 0, MUSD).expect("rows");
    let rows = rows.into_iter().map(|row| row.value).collect();
    let history = History::of(rows, CancelRowAmounts::OfTheCancel).expect("sums");
    let effects: Vec<Effect> = history.events().iter().map(|event| event.effect).collect();
    assert_eq!(effects, [Effect::None, Effect::Voided]);
    let won = |won| Money::from_minor(won, Currency::KRW);
    assert_eq!(
        history.totals(Currency::KRW),
        Totals {
            paid: won(0),
            effective_refund: won(0),
            voided: won(22_400)
        }
    );
}

#[test]
fn one_cancel_listed_twice_is_two_equal_rows() {
    let published = fixture("cases/settled-twice.json");
    let refused = read_settlements(&published, MUSD).expect_err("rows without amounts");
    assert_eq!(refused.path, "[0].amount");
    // The merchant blacked the amounts out; these are this test's own.
    let mut rows: Vec<Value> = serde_json::from_str(&published).expect("JSON");
    for row in &mut rows {
        for (name, value) in [
            ("amount", -55_000),
            ("fee", -1_270),
            ("payOutAmount", -53_730),
        ] {
            row[name] = json!(value);
        }
    }
    let text = serde_json::to_string(&rows).expect("JSON");
    let read = read_settlements(&text, MUSD).expect("rows");
    assert_eq!(read.len(), 2);
    assert_eq!(read[0], read[1]);
    let row = &read[0].value;
    assert_eq!(
        row.kind,
        SettlementKind::Cancel,
        "the sign tells, since nothing names the cancel"
    );
    assert_eq!(row.sold_date.to_string(), "2025-04-25");
    assert_eq!(row.paid_out_date.to_string(), "2025-05-08");
    assert_eq!(row.interest_fee, None);
}
