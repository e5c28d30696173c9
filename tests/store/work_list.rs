//! The work of the day: discrepancies, and payments by how they stand.

use reconciliation::{
    DiscrepancyClass, MId, OrderId, Payment, PaymentMethod, PaymentStatus, Verdict,
};
use toss_recon::store::{
    DiscrepancyFilter, DiscrepancyPlace, PageRequest, PaymentFilter, PaymentPlace, Toward,
    VerdictRecord,
};

use crate::database::TestDatabase;
use crate::samples::{Reading, account, at, mid, order, payment};
use crate::verdict_samples::{discrepancy, moved, verdict};

/// Walks a list page by page and gives the ids in the order in which they came.
async fn walk(
    database: &TestDatabase,
    filter: &DiscrepancyFilter,
    rows: u64,
    toward: Toward,
) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut past: Option<DiscrepancyPlace> = None;
    loop {
        let request = PageRequest { rows, past, toward };
        let page = database.store.list_discrepancies(filter, &request).await;
        let mut page = page.expect("a page");
        if toward == Toward::Newer {
            page.rows.reverse();
        }
        for (place, stored) in &page.rows {
            assert_eq!(place.id, stored.record.id);
            ids.push(place.id.as_str().to_owned());
        }
        past = page.rows.pop().map(|(place, _)| place);
        if !page.has_more {
            return ids;
        }
    }
}

/// Payments by verdict, page by page.
async fn payments(database: &TestDatabase, filter: &PaymentFilter, rows: u64) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut past: Option<PaymentPlace> = None;
    loop {
        let request = PageRequest {
            rows,
            past,
            toward: Toward::Older,
        };
        let mut page = database
            .store
            .list_payments(filter, &request)
            .await
            .expect("a page");
        for (place, stored) in &page.rows {
            assert_eq!(place.payment_key, stored.payment.payment_key);
            keys.push(place.payment_key.to_string());
        }
        past = page.rows.pop().map(|(place, _)| place);
        if !page.has_more {
            return keys;
        }
    }
}

/// Twelve discrepancies of four payments, three of each at one instant.
async fn fill(database: &TestDatabase) {
    // A list of every merchant is that of those whose payments have been read.
    for merchant in ["one", "two"] {
        let read = Payment {
            mid: mid(merchant),
            ..payment(&format!("of-{merchant}"))
        };
        let read = Reading::of(read).save(&database.store).await;
        read.expect("it is saved");
    }
    let classes = [
        DiscrepancyClass::AmountMismatch,
        DiscrepancyClass::SettlementMissing,
        DiscrepancyClass::CanceledElsewhere,
    ];
    let records: Vec<VerdictRecord> = (0..4_u32)
        .map(|number| {
            let began_at = at(&format!("2026-04-0{}T00:00:00Z", number + 1));
            let merchant = mid(if number % 2 == 0 { "one" } else { "two" });
            let record = verdict(&format!("p{number}"), Verdict::Discrepant);
            let mut record = moved(record, &merchant, &account(), began_at);
            for (place, class) in classes.into_iter().enumerate() {
                let mut found = discrepancy(&format!("{number}{place}"), class);
                found.mid = merchant.clone();
                found.began_at = began_at;
                record.discrepancies.push(found);
            }
            record
        })
        .collect();
    assert_eq!(database.keep(&records).await, 4);
}

