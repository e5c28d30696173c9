//! In which order lists can be asked for.

use async_graphql::Enum;

use super::page::{
    amount_place, amount_text, delta_place, delta_text, discrepancy_place, discrepancy_text,
    payment_place, payment_text,
};
use crate::store::{AmountPlace, DeltaPlace, DiscrepancyPlace, Page, PaymentPlace, Toward};

/// The order of a list of payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(super) enum PaymentOrder {
    /// By their first transaction, newest first.
    #[default]
    BeganAtDesc,
    /// By their first transaction, oldest first.
    BeganAtAsc,
    /// By currency, then by `paidAmount`, largest first.
    AmountDesc,
    /// By currency, then by `paidAmount`, smallest first.
    AmountAsc,
}

/// The order of a list of discrepancies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(super) enum DiscrepancyOrder {
    /// By their payment's first transaction, newest first.
    #[default]
    Newest,
    /// By their payment's first transaction, oldest first.
    Oldest,
    /// By currency, then by the size of `delta` whatever its sign, largest first. Those without a `delta` come last.
    LargestDelta,
}

/// What is put before the cursors of a list that is turned round: they are none of the other.
const TURNED: &str = "R";

impl PaymentOrder {
    pub(super) fn is_by_amount(self) -> bool {
        matches!(self, Self::AmountDesc | Self::AmountAsc)
    }

    fn is_turned(self) -> bool {
        matches!(self, Self::BeganAtAsc | Self::AmountAsc)
    }

    /// Which way the store has to go for a page that goes this way.
    pub(super) fn toward(self, page: Toward) -> Toward {
        turned(self.is_turned(), page)
    }

    pub(super) fn began_place(self, text: &str) -> Option<PaymentPlace> {
        payment_place(unmarked(self.is_turned(), text)?)
    }

    pub(super) fn amount_place(self, text: &str) -> Option<AmountPlace> {
        amount_place(unmarked(self.is_turned(), text)?)
    }

    pub(super) fn began_text(self, place: &PaymentPlace) -> String {
        marked(self.is_turned(), payment_text(place))
    }

    pub(super) fn amount_text(self, place: &AmountPlace) -> String {
        marked(self.is_turned(), amount_text(place))
    }

    /// A page in this order.
    pub(super) fn in_order<T>(self, page: Page<T>) -> Page<T> {
        in_order(self.is_turned(), page)
    }
}

impl DiscrepancyOrder {
    fn is_turned(self) -> bool {
        self == Self::Oldest
    }

    /// As [`PaymentOrder::toward`].
    pub(super) fn toward(self, page: Toward) -> Toward {
        turned(self.is_turned(), page)
    }

    pub(super) fn began_place(self, text: &str) -> Option<DiscrepancyPlace> {
        discrepancy_place(unmarked(self.is_turned(), text)?)
    }

    pub(super) fn began_text(self, place: &DiscrepancyPlace) -> String {
        marked(self.is_turned(), discrepancy_text(place))
    }

    pub(super) fn delta_place(text: &str) -> Option<DeltaPlace> {
        delta_place(text)
    }

    pub(super) fn delta_text(place: &DeltaPlace) -> String {
        delta_text(place)
    }

    /// As [`PaymentOrder::in_order`].
    pub(super) fn in_order<T>(self, page: Page<T>) -> Page<T> {
        in_order(self.is_turned(), page)
    }
}

fn turned(is_turned: bool, page: Toward) -> Toward {
    match (is_turned, page) {
        (false, page) => page,
        (true, Toward::Older) => Toward::Newer,
        (true, Toward::Newer) => Toward::Older,
    }
}

fn in_order<T>(is_turned: bool, mut page: Page<T>) -> Page<T> {
    if is_turned {
        page.rows.reverse();
    }
    page
}

fn marked(is_turned: bool, text: String) -> String {
    if is_turned {
        format!("{TURNED}{text}")
    } else {
        text
    }
}

fn unmarked(is_turned: bool, text: &str) -> Option<&str> {
    if is_turned {
        text.strip_prefix(TURNED)
    } else {
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_one_order_is_none_of_another() {
        let place = amount_place("A:KRW:1500:tdemo2026").unwrap();
        let text = PaymentOrder::AmountAsc.amount_text(&place);
        assert_eq!(
            PaymentOrder::AmountAsc.amount_place(&text),
            Some(place.clone())
        );
        assert_eq!(PaymentOrder::AmountDesc.amount_place(&text), None);
        assert_eq!(PaymentOrder::BeganAtAsc.began_place(&text), None);
        let text = PaymentOrder::AmountDesc.amount_text(&place);
        assert_eq!(PaymentOrder::AmountDesc.amount_place(&text), Some(place));
        assert_eq!(PaymentOrder::AmountAsc.amount_place(&text), None);
        let place = payment_place("P:1773000000123:tdemo2026").unwrap();
        let text = PaymentOrder::BeganAtDesc.began_text(&place);
        assert_eq!(PaymentOrder::BeganAtDesc.began_place(&text), Some(place));
        assert_eq!(PaymentOrder::BeganAtAsc.began_place(&text), None);
        let delta = DiscrepancyOrder::delta_place("L::0:9f").unwrap();
        let text = DiscrepancyOrder::delta_text(&delta);
        assert_eq!(DiscrepancyOrder::delta_place(&text), Some(delta));
        assert_eq!(DiscrepancyOrder::Newest.began_place(&text), None);
        for wrong in [
            "A:KRW:1500",
            "A:krw:1:key",
            "A:KRW:x:key",
            "L:KRW:1:9f\0",
            "L:K\0W:1:9f",
        ] {
            assert_eq!(amount_place(wrong), None, "{wrong}");
            assert_eq!(delta_place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_list_that_is_turned_round_is_read_the_other_way() {
        assert_eq!(
            PaymentOrder::BeganAtAsc.toward(Toward::Older),
            Toward::Newer
        );
        assert_eq!(
            PaymentOrder::AmountDesc.toward(Toward::Older),
            Toward::Older
        );
        let page = || Page {
            rows: vec![1, 2],
            has_more: true,
        };
        assert_eq!(DiscrepancyOrder::Oldest.in_order(page()).rows, [2, 1]);
        assert_eq!(DiscrepancyOrder::LargestDelta.in_order(page()), page());
    }
}
