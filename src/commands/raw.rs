//! `toss-recon raw`: prints what Toss said of a payment, word for word.

use std::io::{self, Write};

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
    store.close().await?;
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
