//! Merchants: their mIds, secret keys and contracts.

use crate::payouts::contract::Contract;

/// A merchant: one mId with its keys.
#[derive(Clone)]
pub struct Merchant {
    /// The 상점아이디, at most 14 characters.
    pub mid: String,
    /// Secret keys that are valid now; two while a key is being replaced.
    pub secret_keys: Vec<String>,
    /// A second mId whose rows appear under the same keys.
    pub linked_mid: Option<String>,
    /// How its sales are settled.
    pub contract: Contract,
    /// Whether `POST /v1/settlements` is contracted.
    pub manual_settlement: bool,
    /// Where webhooks go.
    pub webhook_url: Option<String>,
}

impl Merchant {
    /// A merchant with one secret key. A key beginning with `test_` makes it a test merchant, which gets
    /// no settlement rows; any other is live.
    pub fn new(mid: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            mid: mid.into(),
            secret_keys: vec![secret_key.into()],
            linked_mid: None,
            contract: Contract::default(),
            manual_settlement: false,
            webhook_url: None,
        }
    }

    /// The same as [`Merchant::new`], for keys that begin with `live_`.
    pub fn live(mid: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self::new(mid, secret_key)
    }

    /// The same merchant, with a second mId under its keys.
    #[must_use]
    pub fn linked(self, mid: impl Into<String>) -> Self {
        Self {
            linked_mid: Some(mid.into()),
            ..self
        }
    }

    /// The same merchant, with this settlement contract.
    #[must_use]
    pub fn settled(self, contract: Contract) -> Self {
        Self { contract, ..self }
    }

    /// The same merchant, with its webhooks sent to `url`.
    #[must_use]
    pub fn webhooks_to(self, url: impl Into<String>) -> Self {
        Self {
            webhook_url: Some(url.into()),
            ..self
        }
    }

    /// The mIds that its keys show.
    pub(crate) fn mids(&self) -> Vec<String> {
        std::iter::once(self.mid.clone())
            .chain(self.linked_mid.clone())
            .collect()
    }
}
