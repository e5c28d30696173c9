//! Books by date: the list of all transactions, and sums by the day of payments, events and settlement rows, held against what
//! is added up beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use toss_sim::{Amount, CancelByHand, NewPayment};

use crate::mirrored::{MONTH, minor, text};
use crate::support::{Choices, Engine, Shop, instant, on_both_databases};

on_both_databases!(a_month_with_faults_adds_up_on_every_basis);

/// Longer than everything in the shop.
const EVER: &str = r#"range: {from: "2026-01-01", to: "2026-06-30"}"#;

/// Merchant, currency and day.
type Place = (String, String, String);

const TRANSACTION: &str =
    "id mId transactionKey paymentKey orderId method effect origin transactionAt
    effectiveAmount { amount currency } payment { paymentKey }
    payout { paidOutDate soldDate basis amount { amount } estimatedFee { amount } reason }";

const SETTLEMENT: &str = "mId soldDate paidOutDate amount { amount currency } fee { amount } vat { amount } supplyAmount { amount }";

/// The demo's month, a payment of its February of which a part was given back in the console in March, and one of today.
async fn month(engine: Engine) -> Shop {
    let choices = Choices {
        payout_business_days: Some(5),
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    shop.play("month", MONTH.0);
    let paid = NewPayment::card("over-the-months", 50_000).at(instant("2026-02-27T10:00:00+09:00"));
    shop.sim.console().pay(paid);
    let back =
        CancelByHand::part(Amount::won(20_000), "r").at(instant("2026-03-03T10:00:00+09:00"));
    shop.sim.console().cancel("over-the-months", &back).unwrap();
    let today = NewPayment::card("today", 64_601).at(instant("2026-03-20T09:00:00+09:00"));
    shop.sim.console().pay(today);
    shop.mirror((MONTH.0, "2026-03-20")).await;
    shop
}

/// The sums of a basis: `(net, settled, payments)` by merchant, currency and the first day of the group, or `all`.
async fn sums(shop: &Shop, arguments: &str) -> BTreeMap<Place, [i64; 4]> {
    let query = format!(
        "{{ reconciliation({arguments}) {{ mId currency periodStart paymentCount uncheckedCount netAmount {{ amount }}
            settledAmount {{ amount }} unsettledAmount {{ amount }} vat {{ amount }} verdicts {{ count }} }} }}"
    );
    let answer = shop.ask(&query).await["reconciliation"].take();
    let groups = answer.as_array().unwrap().iter();
    groups
        .map(|group| {
            let start = group["periodStart"].as_str().unwrap_or("all").to_owned();
            let verdicts = group["verdicts"].as_array().unwrap().iter();
            let standing: i64 = verdicts.map(|of| of["count"].as_i64().unwrap()).sum();
            let payments = group["paymentCount"].as_i64().unwrap();
            assert_eq!(standing, payments, "{group:#}");
            let sums = ["netAmount", "settledAmount", "unsettledAmount"];
            let [net, settled, unsettled] = sums.map(|sum| minor(&group[sum]));
            let place = (text(group, "mId"), text(group, "currency"), start);
            (place, [net, settled, unsettled, payments])
        })
        .collect()
}

fn day_of(transaction: &Value) -> String {
    text(transaction, "transactionAt")[..10].to_owned()
}

fn place(row: &Value, money: &str, day: String) -> Place {
    (text(row, "mId"), text(&row[money], "currency"), day)
}

