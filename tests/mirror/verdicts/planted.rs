//! What is planted is found, on the payment that it is planted in, and nothing else anywhere.

use std::collections::{BTreeMap, BTreeSet};

use reconciliation::Verdict;
use toss_recon::store::VerdictSubject;
use toss_recon::sync::Mirror;
use toss_sim::{Scenario, TossSim};

use super::{Desk, errors, stands, stored};
use crate::support::{
    Engine, MONTH, clock, empty_shop, merchants, month, on_both_databases, settings, shop,
};

on_both_databases!(
    a_clean_month_has_nothing_but_payments_in_order,
    a_month_with_every_fault_has_each_on_its_own_payment_alone,
    each_fault_alone_is_found_as_its_class,
    the_sums_of_a_month_are_those_of_its_payments,
);

/// Each story with a fault: its order, and the class.
const PLANTED: [(&str, &str, &str); 13] = [
    ("amount_mismatch", "order-amount-off", "AMOUNT_MISMATCH"),
    ("balance_mismatch", "order-balance-off", "BALANCE_MISMATCH"),
    (
        "currency_mismatch",
        "order-currency-off",
        "CURRENCY_MISMATCH",
    ),
    ("fee_off_by_one", "order-fee-off", "FEE_ARITHMETIC"),
    (
        "payout_date_changed",
        "order-payout-moved",
        "PAYOUT_DATE_CHANGED",
    ),
    ("settled_void", "order-settled-void", "SETTLED_VOID"),
    (
        "settlement_duplicated",
        "order-settled-twice",
        "SETTLEMENT_DUPLICATED",
    ),
    (
        "settlement_missing",
        "order-unsettled",
        "SETTLEMENT_MISSING",
    ),
    ("settlement_orphan", "order-orphan", "SETTLEMENT_ORPHAN"),
    (
        "settlement_restated",
        "order-restated",
        "SETTLEMENT_RESTATED",
    ),
    ("status_mismatch", "order-status-off", "STATUS_MISMATCH"),
    ("unknown_status", "order-unknown-status", "UNKNOWN_STATUS"),
    ("degraded_rows", "order-degraded", ""),
];

/// The month mirrored, read again half a day later as a trailing pass does, the payments in `live` read themselves.
async fn mirrored(sim: TossSim, engine: Engine) -> Desk {
    let desk = Desk::open(sim, engine).await;
    desk.import(&month()).await;
    desk.catch_up().await;
    desk.sim.clock().advance(chrono::Duration::hours(13));
    let mut span = settings(5_000);
    span.settlement_days = 40;
    let again = Mirror::new(
        desk.store().clone(),
        merchants(&desk.sim),
        clock(&desk.sim),
        span,
    );
    assert_eq!(again.pass().await.failed, 0);
    desk
}

async fn a_clean_month_has_nothing_but_payments_in_order(engine: Engine) {
    let sim = empty_shop().await;
    sim.play(
        Scenario::by_name("clean_month").unwrap(),
        MONTH.0.parse().unwrap(),
    );
    let desk = mirrored(sim, engine).await;
    desk.catch_up().await;
    let kept = stored(desk.store()).await;
    assert!(kept.len() > 190, "{}", kept.len());
    for (subject, record) in &kept {
        let verdict = stands(record);
        assert!(
            matches!(verdict, Some(Verdict::Reconciled | Verdict::Pending)),
            "{subject:?} {record:?}"
        );
        assert_eq!(errors(record), BTreeSet::new(), "{subject:?}");
        // Nobody asked us for the cancels of this month: that is information.
        let payment = record.payment.as_ref().unwrap();
        let canceled = !(payment.sums.effective_refund.is_zero() && payment.sums.voided.is_zero());
        assert_eq!(record.discrepancies.is_empty(), !canceled, "{subject:?}");
    }
    let reconciled = kept.values().map(stands);
    let reconciled = reconciled.filter(|verdict| *verdict == Some(Verdict::Reconciled));
    assert!(reconciled.count() > 180);
    desk.assert_confirmed().await;
}

