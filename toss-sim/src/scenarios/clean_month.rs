//! A month of ordinary payments by every method, some of them cancelled in time, with nothing wrong anywhere.

use super::{Scenario, Story};
use crate::ledger::order::{NewPayment, Outcome};
use crate::ledger::payment::{Gift, Method};
use crate::money::{Amount, Currency};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "clean_month",
    summary: "clean-card-DD-N, clean-account-DD, clean-wallet-DD, clean-transfer-DD, clean-phone-DD, clean-voucher-DD \
              and clean-overseas-DD for thirty days DD from 01: about 200 payments, a tenth of them cancelled",
    days: 30,
    tell,
};

fn tell(story: &mut Story) {
    for day in 0..30 {
        cards(story, day);
        account(story, day);
        wallet(story, day);
        if day.is_multiple_of(2) {
            others(story, day);
        }
        if day % 7 == 3 {
            rarities(story, day);
        }
    }
}

/// An amount that looks like a price; the same day and `salt` give the same one.
fn price(day: u64, salt: u64) -> i64 {
    let step = (day * 37 + salt * 113) % 90;
    9_000 + 700 * i64::try_from(step).unwrap_or(0)
}

fn cards(story: &mut Story, day: u64) {
    for nth in 1..=3 {
        let order = format!("clean-card-{:02}-{nth}", day + 1);
        let won = price(day, nth);
        let minute = u32::try_from((day * 7 + nth * 11) % 60).unwrap_or(0);
        let hour = 8 + u32::try_from(nth * 4).unwrap_or(0);
        let mut new = NewPayment::card(order.as_str(), won);
        if nth == 1 {
            new.customer_key = Some(format!("cust-{:04}", day * 3 + 1));
        }
        if nth == 2 && day.is_multiple_of(6) {
            new.method = Method::Card { months: 3, merchant_pays_interest: true };
        }
        story.pay(day, (hour, minute, 18), new);
        if nth == 3 && day % 5 == 1 {
            story.cancel(day, (23, 10, 5), &order, "고객 변심");
        }
        if nth == 1 && day % 5 == 2 && day < 28 {
            story.cancel_part(day + 2, (11, 25, 40), &order, Amount::won(2_000), "일부 품절");
        }
    }
}

fn account(story: &mut Story, day: u64) {
    let order = format!("clean-account-{:02}", day + 1);
    story.pay(day, (12, 0, 4), NewPayment::virtual_account(order.as_str(), price(day, 5)));
    if day % 10 != 9 {
        story.deposit(day, (15, 12, 45), &order);
    }
}

fn wallet(story: &mut Story, day: u64) {
    let won = price(day, 6);
    let (provider, money) = if day.is_multiple_of(2) { ("토스페이", won - 1_000) } else { ("네이버페이", 0) };
    let method = Method::EasyPay {
        provider: provider.to_owned(), money, points: 1_000 };
    let order = format!("clean-wallet-{:02}", day + 1);
    story.pay(day, (14, 0, 33), NewPayment::new(order, method, Amount::won(won)));
}

fn others(story: &mut Story, day: u64) {
    let number = day + 1;
    let transfer = format!("clean-transfer-{number:02}");
    story.pay(day, (9, 41, 2), NewPayment::new(transfer.as_str(), Method::Transfer, Amount::won(price(day, 7))));
    if day % 12 == 4 {
        story.cancel(day + 1, (10, 5, 0), &transfer, "주문 취소");
    }
    let phone = format!("clean-phone-{number:02}");
    story.pay(day, (20, 15, 31), NewPayment::new(phone.as_str(), Method::MobilePhone, Amount::won(price(day, 8))));
    if day % 14 == 6 {
        // On the same day: phone bills can be cancelled in their calendar month only.
        story.cancel(day, (21, 0, 0), &phone, "주문 취소");
    }
    let voucher = Method::GiftCertificate(Gift::Culture);
    let order = format!("clean-voucher-{number:02}");
    story.pay(day, (17, 2, 9), NewPayment::new(order, voucher, Amount::won(10_000)));
    let cents = 2_499 + 100 * price(day, 9) / 1_000;
    story.pay(day, (16, 0, 20), NewPayment::overseas(format!("clean-overseas-{number:02}"), cents));
}

/// A rare voucher, and attempts that come to nothing and have no transaction row.
fn rarities(story: &mut Story, day: u64) {
    let number = day + 1;
    let gift = if day.is_multiple_of(2) { Gift::Book } else { Gift::Game };
    let voucher = NewPayment::new(format!("clean-rare-{number:02}"), Method::GiftCertificate(gift), Amount::won(5_000));
    story.pay(day, (18, 2, 9), voucher);
    let aborted = NewPayment::card(format!("clean-aborted-{number:02}"), 9_000).ending(Outcome::Aborted);
    story.pay(day, (17, 10, 0), aborted);
    // Toss's own inner currency shows in some of these: 50,000 dollars in millionths.
    let millionths = Amount::new(50_000_000_000, Currency::Musd);
    let overseas = Method::OverseasEasyPay { asynchronous: false };
    let expired = NewPayment::new(format!("clean-expired-{number:02}"), overseas, millionths).ending(Outcome::Expired);
    story.pay(day, (17, 0, 0), expired);
}
