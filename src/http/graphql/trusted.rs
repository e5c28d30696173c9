//! Documents that clients name by an id instead of sending them: those that the operator trusts, and no others. Nobody can add one
//! by sending it, so a request with the hash of a text that is not here (as clients of automatic persisted queries send) is told
//! so in the words that such clients look for.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use super::refusal::Refusal;
use crate::graphql::ErrorCode;

/// The trusted documents by their ids. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedDocuments {
    by_id: Arc<HashMap<String, Arc<str>>>,
    only: bool,
}

impl TrustedDocuments {
    /// Documents as ids and texts; with `only` nothing else is answered.
    pub fn new(documents: impl IntoIterator<Item = (String, String)>, only: bool) -> Self {
        let by_id = documents.into_iter();
        Self {
            by_id: Arc::new(by_id.map(|(id, text)| (id, text.into())).collect()),
            only,
        }
    }

    /// Whether nothing else is answered: no introspection, nor anything else that tells the schema.
    pub(in crate::http) const fn are_all_that_is_answered(&self) -> bool {
        self.only
    }

    /// The text to execute, of a request with a text, an id or both.
    pub(super) fn text<'a>(
        &'a self,
        sent: Option<&'a str>,
        id: Option<&str>,
    ) -> Result<&'a str, Refusal> {
        let found = id.and_then(|id| self.find(id));
        match (sent, found) {
            (None, Some(trusted)) => Ok(trusted),
            (Some(sent), Some(trusted)) if sent == trusted => Ok(trusted),
            (Some(_), Some(_)) => Err(Refusal::of_document(
                "The text is not the document of that id: send the id alone, or the text alone",
            )),
            (Some(sent), None) if !self.only => Ok(sent),
            (Some(_), None) => Err(Refusal::of_persisted(
                ErrorCode::PersistedQueryNotFound,
                Cow::Borrowed(
                    "Only trusted documents are answered here: send the id of one as documentId",
                ),
            )),
            (None, None) if id.is_none() => Err(super::params::missing_query()),
            (None, None) if self.by_id.is_empty() => Err(Refusal::of_persisted(
                ErrorCode::PersistedQueryNotSupported,
                Cow::Borrowed("PersistedQueryNotSupported"),
            )),
            (None, None) => Err(Refusal::of_persisted(
                ErrorCode::PersistedQueryNotFound,
                Cow::Borrowed("PersistedQueryNotFound"),
            )),
        }
    }

    /// Some tools write ids that are hashes with the name of the hash before them.
    fn find(&self, id: &str) -> Option<&str> {
        let bare = || id.strip_prefix("sha256:").and_then(|id| self.by_id.get(id));
        let text = self.by_id.get(id).or_else(bare)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(only: bool) -> TrustedDocuments {
        let one = ("abc".to_owned(), "{ hello }".to_owned());
        TrustedDocuments::new([one], only)
    }

    /// The text, or the code and the message.
    fn told<'a>(
        documents: &'a TrustedDocuments,
        sent: Option<&'a str>,
        id: Option<&str>,
    ) -> Result<&'a str, (ErrorCode, String)> {
        let text = documents.text(sent, id);
        text.map_err(|refusal| (refusal.code, refusal.message.into_owned()))
    }

    #[test]
    fn a_document_is_found_by_its_id_and_never_replaces_another_text() {
        for only in [false, true] {
            let documents = documents(only);
            for id in ["abc", "sha256:abc"] {
                assert_eq!(told(&documents, None, Some(id)), Ok("{ hello }"));
                let both = told(&documents, Some("{ hello }"), Some(id));
                assert_eq!(both, Ok("{ hello }"));
                let other = told(&documents, Some("{ other }"), Some(id));
                assert_eq!(other.unwrap_err().0, ErrorCode::BadUserInput);
            }
            let missing = told(&documents, None, Some("abd")).unwrap_err();
            let words = "PersistedQueryNotFound".to_owned();
            assert_eq!(missing, (ErrorCode::PersistedQueryNotFound, words));
            let nothing = told(&documents, None, None).unwrap_err();
            assert_eq!(nothing.0, ErrorCode::BadUserInput);
        }
    }

    #[test]
    fn other_texts_are_answered_unless_only_trusted_ones_are() {
        for id in [None, Some("abd")] {
            let free = told(&documents(false), Some("{ other }"), id).map(str::to_owned);
            assert_eq!(free, Ok("{ other }".to_owned()));
            let refused = told(&documents(true), Some("{ other }"), id).map(str::to_owned);
            let code = refused.unwrap_err().0;
            assert_eq!(code, ErrorCode::PersistedQueryNotFound);
        }
        // Without an id the text of a trusted document is any other text.
        assert!(told(&documents(true), Some("{ hello }"), None).is_err());
    }

    #[test]
    fn without_documents_a_hash_alone_is_not_supported_and_beside_a_text_let_be() {
        let none = TrustedDocuments::default();
        let told_of = told(&none, None, Some("abc")).unwrap_err();
        let words = "PersistedQueryNotSupported".to_owned();
        assert_eq!(told_of, (ErrorCode::PersistedQueryNotSupported, words));
        assert_eq!(told(&none, Some("{ a }"), Some("abc")), Ok("{ a }"));
    }
}