async fn a_month_with_every_fault_has_each_on_its_own_payment_alone(engine: Engine) {
    let desk = mirrored(shop().await, engine).await;
    desk.read_live(&desk.keys()).await;
    desk.catch_up().await;
    let expected: BTreeMap<VerdictSubject, BTreeSet<&str>> = PLANTED
        .iter()
        .filter(|(_, _, class)| !class.is_empty())
        .map(|(_, order, class)| (VerdictSubject::Payment(desk.key(order)), [*class].into()))
        .collect();
    let kept = stored(desk.store()).await;
    let found: BTreeMap<VerdictSubject, BTreeSet<&str>> = kept
        .iter()
        .map(|(subject, record)| (subject.clone(), errors(record)))
        .filter(|(_, errors)| !errors.is_empty())
        .collect();
    assert_eq!(found, expected);
    for (subject, record) in &kept {
        let discrepant = stands(record) == Some(Verdict::Discrepant);
        assert_eq!(discrepant, expected.contains_key(subject), "{record:?}");
    }
    desk.assert_confirmed().await;
}

async fn each_fault_alone_is_found_as_its_class(engine: Engine) {
    for (story, order, class) in PLANTED {
        let sim = empty_shop().await;
        sim.play(
            Scenario::by_name(story).unwrap(),
            "2026-03-03".parse().unwrap(),
        );
        let desk = mirrored(sim, engine).await;
        desk.read_live(&[desk.key(order)]).await;
        desk.catch_up().await;
        let kept = stored(desk.store()).await;
        let found: Vec<_> = kept.values().flat_map(|record| errors(record)).collect();
        let expected: Vec<_> = Some(class).into_iter().filter(|c| !c.is_empty()).collect();
        assert_eq!(found, expected, "{story}");
        let payments = kept.values().filter(|record| record.payment.is_some());
        assert_eq!(payments.count(), 1, "{story}");
        desk.database.store.close().await.unwrap();
    }
}

async fn the_sums_of_a_month_are_those_of_its_payments(engine: Engine) {
    let desk = mirrored(shop().await, engine).await;
    desk.catch_up().await;
    let days = (super::day(MONTH.0), super::day(MONTH.1));
    let summaries = desk.reconciler.summaries(days, None).await.unwrap();
    let kept = stored(desk.store()).await;
    let payments: Vec<_> = kept
        .values()
        .filter_map(|kept| kept.payment.as_ref())
        .collect();
    assert!(summaries.len() > 2, "currencies and merchants");
    for summary in &summaries {
        let of_summary: Vec<_> = payments
            .iter()
            .filter(|payment| {
                payment.mid == summary.mid
                    && payment.sums.paid.currency() == summary.sums.paid.currency()
            })
            .collect();
        assert_eq!(
            u64::try_from(of_summary.len()).unwrap(),
            summary.payment_count
        );
        let sum = |of: fn(&toss_recon::store::PaymentSums) -> reconciliation::Money| -> i64 {
            of_summary
                .iter()
                .map(|payment| of(&payment.sums).minor())
                .sum()
        };
        assert_eq!(sum(|sums| sums.paid), summary.sums.paid.minor());
        assert_eq!(
            sum(|sums| sums.effective_refund),
            summary.sums.effective_refund.minor()
        );
        assert_eq!(sum(|sums| sums.voided), summary.sums.voided.minor());
        assert_eq!(sum(|sums| sums.settled), summary.sums.settled.minor());
        assert_eq!(sum(|sums| sums.fee), summary.sums.fee.minor());
        assert_eq!(sum(|sums| sums.pay_out), summary.sums.pay_out.minor());
        let verdicts: u64 = summary.verdicts.iter().map(|(_, count)| count).sum();
        assert_eq!(verdicts, summary.payment_count);
    }
    let counted: u64 = summaries.iter().map(|summary| summary.payment_count).sum();
    assert_eq!(counted, u64::try_from(payments.len()).unwrap());
}
