//! Settlement rows that change places while somebody reads page after page.

use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::shop::Shop;

async fn shop_with_rows(rows: usize) -> Shop {
    let shop = Shop::open().await;
    for nth in 1..=rows {
        let order = format!("order-{nth}");
        shop.sim.console().pay(NewPayment::card(order, 1_000));
    }
    shop.pass_days(1);
    shop
}

/// The numbers of the orders on a page of two.
async fn page(shop: &Shop, page: usize) -> Vec<u8> {
    let rows = shop.settled(&format!("&size=2&page={page}")).await;
    let number = |order: &str| order.trim_start_matches("order-").parse().unwrap();
    rows.iter()
        .map(|row| number(row["orderId"].as_str().unwrap()))
        .collect()
}

async fn whole(shop: &Shop) -> Vec<u8> {
    let mut rows = Vec::new();
    for number in 1.. {
        let mut more = page(shop, number).await;
        let last = more.len() < 2;
        rows.append(&mut more);
        if last {
            break;
        }
    }
    rows
}

#[tokio::test]
async fn a_row_moves_between_two_pages_and_stays_where_it_is() {
    let cases = [
        (FaultKind::LastRowFirst, [1, 2, 2, 3, 4], [5, 1, 2, 3, 4]),
        (FaultKind::FirstRowLast, [1, 2, 4, 5, 1], [2, 3, 4, 5, 1]),
    ];
    for (kind, between, after) in cases {
        let shop = shop_with_rows(5).await;
        assert_eq!(whole(&shop).await, [1, 2, 3, 4, 5], "{kind:?}, before");
        let next = Fault::next(Endpoint::Settlements, kind.clone());
        shop.sim.faults().add(next);
        assert_eq!(whole(&shop).await, between, "{kind:?}, while it is read");
        assert_eq!(whole(&shop).await, after, "{kind:?}, read again");
        assert_eq!(whole(&shop).await, after, "{kind:?}, for good");
        shop.sim.faults().clear();
        assert_eq!(whole(&shop).await, [1, 2, 3, 4, 5], "{kind:?}, taken back");
    }
}

#[tokio::test]
async fn a_move_before_the_last_page_is_read_spares_the_pages_before() {
    let shop = shop_with_rows(5).await;
    let after_second = Fault::next(Endpoint::Settlements, FaultKind::LastRowFirst).after(1);
    shop.sim.faults().add(after_second);
    assert_eq!(whole(&shop).await, [1, 2, 3, 4, 4]);
}