async fn a_month_with_faults_adds_up_on_every_basis(engine: Engine) {
    let shop = month(engine).await;
    let transactions = shop.all("transactions", "", 200, TRANSACTION).await;
    let settlements = shop.all("settlements", "", 200, SETTLEMENT).await;
    assert!(transactions.len() > 200 && settlements.len() > 200);
    assert!(transactions.is_sorted_by_key(|row| std::cmp::Reverse(text(row, "transactionAt"))));
    let ids: BTreeSet<String> = transactions.iter().map(|row| text(row, "id")).collect();
    assert_eq!(ids.len(), transactions.len(), "each is listed once");

    // By event: the effective amounts of each day, and the payments that have something on it.
    let mut expected: BTreeMap<Place, (i64, BTreeSet<String>)> = BTreeMap::new();
    for row in &transactions {
        let place = place(row, "effectiveAmount", day_of(row));
        let (net, payments) = expected.entry(place).or_default();
        *net += minor(&row["effectiveAmount"]);
        payments.insert(text(row, "paymentKey"));
    }
    let by_event = sums(&shop, &format!("{EVER}, basis: EVENT, groupBy: [DAY]")).await;
    let told: BTreeMap<_, _> = by_event
        .iter()
        .map(|(place, of)| (place.clone(), (of[0], of[3])))
        .collect();
    let payments = |of: &BTreeSet<String>| i64::try_from(of.len()).unwrap();
    let expected: BTreeMap<_, _> = expected
        .iter()
        .map(|(place, (net, of))| (place.clone(), (*net, payments(of))))
        .collect();
    assert_eq!(told, expected);

    // By the days of the rows: what the rows say.
    for (basis, day) in [("SOLD", "soldDate"), ("PAID_OUT", "paidOutDate")] {
        let mut expected: BTreeMap<Place, i64> = BTreeMap::new();
        for row in &settlements {
            *expected
                .entry(place(row, "amount", text(row, day)))
                .or_default() += minor(&row["amount"]);
        }
        let by_day = sums(&shop, &format!("{EVER}, basis: {basis}, groupBy: [DAY]")).await;
        let told: BTreeMap<_, _> = by_day
            .iter()
            .map(|(place, of)| (place.clone(), of[1]))
            .collect();
        assert_eq!(told, expected, "{basis}");
    }
    over_all_days_every_basis_has_the_same_money(&shop).await;
    a_refund_after_the_month_counts_once(&shop).await;
    what_is_owed_is_what_was_sold_and_not_paid_out(&shop).await;
    filters_leave_what_they_name(&shop, &transactions).await;
    a_payout_day_has_its_events(&shop, &transactions, &settlements).await;
    holidays_have_names(&shop).await;
    crate::reports::a_report_tells_what_the_api_tells(&shop).await;
}

/// To the won, but for the rows that no event claims.
async fn over_all_days_every_basis_has_the_same_money(shop: &Shop) {
    let [by_payment, by_event, sold, paid_out] = [
        sums(shop, EVER).await,
        sums(shop, &format!("{EVER}, basis: EVENT")).await,
        sums(shop, &format!("{EVER}, basis: SOLD")).await,
        sums(shop, &format!("{EVER}, basis: PAID_OUT")).await,
    ];
    assert_eq!(sold, paid_out);
    for (place, [net, settled, unsettled, payments]) in &by_payment {
        let of_events = by_event[place];
        assert_eq!((of_events[0], of_events[3]), (*net, *payments), "{place:?}");
        assert_eq!(unsettled, &(net - settled));
        assert_eq!(of_events[2], of_events[0] - of_events[1]);
        // The difference between the two is what no event claims.
        assert_eq!(of_events[2] - unsettled, settled - of_events[1]);
    }
    let by_method = sums_by_method(shop, "EVENT").await;
    for (mid_and_currency, net) in by_method {
        let (mid, currency) = mid_and_currency;
        assert_eq!(by_event[&(mid, currency, "all".to_owned())][0], net);
    }
}

async fn sums_by_method(shop: &Shop, basis: &str) -> BTreeMap<(String, String), i64> {
    let query = format!(
        "{{ reconciliation({EVER}, basis: {basis}, groupBy: [METHOD]) {{ mId currency method netAmount {{ amount }} }} }}"
    );
    let answer = shop.ask(&query).await["reconciliation"].take();
    let groups = answer.as_array().unwrap();
    let methods: BTreeSet<String> = groups.iter().map(|group| text(group, "method")).collect();
    assert!(
        methods.contains("CARD") && methods.contains("VIRTUAL_ACCOUNT"),
        "{methods:?}"
    );
    let mut sums = BTreeMap::new();
    for group in groups {
        *sums
            .entry((text(group, "mId"), text(group, "currency")))
            .or_default() += minor(&group["netAmount"]);
    }
    sums
}

