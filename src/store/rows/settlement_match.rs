//! Rows of `settlement_matches`.

use entity::settlement_match;
use reconciliation::{KstDate, MId, MatchStrength};

use super::columns::placed;
use super::{kind_of, kind_text};
use crate::store::verdicts::UnsureRow;
use crate::store::{SettlementId, StoreError};

placed!(settlement_match::Model, from "settlement_matches", id, subject, strength, mid, kind, sold_date, paid_out_date);

/// The row of what was found by the verdict of this subject.
pub(in crate::store) fn settlement_match_model(
    subject: &str,
    row: &UnsureRow,
) -> settlement_match::Model {
    settlement_match::Model {
        id: row.id.as_str().to_owned(),
        subject: subject.to_owned(),
        strength: row.strength.as_str().to_owned(),
        mid: row.mid.to_string(),
        kind: kind_text(row.kind).to_owned(),
        sold_date: row.sold_date.naive(),
        paid_out_date: row.paid_out_date.naive(),
    }
}

/// What was found.
pub(in crate::store) fn unsure_row(row: &settlement_match::Model) -> Result<UnsureRow, StoreError> {
    let unread = |column| StoreError::inconsistent("settlement_matches", column, &row.id);
    Ok(UnsureRow {
        id: SettlementId::new(&row.id),
        strength: MatchStrength::parse(&row.strength).ok_or_else(|| unread("strength"))?,
        mid: MId::parse(&row.mid).map_err(|_| unread("mid"))?,
        kind: kind_of(&row.kind).ok_or_else(|| unread("kind"))?,
        sold_date: KstDate::from_naive(row.sold_date),
        paid_out_date: KstDate::from_naive(row.paid_out_date),
    })
}
