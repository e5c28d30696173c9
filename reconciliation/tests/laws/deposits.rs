//! Days that pay out less than nothing are made up for by the days after them.

use proptest::prelude::*;
use reconciliation::Deposits;

use crate::made::krw;

/// `(deposited, carried over)` of payouts one after another.
fn paid(nets: &[i64]) -> Vec<(i64, i64)> {
    let mut deposits = Deposits::new(krw(0));
    nets.iter()
        .map(|net| {
            let deposit = deposits.pay_out(krw(*net)).unwrap();
            (deposit.deposited.minor(), deposit.carried_over.minor())
        })
        .collect()
}

#[test]
fn what_a_day_lacks_is_taken_off_the_next_ones() {
    assert_eq!(paid(&[1_000]), [(1_000, 0)]);
    assert_eq!(
        paid(&[-3_000, 1_000, 5_000, 700]),
        [(0, 3_000), (0, 2_000), (3_000, 0), (700, 0)]
    );
    assert_eq!(paid(&[-500, 500, 1]), [(0, 500), (0, 0), (1, 0)]);
}

proptest! {
    #[test]
    fn nothing_is_lost_between_payouts_and_the_bank(nets in prop::collection::vec(-9_000_i64..9_000, 1..20)) {
        let paid = paid(&nets);
        let deposited: i64 = paid.iter().map(|(deposited, _)| deposited).sum();
        let carried = paid.last().map_or(0, |(_, carried)| *carried);
        prop_assert_eq!(deposited - carried, nets.iter().sum::<i64>());
        prop_assert!(paid.iter().all(|(deposited, carried)| *deposited >= 0 && *carried >= 0 && (*deposited == 0 || *carried == 0)));
    }
}