async fn a_refund_after_the_month_counts_once(shop: &Shop) {
    let one = r#"range: {from: "2026-02-27", to: "2026-03-03"}, groupBy: [MONTH]"#;
    let with = async |basis: &str| {
        let sums = sums(shop, &format!("{one}, basis: {basis}")).await;
        let of =
            |start: &str| sums[&("tdemoshop01".to_owned(), "KRW".to_owned(), start.to_owned())][0];
        (of("2026-02-27"), of("2026-03-01"))
    };
    let (events, payments) = (with("EVENT").await, with("TRANSACTION").await);
    let query = r#"{ transactions(filter: {orderId: "over-the-months"}) { totalCount nodes { effect origin effectiveAmount { amount }
        payout { soldDate paidOutDate } } } }"#;
    let of_order = shop.ask(query).await["transactions"].take();
    assert_eq!(of_order["totalCount"], 2);
    let back = &of_order["nodes"][0];
    assert_eq!(
        (
            &back["effect"],
            &back["origin"],
            &back["effectiveAmount"]["amount"]
        ),
        (&json!("REFUNDED"), &json!("ELSEWHERE"), &json!("-20000"))
    );
    assert_eq!(back["payout"]["soldDate"], "2026-03-03");
    // Without it, both of them are 20,000 apart; with the rest of the month's stories they move alike.
    let refunds_of = async |from: &str, to: &str| {
        let filter = format!(r#"transactionDate: {{from: "{from}", to: "{to}"}}"#);
        let rows = shop
            .all(
                "transactions",
                &filter,
                200,
                "mId paymentKey effectiveAmount { amount currency }",
            )
            .await;
        let won = rows.iter().filter(|row| {
            row["mId"] == "tdemoshop01" && row["effectiveAmount"]["currency"] == "KRW"
        });
        won.map(|row| minor(&row["effectiveAmount"])).sum::<i64>()
    };
    assert_eq!(events.0, refunds_of("2026-02-27", "2026-02-28").await);
    assert_eq!(events.1, refunds_of("2026-03-01", "2026-03-03").await);
    let february = r#"{ payments(filter: {transactionDate: {from: "2026-02-27", to: "2026-02-28"}, mId: ["tdemoshop01"]}, first: 200) {
        nodes { orderId currency netAmount { amount } } } }"#;
    let listed = shop.ask(february).await["payments"]["nodes"].take();
    let of_february = listed.as_array().unwrap().iter();
    let of_february = of_february.filter(|payment| payment["currency"] == "KRW");
    let of_february: Vec<(String, i64)> = of_february
        .map(|payment| (text(payment, "orderId"), minor(&payment["netAmount"])))
        .collect();
    assert!(of_february.contains(&("over-the-months".to_owned(), 30_000)));
    assert_eq!(
        payments.0,
        of_february.iter().map(|(_, net)| net).sum::<i64>()
    );
}

async fn what_is_owed_is_what_was_sold_and_not_paid_out(shop: &Shop) {
    let fields = "mId currency date opening { amount } sales { amount } paidOutGross { amount } closing { amount }";
    let query = format!("{{ receivables({EVER}) {{ {fields} }} }}");
    let all = shop.ask(&query).await["receivables"].take();
    let all = all.as_array().unwrap();
    let (events, paid_out) = (
        sums(shop, &format!("{EVER}, basis: EVENT, groupBy: [DAY]")).await,
        sums(shop, &format!("{EVER}, basis: PAID_OUT, groupBy: [DAY]")).await,
    );
    let mut owed: BTreeMap<(String, String), i64> = BTreeMap::new();
    for day in all {
        let place = (text(day, "mId"), text(day, "currency"), text(day, "date"));
        let owed = owed.entry((place.0.clone(), place.1.clone())).or_default();
        let [opening, sales, paid, closing] =
            ["opening", "sales", "paidOutGross", "closing"].map(|of| minor(&day[of]));
        assert_eq!(opening, *owed, "{day:#}");
        assert_eq!(sales, events.get(&place).map_or(0, |of| of[0]));
        assert_eq!(paid, paid_out.get(&place).map_or(0, |of| of[1]));
        assert_eq!(closing, opening + sales - paid);
        *owed = closing;
    }
    // What is owed in the end is what the payments say, and what is owed before a later range its opening.
    let whole = sums(shop, &format!("{EVER}, basis: TRANSACTION")).await;
    let later = r#"range: {from: "2026-03-05", to: "2026-03-05"}, mId: ["tdemoshop01"]"#;
    let query = format!("{{ receivables({later}) {{ {fields} }} }}");
    let one = shop.ask(&query).await["receivables"].take();
    for of in one.as_array().unwrap() {
        assert!(all.contains(of), "{of:#}");
    }
    let place = ("tdemoshop02".to_owned(), "KRW".to_owned());
    let unsettled = whole[&(place.0.clone(), place.1.clone(), "all".to_owned())][2];
    assert_eq!(owed[&place], unsettled);
}

