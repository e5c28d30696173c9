//! Which event a settlement row settles: every key in its order, and what must not match.

use reconciliation::MatchStrength::{Ambiguous, Exact, Weak};
use reconciliation::{
    CancelRowAmounts, Currency, Event, History, KstDate, MId, MatchStrength, Money, OrderId,
    PaymentKey, Settlement, SettlementKind, SettlementMatch, match_settlement,
};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, history, key, krw, row, rows, settlement, walk};

const NO_EVENT: MatchStrength = MatchStrength::None;

/// Paid 10,000 under `t0`, 3,000 refunded under `t1`.
fn events() -> Vec<Event> {
    history(CARD, &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 3_000)])
        .events()
        .to_vec()
}

fn order(text: &str) -> OrderId {
    OrderId::parse(text).unwrap()
}

#[track_caller]
fn assert_match(row: &Settlement, events: &[Event], strength: MatchStrength, keys: &[&str]) {
    let expected = SettlementMatch {
        strength,
        candidates: keys.iter().map(|text| key(text)).collect(),
    };
    assert_eq!(match_settlement(row, events), expected);
}

#[test]
fn the_transaction_key_decides_even_when_everything_else_differs() {
    let mut row = settlement(-777);
    row.transaction_key = Some(key("t0"));
    row.payment_key = None;
    row.order_id = order("another");
    assert_match(&row, &events(), Exact, &["t0"]);
}

#[test]
fn an_unknown_transaction_key_leaves_the_choice_to_the_next() {
    let mut row = settlement(10_000);
    row.transaction_key = Some(key("t9"));
    assert_match(&row, &events(), Exact, &["t0"]);
}

#[test]
fn payment_direction_and_amount_match_exactly() {
    assert_match(&settlement(10_000), &events(), Exact, &["t0"]);
    assert_match(&settlement(-3_000), &events(), Exact, &["t1"]);
}

#[test]
fn the_direction_is_told_by_the_cancel_that_toss_attached_too() {
    let mut positive = settlement(3_000);
    positive.kind = Settlement::kind_of(positive.amount, true);
    assert_eq!(positive.kind, SettlementKind::Cancel);
    assert_match(&positive, &events(), Exact, &["t1"]);
}

#[test]
fn another_direction_amount_or_currency_does_not_match() {
    for near_miss in [-10_000, 3_000, 9_999, -3_001] {
        assert_match(&settlement(near_miss), &events(), NO_EVENT, &[]);
    }
    let mut dollars = settlement(10_000);
    dollars.amount = Money::from_minor(10_000, Currency::USD);
    assert_match(&dollars, &events(), NO_EVENT, &[]);
}

#[test]
fn another_merchant_never_matches() {
    let mut row = settlement(10_000);
    row.transaction_key = Some(key("t0"));
    row.mid = MId::parse("shop2").unwrap();
    assert_match(&row, &events(), NO_EVENT, &[]);
}

#[test]
fn two_events_that_fit_are_listed_and_none_is_chosen() {
    let equal_cancels = history(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", 1, 3_000),
            ("PARTIAL_CANCELED", 2, 3_000),
        ],
    );
    let mut events = equal_cancels.events().to_vec();
    let row = settlement(-3_000);
    assert_match(&row, &events, Ambiguous, &["t1", "t2"]);
    events.reverse();
    assert_match(&row, &events, Ambiguous, &["t1", "t2"]);
    let mut keyed = row.clone();
    keyed.transaction_key = Some(key("t2"));
    assert_match(&keyed, &events, Exact, &["t2"]);
}

#[test]
fn an_event_given_twice_is_one_candidate() {
    let twice = [events(), events()].concat();
    assert_match(&settlement(10_000), &twice, Exact, &["t0"]);
}

#[test]
fn an_order_without_keys_matches_weakly() {
    let mut row = settlement(10_000);
    row.payment_key = None;
    assert_match(&row, &events(), Weak, &["t0"]);
    row.order_id = order("tvxyz_order-1");
    assert_match(&row, &events(), Weak, &["t0"]);
    row.amount = krw(9_999);
    assert_match(&row, &events(), NO_EVENT, &[]);
}

