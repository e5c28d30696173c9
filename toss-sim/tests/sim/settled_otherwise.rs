//! What Toss settles differently for some merchants, methods and keys.

use toss_sim::{
    CancelByHand, Contract, NewPayment, Onset, SettledEvent, SettlementChange, SettlementCycle,
    SettlementTrouble,
};

use crate::settlements::{number, settled_shop};
use crate::shop::{Shop, TEST_KEY};

const MARCH: &str = "/v1/settlements?startDate=2026-03-01&endDate=2026-03-31";

#[tokio::test]
async fn test_keys_get_the_sample_row_of_the_documentation_by_switch() {
    let shop = settled_shop().await;
    let listed = async |path: &str| {
        let answer = shop.get_as(TEST_KEY, path).await.json();
        answer.as_array().unwrap().clone()
    };
    assert!(listed(MARCH).await.is_empty());
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.samples_test_keys = true);
    let rows = listed(MARCH).await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (
            row["soldDate"].as_str(),
            number(row, "amount"),
            number(row, "payOutAmount")
        ),
        (Some("2026-03-01"), 34_000, 33_140)
    );
    assert_eq!(
        number(row, "fee"),
        number(row, "supplyAmount") + number(row, "vat")
    );
    assert!(listed(&format!("{MARCH}&page=2")).await.is_empty());
    let live = shop.settled("").await;
    assert_eq!(
        live[0]["orderId"], "order-settled",
        "live keys get their own rows"
    );
}

/// A cycle, the sold date of an event of Tuesday 2026-03-03, and days until its row is listed without reading ahead.
#[tokio::test]
async fn a_sold_date_that_is_still_to_come_is_listed_or_not() {
    for (cycle, sold, days) in [
        (SettlementCycle::Daily, "2026-03-03", 1),
        (SettlementCycle::Weekly, "2026-03-08", 6),
        (SettlementCycle::Monthly, "2026-03-31", 29),
    ] {
        let open = |ahead| {
            Shop::with(move |settings| {
                settings.behaviour.lists_ahead = ahead;
                settings.merchants[0].contract = Contract {
                    cycle,
                    ..Contract::default()
                };
            })
        };
        let shop = open(true).await;
        shop.sim
            .console()
            .pay(NewPayment::card("order-ahead", 1_000));
        assert!(
            shop.settled("").await.is_empty(),
            "{cycle:?}: on the day itself"
        );
        shop.pass_days(1);
        assert_eq!(shop.settled("").await[0]["soldDate"], sold, "{cycle:?}");

        let shop = open(false).await;
        shop.sim
            .console()
            .pay(NewPayment::card("order-ahead", 1_000));
        shop.pass_days(days - 1);
        assert!(
            shop.settled("").await.is_empty(),
            "{cycle:?}: not before it is sold"
        );
        shop.pass_days(1);
        assert_eq!(shop.settled("").await[0]["soldDate"], sold, "{cycle:?}");
    }
}

#[tokio::test]
async fn one_event_can_be_several_rows_that_add_up_or_do_not() {
    for (rows, off, amounts) in [
        (2, 0, vec![7_500, 7_500]),
        (4, 0, vec![3_750, 3_750, 3_750, 3_750]),
        (7, 0, vec![2_142, 2_142, 2_142, 2_142, 2_142, 2_142, 2_148]),
        (2, 1_000, vec![7_500, 8_500]),
        (2, -1_000, vec![7_500, 6_500]),
        (1, 0, vec![15_000]),
    ] {
        let shop = settled_shop().await;
        shop.sim.faults().settlement(SettlementTrouble {
            order_id: "order-settled".into(),
            event: SettledEvent::Approval,
            change: SettlementChange::Split { rows, off },
            onset: Onset::Always,
        });
        let settled = shop.settled("").await;
        let found: Vec<i64> = settled.iter().map(|row| number(row, "amount")).collect();
        assert_eq!(found, amounts);
        for row in &settled {
            assert_eq!(row["transactionKey"], settled[0]["transactionKey"]);
            assert_eq!(
                number(row, "payOutAmount"),
                number(row, "amount") - number(row, "fee")
            );
        }
    }
}

#[tokio::test]
async fn the_parts_of_a_cancel_are_negative_as_it_is() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::card("order-settled", 15_000));
    console
        .cancel("order-settled", &CancelByHand::everything("x"))
        .unwrap();
    shop.pass_days(1);
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-settled".into(),
        event: SettledEvent::Cancel(0),
        change: SettlementChange::Split { rows: 2, off: 500 },
        onset: Onset::Always,
    });
    let amounts: Vec<i64> = shop
        .settled("")
        .await
        .iter()
        .map(|row| number(row, "amount"))
        .collect();
    assert_eq!(amounts, [15_000, -7_500, -8_000]);
}

#[tokio::test]
async fn foreign_wallets_can_have_no_rows() {
    let shop = Shop::open().await;
    let console = shop.sim.console();
    console.pay(NewPayment::overseas("order-wallet", 4_990));
    console.pay(NewPayment::card("order-card", 15_000));
    shop.pass_days(1);
    assert_eq!(shop.settled("").await.len(), 2);
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.settles_foreign_wallets = false);
    let rows = shop.settled("").await;
    assert_eq!(
        (rows.len(), rows[0]["orderId"].as_str()),
        (1, Some("order-card"))
    );
    assert_eq!(
        shop.rows("").await.len(),
        2,
        "their transactions are listed"
    );
}