async fn filters_leave_what_they_name(shop: &Shop, transactions: &[Value]) {
    type Keep = fn(&Value) -> bool;
    let filters: [(&str, Keep); 7] = [
        (
            r#"transactionDate: {from: "2026-03-03", to: "2026-03-03"}, effect: [REFUNDED], origin: [ELSEWHERE]"#,
            |row| {
                day_of(row) == "2026-03-03"
                    && row["effect"] == "REFUNDED"
                    && row["origin"] == "ELSEWHERE"
            },
        ),
        ("effect: [VOIDED, PAYMENT_REVERSED]", |row| {
            row["effect"] == "VOIDED" || row["effect"] == "PAYMENT_REVERSED"
        }),
        ("origin: [ELSEWHERE, OURS, UNCERTAIN]", |row| {
            !row["origin"].is_null()
        }),
        ("effect: [NONE]", |row| row["effect"] == "NONE"),
        (
            r#"method: [VIRTUAL_ACCOUNT], mId: ["tdemoshop01"]"#,
            |row| row["method"] == "VIRTUAL_ACCOUNT" && row["mId"] == "tdemoshop01",
        ),
        (
            r#"payoutDate: {from: "2026-03-10", to: "2026-03-12"}, effect: [PAID]"#,
            |row| {
                let day = row["payout"]["paidOutDate"].as_str().unwrap_or_default();
                ("2026-03-10"..="2026-03-12").contains(&day) && row["effect"] == "PAID"
            },
        ),
        (
            r#"payoutDate: {from: "2025-01-01", to: "2026-12-31"}"#,
            |row| !row["payout"]["paidOutDate"].is_null(),
        ),
    ];
    for (filter, keep) in filters {
        let expected: Vec<&Value> = transactions.iter().filter(|row| keep(row)).collect();
        assert!(!expected.is_empty(), "{filter}");
        let found = shop.all("transactions", filter, 7, TRANSACTION).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
        let query = format!(
            "{{ transactions(filter: {{ {filter} }}, last: 3) {{ totalCount nodes {{ id }} pageInfo {{ hasPreviousPage }} }} }}"
        );
        let last = shop.ask(&query).await["transactions"].take();
        assert_eq!(last["totalCount"], json!(expected.len()), "{filter}");
        let ids = |rows: &[&Value]| rows.iter().map(|row| text(row, "id")).collect::<Vec<_>>();
        let nodes: Vec<&Value> = last["nodes"].as_array().unwrap().iter().collect();
        assert_eq!(
            ids(&nodes),
            ids(&expected[expected.len().saturating_sub(3)..]),
            "{filter}"
        );
    }
    let nothing = shop.ask(r"{ transactions(filter: {effect: [PAID], origin: [OURS]}) { totalCount nodes { id } } }").await;
    assert_eq!(
        nothing["transactions"],
        json!({ "totalCount": 0, "nodes": [] })
    );
}

