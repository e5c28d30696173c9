//! Pages of lists as clients ask for them: first and after, or last and before, with cursors that they never take apart.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{ObjectType, OutputType};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::DateTime;
use reconciliation::{Currency, KstDate, PaymentKey};

use super::error::ApiError;
use super::node_id::is_key;
use crate::store::{
    AmountPlace, DeltaPlace, DiscrepancyId, DiscrepancyPlace, Page, PageRequest, PaymentPlace,
    SettlementId, SettlementOrder, SettlementPlace, Toward,
};

/// Rows on a page when a client does not say.
const USUAL: i32 = 50;
/// Rows on the largest page.
const MOST: i32 = 200;
/// Longest cursor that is looked at, in bytes.
const LONGEST_CURSOR: usize = 1_024;
/// A row of a list costs the tenth of what it would alone: what belongs to a page is loaded at once.
const SHARED_BY: usize = 10;

/// The four arguments of a list.
#[derive(Debug, Default)]
pub(super) struct PageArguments {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

/// What a page may cost: its rows, each with what is asked of it.
pub(super) fn cost(first: Option<i32>, last: Option<i32>, of_row: usize) -> usize {
    let rows = first.or(last).unwrap_or(USUAL).clamp(1, MOST);
    let rows = usize::try_from(rows).unwrap_or(1);
    (rows * of_row / SHARED_BY).max(of_row)
}

impl PageArguments {
    /// The page that is asked for; `place` reads a cursor.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when the arguments do not go together or are out of range, or a cursor is none of this list's.
    pub(super) fn request<P>(
        &self,
        place: impl Fn(&str) -> Option<P>,
    ) -> Result<PageRequest<P>, ApiError> {
        let (count, past, toward) = match (self.first, &self.after, self.last, &self.before) {
            (first, after, None, None) => (first.unwrap_or(USUAL), after, Toward::Older),
            (None, None, last, before) => (last.unwrap_or(USUAL), before, Toward::Newer),
            _ => {
                return Err(ApiError::bad_user_input(
                    "give first and after, or last and before: not both",
                ));
            }
        };
        let rows = u64::try_from(count)
            .ok()
            .filter(|_| (1..=MOST).contains(&count))
            .ok_or_else(|| {
                ApiError::bad_user_input(format!("first and last must be from 1 to {MOST}"))
            })?;
        let past = past
            .as_deref()
            .map(|cursor| {
                read(cursor)
                    .as_deref()
                    .and_then(&place)
                    .ok_or_else(not_a_cursor)
            })
            .transpose()?;
        Ok(PageRequest { rows, past, toward })
    }

