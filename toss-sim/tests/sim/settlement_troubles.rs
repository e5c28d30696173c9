//! The ways in which settlement rows go wrong.

use toss_sim::{
    CancelByHand, Currency, FeesForm, NewPayment, Onset, SettledEvent, SettlementChange,
    SettlementTrouble,
};

use crate::settlements::{number, settled_shop};
use crate::shop::Shop;

fn trouble(shop: &Shop, change: SettlementChange, onset: Onset) {
    let event = SettledEvent::Approval;
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-settled".into(),
        event,
        change,
        onset,
    });
}

#[tokio::test]
async fn each_trouble_changes_its_row_and_nothing_else() {
    let untouched = settled_shop().await.settled("").await;
    let fields = |change| async move {
        let shop = settled_shop().await;
        trouble(&shop, change, Onset::Always);
        let rows = shop.settled("").await;
        let plain = settled_shop().await.settled("").await[0].clone();
        let Some(row) = rows.first() else {
            return (0, Vec::new());
        };
        let mut changed: Vec<String> = plain
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| plain.get(field.as_str()) != row.get(field.as_str()))
            .cloned()
            .collect();
        changed.sort();
        (rows.len(), changed)
    };
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(untouched.len(), 1);
    let cases = [
        (SettlementChange::Missing, 0, names(&[])),
        (SettlementChange::Late(1), 0, names(&[])),
        (SettlementChange::Duplicated, 2, names(&[])),
        (SettlementChange::Settled, 1, names(&[])),
        (SettlementChange::PayoutDate(-1), 1, names(&["paidOutDate"])),
        (
            SettlementChange::Currency(Currency::Jpy),
            1,
            names(&["currency"]),
        ),
        (SettlementChange::FeeOffByOne, 1, names(&["fee"])),
        (
            SettlementChange::Fees(FeesForm::Missing),
            1,
            names(&["fees"]),
        ),
        (
            SettlementChange::Fees(FeesForm::Strings),
            1,
            names(&["fees"]),
        ),
        (
            SettlementChange::Fee(100),
            1,
            names(&["fee", "fees", "payOutAmount", "supplyAmount", "vat"]),
        ),
        (
            SettlementChange::Amount(-1_000),
            1,
            names(&[
                "amount",
                "fee",
                "fees",
                "payOutAmount",
                "supplyAmount",
                "vat",
            ]),
        ),
        (
            SettlementChange::Degraded,
            1,
            names(&[
                "approvedAt",
                "card",
                "orderId",
                "paymentKey",
                "transactionKey",
            ]),
        ),
    ];
    for (change, rows, changed) in cases {
        assert_eq!(fields(change).await, (rows, changed), "{change:?}");
    }
}

#[tokio::test]
async fn a_void_is_settled_by_switch() {
    let shop = Shop::open().await;
    shop.sim
        .console()
        .pay(NewPayment::virtual_account("order-settled", 22_400));
    shop.sim
        .console()
        .cancel("order-settled", &CancelByHand::everything("x"))
        .unwrap();
    shop.pass_days(1);
    assert!(shop.settled("").await.is_empty());
    let (event, change) = (SettledEvent::Cancel(0), SettlementChange::Settled);
    let order_id = "order-settled".to_owned();
    shop.sim.faults().settlement(SettlementTrouble {
        order_id,
        event,
        change,
        onset: Onset::Always,
    });
    assert_eq!(number(&shop.settled("").await[0], "amount"), -22_400);
}

#[tokio::test]
async fn a_restatement_sets_in_between_two_reads() {
    let shop = settled_shop().await;
    trouble(
        &shop,
        SettlementChange::PayoutDate(7),
        Onset::AfterListings(1),
    );
    let mut dates = Vec::new();
    for _ in 0..3 {
        dates.push(
            shop.settled("").await[0]["paidOutDate"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(dates, ["2026-03-10", "2026-03-17", "2026-03-17"]);
}

#[tokio::test]
async fn fees_of_every_row_can_be_left_out() {
    let shop = settled_shop().await;
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.fees = FeesForm::Missing);
    assert!(shop.settled("").await[0].get("fees").is_none());
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.fees = FeesForm::Strings);
    assert_eq!(shop.settled("").await[0]["fees"][0]["fee"], "346");
}