#[test]
fn only_what_stands_before_the_first_underscore_is_a_prefix() {
    let of_order = |order_id| {
        let mut paid = row(0, CARD, "DONE", 0, krw(10_000));
        paid.order_id = order(order_id);
        walk(vec![paid]).events().to_vec()
    };
    let listed_as = |order_id| {
        let mut row = settlement(10_000);
        row.payment_key = None;
        row.order_id = order(order_id);
        row
    };
    let cases = [
        ("a_b", "x_a_b", Weak),
        ("b", "x_a_b", NO_EVENT),
        ("a", "x_", NO_EVENT),
        ("order", "xorder", NO_EVENT),
        // A prefix of the event's own order is none.
        ("x_order", "order", NO_EVENT),
        ("x_order", "x_order", Weak),
    ];
    for (event_order, row_order, strength) in cases {
        let found = match_settlement(&listed_as(row_order), &of_order(event_order));
        assert_eq!(
            found.strength, strength,
            "{row_order} against {event_order}"
        );
    }
}

#[test]
fn an_order_as_it_stands_comes_before_one_without_its_prefix() {
    let mut exact = row(0, CARD, "DONE", 0, krw(10_000));
    exact.order_id = order("x_1");
    let mut stripped = row(1, CARD, "DONE", 0, krw(10_000));
    stripped.order_id = order("1");
    let events = walk(vec![exact, stripped]).events().to_vec();
    let mut listed = settlement(10_000);
    listed.payment_key = None;
    listed.order_id = order("x_1");
    assert_match(&listed, &events, Weak, &["t0"]);
}

#[test]
fn an_ambiguous_key_is_not_settled_by_a_weaker_one() {
    let mut twins = rows(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("DONE", 1, 10_000),
            ("DONE", 2, 10_000),
        ],
    );
    twins[2].payment_key = PaymentKey::parse("another").unwrap();
    twins[2].order_id = order("order-2");
    let mut row = settlement(10_000);
    row.order_id = order("order-2");
    assert_match(&row, walk(twins).events(), Ambiguous, &["t0", "t1"]);
}

#[test]
fn a_row_that_no_money_follows_matches_by_its_key_only() {
    let issued = history(VIRTUAL_ACCOUNT, &[("WAITING_FOR_DEPOSIT", 0, 10_000)]);
    let mut row = settlement(10_000);
    assert_match(&row, issued.events(), NO_EVENT, &[]);
    row.transaction_key = Some(key("t0"));
    assert_match(&row, issued.events(), Exact, &["t0"]);
}

#[test]
fn a_settled_void_is_found_so_that_it_can_be_reported() {
    let unpaid = history(VIRTUAL_ACCOUNT, &[("CANCELED", 0, 22_400)]);
    assert_match(&settlement(-22_400), unpaid.events(), Exact, &["t0"]);
}

#[test]
fn a_partial_cancel_matches_by_its_own_amount_when_rows_list_the_payments() {
    let listed = rows(
        CARD,
        &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 10_000)],
    );
    let cancels = [cancel("t1", 1, 3_000)];
    let history = History::of(listed, CancelRowAmounts::OfThePayment(&cancels)).unwrap();
    assert_match(&settlement(-3_000), history.events(), Exact, &["t1"]);
    assert_match(&settlement(-10_000), history.events(), NO_EVENT, &[]);
}

#[test]
fn a_real_cancel_settled_twice_matches_the_one_cancel_both_times() {
    // Published without its amounts; 50,000 won are this test's own.
    let cancel_key = "txrd_a01jsnb7kckzdbyzg7jjy0har1r";
    let mut canceled = row(0, CARD, "CANCELED", 0, krw(50_000));
    canceled.transaction_key = key(cancel_key);
    canceled.mid = MId::parse("kbsi_uplus").unwrap();
    let history = walk(vec![canceled]);
    let mut listed = settlement(-50_000);
    listed.mid = MId::parse("kbsi_uplus").unwrap();
    listed.payment_key = Some(PaymentKey::parse("kbsi_20250313133339UOZE2").unwrap());
    listed.order_id = order("ARIA_20258ac1e6a8248146b6b877914e5a8760c4");
    listed.transaction_key = Some(key(cancel_key));
    listed.sold_date = KstDate::parse("2025-04-25").unwrap();
    listed.paid_out_date = KstDate::parse("2025-05-08").unwrap();
    for row in [&listed, &listed.clone()] {
        assert_match(row, history.events(), Exact, &[cancel_key]);
    }
}
