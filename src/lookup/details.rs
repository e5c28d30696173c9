//! What payments' own answers say beside what is reconciled, read from the stored answers: Toss is not asked.

use std::collections::HashMap;
use std::sync::Arc;

use reconciliation::PaymentKey;

use super::Lookup;
use crate::store::StoreError;
pub use crate::toss::{CardDetails, EasyPayDetails, PaymentDetails};
use crate::toss::{MusdAmounts, PaymentReading, read_details};

/// What was read just now tells, but for its amounts.
pub(super) fn details_of(reading: &PaymentReading) -> PaymentDetails {
    let currency = reading.payment.currency;
    read_details(reading.raw.as_str(), currency, MusdAmounts::default())
}

impl Lookup {
    /// Of these payments; those that were never read themselves are missing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn details(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<PaymentDetails>>, StoreError> {
        let answers = self.0.store.own_answers(keys).await?;
        let found = answers.into_iter().map(|(key, answer)| {
            let merchant = self.0.merchants.named(&answer.account);
            let musd = merchant.map(|merchant| merchant.toss.musd());
            let details = read_details(&answer.text, answer.currency, musd.unwrap_or_default());
            (key, Arc::new(details))
        });
        Ok(found.collect())
    }
}
