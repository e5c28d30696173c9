//! Fees and payouts of settlement rows that merchants published.

use reconciliation::{FeeLine, Settlement, SettlementKind};

use crate::made::{krw, settlement};

/// `(amount, fee, breakdown, supply amount, VAT, payout)`
pub(crate) type Published = (i64, i64, Option<&'static [i64]>, i64, i64, i64);

pub(crate) const PUBLISHED: [Published; 5] = [
    (-99_800, -2_250, Some(&[-2_250, 0]), -2_045, -205, -97_550),
    (64_601, 1_492, Some(&[1_492]), 1_356, 136, 63_109),
    (3_280_000, 859_950, None, 781_773, 78_177, 2_420_050),
    (1_600, 63, None, 57, 6, 1_537),
    (34_000, 860, Some(&[800, 60]), 782, 78, 33_140),
];

pub(crate) fn published((amount, fee, lines, supply, vat, pay_out): Published) -> Settlement {
    let mut row = settlement(amount);
    row.fee = Some(krw(fee));
    row.fees = lines.map(|lines| {
        lines
            .iter()
            .map(|fee| FeeLine {
                kind: "BASE".to_owned(),
                fee: krw(*fee),
            })
            .collect()
    });
    row.supply_amount = Some(krw(supply));
    row.vat = Some(krw(vat));
    row.pay_out_amount = krw(pay_out);
    row
}

#[test]
fn published_rows_pay_out_their_amount_less_a_fee_that_is_supply_and_vat() {
    for row in PUBLISHED.map(published) {
        let fee = row.fee.unwrap();
        assert_eq!(row.supply_amount.unwrap().plus(row.vat.unwrap()), Ok(fee));
        assert_eq!(row.amount.minus(fee), Ok(row.pay_out_amount));
        assert_eq!(fee.minor().signum(), row.amount.minor().signum());
    }
}

#[test]
fn the_shown_fee_is_the_same_by_whichever_part_of_a_published_row_it_is_told() {
    for listed in PUBLISHED {
        let mut row = published(listed);
        let fee = krw(listed.1);
        assert_eq!(row.shown_fee(), fee);
        row.fee = None;
        assert_eq!(row.shown_fee(), fee);
        row.vat = None;
        assert_eq!(row.shown_fee(), fee);
        row.fees = Some(Vec::new());
        assert_eq!(row.shown_fee(), fee, "an empty breakdown is not a fee of 0");
        row.fees = None;
        assert_eq!(row.shown_fee(), fee);
    }
}

#[test]
fn a_fee_that_was_listed_is_shown_even_when_the_parts_contradict_it() {
    let mut row = published(PUBLISHED[1]);
    row.fee = Some(krw(0));
    assert_eq!(row.shown_fee(), krw(0));
    row.fee = None;
    row.supply_amount = Some(krw(1));
    assert_eq!(row.shown_fee(), krw(137));
}

#[test]
fn a_row_is_a_cancel_when_toss_says_so_or_its_amount_is_negative() {
    let cases = [
        (1, false, SettlementKind::Payment),
        (0, false, SettlementKind::Payment),
        (-1, false, SettlementKind::Cancel),
        (1, true, SettlementKind::Cancel),
        (0, true, SettlementKind::Cancel),
        (-1, true, SettlementKind::Cancel),
    ];
    for (amount, names_a_cancel, expected) in cases {
        assert_eq!(Settlement::kind_of(krw(amount), names_a_cancel), expected);
    }
}
