//! `toss-recon raw`: prints what Toss said of a payment, word for word.

use std::io::{self, Write};

use chrono::SecondsFormat;
use clap::Args;
use reconciliation::PaymentKey;

use super::CommandError;
use crate::store::Store;

/// Whose texts.
#[derive(Args)]
pub(super) struct Options {
    /// The payment
    #[arg(value_name = "PAYMENT_KEY")]
    payment: String,
}

/// Prints each text as a line of JSON, with the table and the row that hold it.
pub(super) async fn run(store: Store, options: &Options) -> Result<(), CommandError> {
    let payment = PaymentKey::parse(&options.payment)
        .map_err(|error| CommandError::Usage(format!("PAYMENT_KEY: {error}")))?;
    let texts = store.raw_texts(&payment).await?;
    let emptied_at = store.texts_emptied_at(&payment).await?;
    store.close().await?;
    if let Some(at) = emptied_at.filter(|_| texts.is_empty()) {
        return Err(CommandError::Failure(format!(
            "what Toss said of this payment was emptied at {}, as RETENTION_DAYS has it; its amounts, days and keys are kept",
            at.to_rfc3339_opts(SecondsFormat::Secs, true)
        )));
    }
    if texts.is_empty() {
        return Err(CommandError::Failure(
            "nothing that Toss said of this payment is stored: look its paymentKey up, or mirror its days with sync".to_owned(),
        ));
    }
    let mut out = io::stdout().lock();
    for found in texts {
        let line = serde_json::json!({ "table": found.table, "row": found.row, "raw": found.text });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
