//! The languages in which discrepancies are told.

use async_graphql::{Context, Enum};
use reconciliation::Language;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::Language")]
pub(super) enum Locale {
    /// Korean, in the terms that Toss uses.
    #[graphql(name = "KO")]
    Korean,
    /// English.
    #[graphql(name = "EN")]
    English,
}

impl Locale {
    /// The language that is asked for, else the one that the request prefers (`Accept-Language`), else English.
    pub(super) fn or_preferred(chosen: Option<Self>, ctx: &Context<'_>) -> Language {
        let preferred = || ctx.data_opt::<Language>().copied().unwrap_or_default();
        chosen.map_or_else(preferred, Language::from)
    }
}
