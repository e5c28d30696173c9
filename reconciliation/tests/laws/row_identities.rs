//! The identities within a settlement row: they hold on every published row, and no won can change unseen.

use reconciliation::{
    Currency, FeeLine, Identity, Money, Outcome, PayOutReading, RowIdentities, Settlement,
};

use crate::fees::{PUBLISHED, published};
use crate::made::krw;

fn broken(row: &Settlement) -> Vec<Identity> {
    RowIdentities::of(row)
        .broken()
        .map(|broken| broken.identity)
        .collect()
}

/// One way to add to a money field of a row, if the row lists it.
type Mutation = (&'static str, fn(&mut Settlement, i64) -> bool);

fn add(field: &mut Option<Money>, won: i64) -> bool {
    *field = field.map(|money| krw(money.minor() + won));
    field.is_some()
}

const FIELDS: [Mutation; 6] = [
    ("amount", |row, won| {
        row.amount = krw(row.amount.minor() + won);
        true
    }),
    ("fee", |row, won| add(&mut row.fee, won)),
    ("supplyAmount", |row, won| add(&mut row.supply_amount, won)),
    ("vat", |row, won| add(&mut row.vat, won)),
    ("payOutAmount", |row, won| {
        row.pay_out_amount = krw(row.pay_out_amount.minor() + won);
        true
    }),
    ("fees[0].fee", |row, won| {
        let line = row.fees.as_mut().and_then(|lines| lines.first_mut());
        line.map(|line| line.fee = krw(line.fee.minor() + won))
            .is_some()
    }),
];

#[test]
fn every_published_row_holds_and_any_field_changed_by_one_won_is_caught() {
    let mut mutations = 0;
    for row in PUBLISHED.map(published) {
        let checked = RowIdentities::of(&row);
        assert_eq!(checked.broken().count(), 0, "{row:?}");
        assert_eq!(checked.pay_out_reading, Some(PayOutReading::Either));
        for (field, mutate) in FIELDS {
            for won in [-1, 1] {
                let mut changed = row.clone();
                if mutate(&mut changed, won) {
                    mutations += 1;
                    assert!(!broken(&changed).is_empty(), "{field} {won:+} of {row:?}");
                }
            }
        }
    }
    // Five rows, of which three have a breakdown.
    assert_eq!(mutations, 2 * (5 * 5 + 3));
}

#[test]
fn an_instalment_fee_changed_by_one_won_shows_in_the_reading() {
    for row in PUBLISHED.map(published) {
        let mut changed = row;
        changed.interest_fee = Some(krw(1));
        let checked = RowIdentities::of(&changed);
        assert_eq!(checked.pay_out_reading, Some(PayOutReading::LessFee));
        changed.pay_out_amount = krw(changed.pay_out_amount.minor() - 1);
        let checked = RowIdentities::of(&changed);
        assert_eq!(
            checked.pay_out_reading,
            Some(PayOutReading::LessFeeAndInterest)
        );
        assert_eq!(checked.broken().count(), 0);
        changed.pay_out_amount = krw(changed.pay_out_amount.minor() - 1);
        let checked = RowIdentities::of(&changed);
        assert_eq!(checked.pay_out_reading, None);
        assert_eq!(broken(&changed), [Identity::PayOutIsAmountLessFee]);
    }
}

#[test]
fn an_absent_part_makes_a_check_unknown_and_never_zero() {
    let outcome = |row: &Settlement, identity| {
        let checked = RowIdentities::of(row);
        let mut outcomes = checked.outcomes().iter();
        outcomes.find(|(of, _)| *of == identity).unwrap().1
    };
    let row = published(PUBLISHED[1]);
    let mut absent = row.clone();
    absent.vat = None;
    assert_eq!(
        outcome(&absent, Identity::FeeIsSupplyAndVat),
        Outcome::Unknown
    );
    assert_eq!(outcome(&absent, Identity::FeeIsSumOfLines), Outcome::Held);
    absent = row.clone();
    absent.fees = None;
    assert_eq!(
        outcome(&absent, Identity::FeeIsSumOfLines),
        Outcome::Unknown
    );
    absent.fees = Some(Vec::new());
    assert_eq!(
        outcome(&absent, Identity::FeeIsSumOfLines),
        Outcome::Broken {
            expected: krw(0),
            observed: krw(1_492)
        },
        "an empty breakdown that was sent is one of 0"
    );
    absent = row.clone();
    absent.fee = None;
    for identity in [
        Identity::FeeIsSupplyAndVat,
        Identity::FeeIsSumOfLines,
        Identity::PayOutIsAmountLessFee,
    ] {
        assert_eq!(outcome(&absent, identity), Outcome::Unknown, "{identity:?}");
    }
    assert_eq!(RowIdentities::of(&absent).pay_out_reading, None);
    absent = row;
    absent.fee = Some(Money::from_minor(1_492, Currency::USD));
    assert_eq!(
        outcome(&absent, Identity::FeeIsSupplyAndVat),
        Outcome::Unknown
    );
}

#[test]
fn a_row_that_satisfies_the_equations_is_right_whatever_its_signs() {
    let row = |amount, fee, pay_out| {
        let mut row = published(PUBLISHED[0]);
        let supply = fee * 10 / 11;
        row.amount = krw(amount);
        (row.fee, row.supply_amount) = (Some(krw(fee)), Some(krw(supply)));
        row.vat = Some(krw(fee - supply));
        row.fees = Some(vec![FeeLine {
            kind: "BASE".to_owned(),
            fee: krw(fee),
        }]);
        row.pay_out_amount = krw(pay_out);
        row
    };
    // A flat fee above the amount; a refund that costs a fee; one whose fee is kept.
    for (amount, fee, pay_out) in [(100, 330, -230), (-3_000, 300, -3_300), (-3_000, 0, -3_000)] {
        assert_eq!(broken(&row(amount, fee, pay_out)), [], "{amount}");
        assert_eq!(
            broken(&row(amount, fee, pay_out + 1)),
            [Identity::PayOutIsAmountLessFee],
            "{amount}"
        );
    }
    // Signs that the equations do not bear out.
    assert_eq!(
        broken(&row(100, 330, 230)),
        [Identity::PayOutIsAmountLessFee]
    );
}