    /// The answer: a page of nodes, each with the text of its place.
    pub(super) fn connection<T: OutputType, F: ObjectType>(
        &self,
        page: Page<(String, T)>,
        toward: Toward,
        fields: F,
    ) -> Connection<String, T, F> {
        let (has_previous, has_next) = match toward {
            Toward::Older => (self.after.is_some(), page.has_more),
            Toward::Newer => (page.has_more, self.before.is_some()),
        };
        let mut connection = Connection::with_additional_fields(has_previous, has_next, fields);
        let edges = page.rows.into_iter();
        connection.edges.extend(
            edges.map(|(place, node)| Edge::new(BASE64_URL_SAFE_NO_PAD.encode(place), node)),
        );
        connection
    }
}

fn not_a_cursor() -> ApiError {
    ApiError::bad_user_input(
        "this is not a cursor of this list: pass on a cursor as you received it, with the same filter and order",
    )
}

fn read(cursor: &str) -> Option<String> {
    if cursor.len() > LONGEST_CURSOR {
        return None;
    }
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

pub(super) fn payment_text(place: &PaymentPlace) -> String {
    format!(
        "P:{}:{}",
        place.began_at.timestamp_millis(),
        place.payment_key
    )
}

pub(super) fn payment_place(text: &str) -> Option<PaymentPlace> {
    let (millis, key) = text.strip_prefix("P:")?.split_once(':')?;
    Some(PaymentPlace {
        began_at: DateTime::from_timestamp_millis(millis.parse().ok()?)?,
        payment_key: PaymentKey::parse(key).ok()?,
    })
}

pub(super) fn amount_text(place: &AmountPlace) -> String {
    format!(
        "A:{}:{}:{}",
        place.currency.code(),
        place.paid,
        place.payment_key
    )
}

pub(super) fn amount_place(text: &str) -> Option<AmountPlace> {
    let mut parts = text.strip_prefix("A:")?.splitn(3, ':');
    Some(AmountPlace {
        currency: parts.next()?.parse().ok()?,
        paid: parts.next()?.parse().ok()?,
        payment_key: PaymentKey::parse(parts.next()?).ok()?,
    })
}

pub(super) fn delta_text(place: &DeltaPlace) -> String {
    format!("L:{}:{}:{}", place.currency, place.size, place.id.as_str())
}

pub(super) fn delta_place(text: &str) -> Option<DeltaPlace> {
    let mut parts = text.strip_prefix("L:")?.splitn(3, ':');
    let currency = parts.next()?;
    let is_currency = currency.is_empty() || currency.parse::<Currency>().is_ok();
    Some(DeltaPlace {
        currency: is_currency.then(|| currency.to_owned())?,
        size: parts.next()?.parse().ok()?,
        id: parts
            .next()
            .filter(|id| is_key(id))
            .map(DiscrepancyId::new)?,
    })
}

pub(super) fn discrepancy_text(place: &DiscrepancyPlace) -> String {
    format!(
        "D:{}:{}",
        place.began_at.timestamp_millis(),
        place.id.as_str()
    )
}

pub(super) fn discrepancy_place(text: &str) -> Option<DiscrepancyPlace> {
    let (millis, id) = text.strip_prefix("D:")?.split_once(':')?;
    Some(DiscrepancyPlace {
        began_at: DateTime::from_timestamp_millis(millis.parse().ok()?)?,
        id: is_key(id).then(|| DiscrepancyId::new(id))?,
    })
}

pub(super) fn settlement_text(order: SettlementOrder, place: &SettlementPlace) -> String {
    format!("{}:{}:{}", letter(order), place.day, place.id)
}

/// A place in one order is none in another.
pub(super) fn settlement_place(order: SettlementOrder, text: &str) -> Option<SettlementPlace> {
    let mut parts = text.splitn(3, ':');
    if parts.next()? != letter(order) {
        return None;
    }
    Some(SettlementPlace {
        day: KstDate::parse(parts.next()?).ok()?,
        id: parts
            .next()
            .filter(|id| is_key(id))
            .map(SettlementId::new)?,
    })
}

fn letter(order: SettlementOrder) -> &'static str {
    match order {
        SettlementOrder::Sold => "S",
        SettlementOrder::PaidOut => "O",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(first: Option<i32>, last: Option<i32>) -> PageArguments {
        PageArguments {
            first,
            last,
            ..PageArguments::default()
        }
    }

    #[test]
    fn a_page_has_1_to_200_rows_and_one_direction() {
        for (first, last, taken) in [
            (None, None, true),
            (Some(1), None, true),
            (Some(200), None, true),
            (None, Some(200), true),
            (Some(0), None, false),
            (Some(201), None, false),
            (None, Some(-1), false),
            (Some(1), Some(1), false),
        ] {
            let request = arguments(first, last).request(payment_place);
            assert_eq!(request.is_ok(), taken, "{first:?} {last:?}");
        }
    }

    #[test]
    fn a_cursor_comes_back_as_the_place_it_was_made_of_and_nothing_else_is_one() {
        let place = PaymentPlace {
            began_at: DateTime::from_timestamp_millis(1_773_000_000_123).unwrap(),
            payment_key: PaymentKey::parse("tdemo2026").unwrap(),
        };
        assert_eq!(payment_place(&payment_text(&place)), Some(place.clone()));
        let row = SettlementPlace {
            day: KstDate::parse("2026-03-01").unwrap(),
            id: SettlementId::new("abc.1"),
        };
        let text = settlement_text(SettlementOrder::Sold, &row);
        assert_eq!(settlement_place(SettlementOrder::Sold, &text), Some(row));
        assert_eq!(settlement_place(SettlementOrder::PaidOut, &text), None);
        assert_eq!(
            settlement_place(SettlementOrder::Sold, "S:2026-03-01:a\0b"),
            None
        );
        assert_eq!(payment_place(&text), None);
        let found = DiscrepancyPlace {
            began_at: place.began_at,
            id: DiscrepancyId::new("9f86d081884c7d659a2feaa0c55ad015"),
        };
        let text = discrepancy_text(&found);
        assert_eq!(discrepancy_place(&text), Some(found));
        assert_eq!(payment_place(&text), None);
        for wrong in ["", "D:", "D:1:", "D:x:9f", "D:1:9f\0", "D:1:9f/1", "P:1:9f"] {
            assert_eq!(discrepancy_place(wrong), None, "{wrong}");
        }
        for wrong in ["", "P:", "P:1", "P:x:key", "S:2026-3-1:id", "P:1:"] {
            assert_eq!(payment_place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_large_page_costs_more_than_a_small_one() {
        assert_eq!(cost(Some(100), None, 70), 700);
        assert_eq!(cost(None, Some(200), 70), 1_400);
        assert_eq!(cost(Some(1), None, 70), 70);
        assert_eq!(cost(Some(i32::MAX), None, 70), 1_400);
    }
}