async fn a_payout_day_has_its_events(shop: &Shop, transactions: &[Value], settlements: &[Value]) {
    let query = r#"{ payoutDays(range: {from: "2026-02-01", to: "2026-04-30"}) { mId currency paidOutDate basis paymentCount cancelCount
        grossAmount { amount } cancelAmount { amount } fee { amount } supplyAmount { amount } vat { amount } payOutAmount { amount }
        depositAmount { amount } carriedOver { amount } events(first: 200) { nodes { id } } }
      payoutTotals(range: {from: "2026-02-01", to: "2026-04-30"}) { mId currency basis payOutAmount { amount } } }"#;
    let answer = shop.ask(query).await;
    let mut totals: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    let mut days: Vec<&Value> = answer["payoutDays"].as_array().unwrap().iter().collect();
    assert!(days.iter().any(|day| day["basis"] == "FORECAST"));
    days.reverse();
    let mut carried: BTreeMap<(String, String), i64> = BTreeMap::new();
    for day in days {
        let events: BTreeSet<String> = day["events"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| text(row, "id"))
            .collect();
        let expected = transactions.iter().filter(|row| {
            let payout = &row["payout"];
            payout["paidOutDate"] == day["paidOutDate"]
                && payout["basis"] == day["basis"]
                && row["mId"] == day["mId"]
                && row["effectiveAmount"]["currency"] == day["currency"]
        });
        assert_eq!(
            events,
            expected.map(|row| text(row, "id")).collect(),
            "{day:#}"
        );
        let net = minor(&day["payOutAmount"]);
        let key = (text(day, "mId"), text(day, "currency"));
        *totals
            .entry((key.0.clone(), key.1.clone(), text(day, "basis")))
            .or_default() += net;
        let is_of_day = |row: &&Value| {
            row["paidOutDate"] == day["paidOutDate"]
                && row["mId"] == day["mId"]
                && row["amount"]["currency"] == day["currency"]
                && day["basis"] == "SETTLED"
        };
        let rows: Vec<&Value> = settlements.iter().filter(is_of_day).collect();
        for part in ["vat", "supplyAmount"] {
            let tells = |row: &&Value| !row["vat"].is_null() && !row["supplyAmount"].is_null();
            let all = !rows.is_empty() && rows.iter().all(tells);
            let expected = all.then(|| rows.iter().map(|row| minor(&row[part])).sum::<i64>());
            let told = day[part].is_object().then(|| minor(&day[part]));
            assert_eq!(told, expected, "{part} of {day:#}");
        }
        let carried = carried.entry(key).or_default();
        let left = net - *carried;
        assert_eq!(minor(&day["depositAmount"]), left.max(0), "{day:#}");
        *carried = (-left).max(0);
        assert_eq!(minor(&day["carriedOver"]), *carried, "{day:#}");
    }
    let estimates = transactions
        .iter()
        .filter(|row| !row["payout"]["estimatedFee"].is_null());
    let estimates: Vec<&Value> = estimates.collect();
    assert!(!estimates.is_empty(), "cards have a usual rate");
    for row in estimates {
        assert_eq!(row["payout"]["basis"], "FORECAST");
        // The demo's cards cost 2.31 %, to the won.
        let (amount, fee) = (
            minor(&row["payout"]["amount"]),
            minor(&row["payout"]["estimatedFee"]),
        );
        assert_eq!(
            (amount.signum(), fee.abs() < amount.abs() / 10),
            (fee.signum(), true),
            "{row:#}"
        );
    }
    let told: BTreeMap<_, _> = answer["payoutTotals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|total| {
            (
                (
                    text(total, "mId"),
                    text(total, "currency"),
                    text(total, "basis"),
                ),
                minor(&total["payOutAmount"]),
            )
        })
        .collect();
    assert_eq!(told, totals);
}

async fn holidays_have_names(shop: &Shop) {
    let query = r#"{ businessDays(range: {from: "2026-02-27", to: "2026-03-03"}) { date isBusinessDay name } }"#;
    let days = shop.ask(query).await["businessDays"].take();
    let told: Vec<(&str, bool, bool)> = days
        .as_array()
        .unwrap()
        .iter()
        .map(|day| {
            (
                day["date"].as_str().unwrap(),
                day["isBusinessDay"].as_bool().unwrap(),
                day["name"].is_string(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2026-02-27", true, false),
            ("2026-02-28", false, false),
            ("2026-03-01", false, true),
            ("2026-03-02", false, true),
            ("2026-03-03", true, false),
        ]
    );
}
