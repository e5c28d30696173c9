//! What the newest settlement rows say of their fees.

use entity::settlement::{self, Column};
use reconciliation::{Currency, FeeSample, KstDate, MId, Money, PaymentMethod, SettlementKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::store::rows::kind_text;
use crate::store::{Store, StoreError};

/// Method, currency, amount, fee and sold date of a row.
type Columns = (Option<String>, String, i64, Option<i64>, chrono::NaiveDate);

impl Store {
    /// The newest rows of payments of each merchant that tell their fee and their method, at most that many of each.
    pub async fn newest_fee_samples(&self, most: u64) -> Result<Vec<FeeSample>, StoreError> {
        let mut samples = Vec::new();
        for mid in self.every_merchant().await? {
            let rows: Vec<Columns> = settlement::Entity::find()
                .select_only()
                .columns([
                    Column::MethodLabel,
                    Column::Currency,
                    Column::Amount,
                    Column::Fee,
                    Column::SoldDate,
                ])
                .filter(Column::Mid.eq(mid.as_str()))
                .filter(Column::Kind.eq(kind_text(SettlementKind::Payment)))
                .order_by_desc(Column::SoldDate)
                .order_by_desc(Column::Id)
                .limit(most)
                .into_tuple()
                .all(&self.reader)
                .await?;
            for row in rows {
                samples.extend(sample(&mid, row)?);
            }
        }
        Ok(samples)
    }
}

fn sample(mid: &MId, row: Columns) -> Result<Option<FeeSample>, StoreError> {
    let (Some(label), code, amount, Some(fee), sold_date) = row else {
        return Ok(None);
    };
    let unread = |_| StoreError::inconsistent("settlements", "currency", mid.as_str());
    let currency: Currency = code.parse().map_err(unread)?;
    Ok(Some(FeeSample {
        mid: mid.clone(),
        transaction_key: None,
        method: PaymentMethod::from_label(&label),
        provider: None,
        sold_date: KstDate::from_naive(sold_date),
        amount: Money::from_minor(amount, currency),
        fee: Money::from_minor(fee, currency),
    }))
}
