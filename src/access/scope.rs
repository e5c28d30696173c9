//! Which merchants somebody may see and cancel for. Every question that a list or a sum is asked is narrowed by it.

use std::collections::BTreeSet;

use reconciliation::MId;

/// The merchants of a token. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Option<BTreeSet<MId>>);

impl Scope {
    /// Every merchant, also those that come later.
    pub const ALL: Self = Self(None);

    /// These merchants alone; with an empty list, none.
    pub fn only(merchants: impl IntoIterator<Item = MId>) -> Self {
        Self(Some(merchants.into_iter().collect()))
    }

    /// The merchants, sorted; `None` for all.
    pub fn merchants(&self) -> Option<Vec<MId>> {
        let merchants = self.0.as_ref()?;
        Some(merchants.iter().cloned().collect())
    }

    /// Whether it is every merchant.
    pub const fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether what is this merchant's may be seen.
    pub fn includes(&self, merchant: &MId) -> bool {
        self.includes_named(merchant.as_str())
    }

    /// As [`Scope::includes`], by a name that need not be a merchant's at Toss, as accounts have that no row has named yet.
    pub fn includes_named(&self, merchant: &str) -> bool {
        self.0
            .as_ref()
            .is_none_or(|merchants| merchants.iter().any(|known| known.as_str() == merchant))
    }

    /// Whether everything that `other` sees may be seen.
    pub fn covers(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => others.is_subset(own),
        }
    }

    /// What of the merchants that are asked for may be seen, `None` standing for all of them: the filter to ask with.
    pub fn narrowed(&self, wanted: Option<Vec<MId>>) -> Option<Vec<MId>> {
        match wanted {
            None => self.merchants(),
            Some(wanted) => Some(
                wanted
                    .into_iter()
                    .filter(|merchant| self.includes(merchant))
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mids(names: &[&str]) -> Vec<MId> {
        names.iter().map(|name| MId::parse(name).unwrap()).collect()
    }

    fn scope(names: &[&str]) -> Scope {
        Scope::only(mids(names))
    }

    type Names = Option<&'static [&'static str]>;

    #[test]
    fn what_is_asked_for_is_narrowed_and_never_widened() {
        let a_and_b = scope(&["a", "b"]);
        let cases: [(Scope, Names, Names); 8] = [
            (Scope::ALL, None, None),
            (Scope::ALL, Some(&["z"]), Some(&["z"])),
            (Scope::ALL, Some(&[]), Some(&[])),
            (a_and_b.clone(), None, Some(&["a", "b"])),
            (a_and_b.clone(), Some(&["a"]), Some(&["a"])),
            (a_and_b.clone(), Some(&["a", "c"]), Some(&["a"])),
            (a_and_b.clone(), Some(&["c"]), Some(&[])),
            (scope(&[]), None, Some(&[])),
        ];
        for (scope, wanted, expected) in cases {
            let found = scope.narrowed(wanted.map(mids));
            assert_eq!(found, expected.map(mids), "{scope:?} {wanted:?}");
        }
    }

    #[test]
    fn a_merchant_is_included_by_its_whole_name() {
        let shop = scope(&["shop"]);
        for (name, included) in [
            ("shop", true),
            ("shop1", false),
            ("sho", false),
            ("SHOP", false),
        ] {
            assert_eq!(shop.includes_named(name), included, "{name}");
            assert!(Scope::ALL.includes_named(name));
        }
    }

    #[test]
    fn a_scope_covers_those_within_it() {
        let (one, two) = (scope(&["a"]), scope(&["a", "b"]));
        assert!(Scope::ALL.covers(&Scope::ALL) && Scope::ALL.covers(&one));
        assert!(two.covers(&one) && one.covers(&one) && one.covers(&scope(&[])));
        assert!(!one.covers(&two) && !one.covers(&Scope::ALL) && !one.covers(&scope(&["c"])));
    }
}