on_both! {
    async fn discrepancies_are_listed_newest_first_and_pages_of_any_size_give_the_same(database) {
        fill(&database).await;
        let all = ["32", "31", "30", "22", "21", "20", "12", "11", "10", "02", "01", "00"];
        for rows in [1, 2, 5, 12, 100] {
            assert_eq!(walk(&database, &DiscrepancyFilter::default(), rows, Toward::Older).await, all);
            let mut back = walk(&database, &DiscrepancyFilter::default(), rows, Toward::Newer).await;
            back.reverse();
            assert_eq!(back, all);
        }
    }

    async fn each_filter_lets_through_what_it_names(database) {
        fill(&database).await;
        let missing = vec![DiscrepancyClass::SettlementMissing];
        let two_classes = vec![DiscrepancyClass::SettlementMissing, DiscrepancyClass::CanceledElsewhere, DiscrepancyClass::SettlementMissing];
        let second_and_third = (at("2026-04-02T00:00:00Z"), at("2026-04-04T00:00:00Z"));
        let many: Vec<MId> = (0..20).map(|number| mid(&format!("m{number}"))).chain([mid("two")]).collect();
        let none = DiscrepancyFilter::default;
        for (filter, expected) in [
            (DiscrepancyFilter { classes: Some(missing.clone()), ..none() }, &["31", "21", "11", "01"][..]),
            (DiscrepancyFilter { classes: Some(two_classes.clone()), mids: Some(vec![mid("two")]), ..none() }, &["32", "31", "12", "11"]),
            (DiscrepancyFilter { classes: Some(two_classes), mids: Some(many), ..none() }, &["32", "31", "12", "11"]),
            (DiscrepancyFilter { mids: Some(vec![mid("one"), mid("one")]), ..none() }, &["22", "21", "20", "02", "01", "00"]),
            (DiscrepancyFilter { began: Some(second_and_third), classes: Some(missing), ..none() }, &["21", "11"]),
            (DiscrepancyFilter { classes: Some(Vec::new()), ..none() }, &[]),
            (DiscrepancyFilter { mids: Some(Vec::new()), ..none() }, &[]),
        ] {
            for rows in [1, 3, 100] {
                assert_eq!(walk(&database, &filter, rows, Toward::Older).await, expected, "{filter:?}");
            }
        }
    }

    async fn a_page_holds_when_discrepancies_come_and_go_before_it(database) {
        fill(&database).await;
        let page = |past| PageRequest { rows: 4, past, toward: Toward::Older };
        let filter = DiscrepancyFilter::default();
        let first = database.store.list_discrepancies(&filter, &page(None)).await.expect("a page");
        let last = first.rows.last().map(|(place, _)| place.clone());
        assert_eq!(database.keep(&[verdict("p3", Verdict::Reconciled), verdict("p2", Verdict::Reconciled)]).await, 2);
        let next = database.store.list_discrepancies(&filter, &page(last)).await.expect("a page");
        let ids: Vec<&str> = next.rows.iter().map(|(place, _)| place.id.as_str()).collect();
        assert_eq!(ids, ["12", "11", "10", "02"]);
    }

    async fn payments_are_listed_by_how_they_stand(database) {
        let mut records = Vec::new();
        for (number, (stands, status, label, merchant)) in [
            (Verdict::Reconciled, PaymentStatus::Done, "카드", "one"),
            (Verdict::Discrepant, PaymentStatus::Done, "카드", "one"),
            (Verdict::Discrepant, PaymentStatus::Canceled, "카드", "two"),
            (Verdict::Pending, PaymentStatus::Done, "계좌이체", "two"),
            (Verdict::Discrepant, PaymentStatus::Done, "계좌이체", "one"),
        ].into_iter().enumerate() {
            let payment_key = format!("p{number}");
            let began_at = at(&format!("2026-04-0{}T00:00:00Z", number + 1));
            let stored = Payment {
                mid: mid(merchant),
                order_id: order(&format!("order{}", number % 2)),
                status,
                method_label: Some(label.to_owned()),
                requested_at: Some(began_at),
                ..payment(&payment_key)
            };
            Reading::of(stored).save(&database.store).await.expect("it is saved");
            records.push(moved(verdict(&payment_key, stands), &mid(merchant), &account(), began_at));
        }
        Reading::of(payment("without-a-verdict")).save(&database.store).await.expect("it is saved");
        assert_eq!(database.keep(&records).await, 5);

        let discrepant = || PaymentFilter { verdicts: Some(vec![Verdict::Discrepant]), ..PaymentFilter::default() };
        let two = vec![Verdict::Discrepant, Verdict::Pending, Verdict::Discrepant];
        let from_third = (at("2026-04-03T00:00:00Z"), at("2026-05-01T00:00:00Z"));
        let order_of = |text: &str| Some(OrderId::parse(text).expect("an order"));
        for (filter, expected) in [
            (discrepant(), &["p4", "p2", "p1"][..]),
            (PaymentFilter { verdicts: Some(two), ..discrepant() }, &["p4", "p3", "p2", "p1"]),
            (PaymentFilter { began: Some(from_third), ..discrepant() }, &["p4", "p2"]),
            (PaymentFilter { mids: Some(vec![mid("one")]), ..discrepant() }, &["p4", "p1"]),
            (PaymentFilter { statuses: Some(vec![PaymentStatus::Done]), ..discrepant() }, &["p4", "p1"]),
            (PaymentFilter { methods: Some(vec![PaymentMethod::Card]), ..discrepant() }, &["p2", "p1"]),
            (PaymentFilter { statuses: Some(vec![PaymentStatus::Done]), methods: Some(vec![PaymentMethod::Card]), mids: Some(vec![mid("one")]), ..discrepant() }, &["p1"]),
            (PaymentFilter { order_id: order_of("order0"), ..discrepant() }, &["p4", "p2"]),
            (PaymentFilter { order_id: order_of("order0"), methods: Some(vec![PaymentMethod::Card]), ..discrepant() }, &["p2"]),
            (PaymentFilter { verdicts: Some(vec![Verdict::Incomplete]), ..discrepant() }, &[]),
            (PaymentFilter { verdicts: Some(Vec::new()), ..discrepant() }, &[]),
            (PaymentFilter { verdicts: Some(Vec::new()), order_id: order_of("order0"), ..discrepant() }, &[]),
            (PaymentFilter { methods: Some(Vec::new()), ..discrepant() }, &[]),
        ] {
            for rows in [1, 2, 100] {
                assert_eq!(payments(&database, &filter, rows).await, expected, "{filter:?}");
            }
        }
    }
}
