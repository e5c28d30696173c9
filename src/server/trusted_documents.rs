//! The trusted documents, checked when the server starts: each must be one that it would answer.

use crate::config::FrontEnds;
use crate::graphql::DocumentCheck;
use crate::http::{TrustedDocuments, check_document};

/// Every fault of the documents, one line for each, with the document's id.
pub(crate) async fn faults(front_ends: &FrontEnds) -> Vec<String> {
    let schema = DocumentCheck::new();
    let mut faults = Vec::new();
    for (id, text) in &front_ends.documents {
        // The guard first: the executor writes fragments out.
        let of_document = match check_document(text) {
            Ok(()) => schema.faults(text).await,
            Err(fault) => vec![fault],
        };
        let lines = of_document.into_iter();
        faults.extend(lines.map(|fault| format!("TRUSTED_DOCUMENTS: document {id:?}: {fault}")));
    }
    faults
}

/// The documents as the server answers them.
///
/// # Errors
/// Every fault, one line for each.
pub(super) async fn checked(front_ends: &FrontEnds) -> Result<TrustedDocuments, Vec<String>> {
    let faults = faults(front_ends).await;
    if faults.is_empty() {
        let documents = front_ends.documents.clone();
        Ok(TrustedDocuments::new(documents, front_ends.documents_only))
    } else {
        Err(faults)
    }
}
