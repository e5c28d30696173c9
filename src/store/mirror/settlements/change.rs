//! How rows of the settlements list differ from what was stored under their ids.

use std::collections::{HashMap, HashSet};

use entity::settlement;

use crate::store::AccountName;
use crate::store::rows::same_content;

/// How rows differ from what was stored under their ids.
pub(in crate::store) struct Change {
    /// How many say something new.
    pub(in crate::store) changed: usize,
    /// What those said before that this account had listed.
    pub(in crate::store) old: Vec<settlement::Model>,
    /// The ids of rows that say what this account has listed already.
    unchanged: HashSet<String>,
    /// Those of them that are stored word for word.
    same: HashSet<String>,
}

impl Change {
    /// Compares rows with what was stored; of rows that are not among them, `old` keeps what was stored.
    pub(in crate::store) fn of(
        models: &[settlement::Model],
        stored: Vec<settlement::Model>,
        account: &AccountName,
    ) -> Self {
        let now: HashMap<&str, &settlement::Model> = models
            .iter()
            .map(|model| (model.id.as_str(), model))
            .collect();
        let mut change = Self {
            changed: models.len(),
            old: Vec::new(),
            unchanged: HashSet::new(),
            same: HashSet::new(),
        };
        for row in stored
            .into_iter()
            .filter(|row| row.account == account.as_str())
        {
            match now.get(row.id.as_str()) {
                Some(model) if same_content(&row, model) => {
                    change.changed -= 1;
                    if row == **model {
                        change.same.insert(row.id.clone());
                    }
                    change.unchanged.insert(row.id);
                }
                _ => change.old.push(row),
            }
        }
        change
    }

    /// The rows that say something new, or that this account lists for the first time.
    pub(in crate::store) fn news<'r>(
        &self,
        models: &'r [settlement::Model],
    ) -> impl Iterator<Item = &'r settlement::Model> {
        models
            .iter()
            .filter(|model| !self.unchanged.contains(&model.id))
    }

    /// Whether no row is stored word for word.
    pub(super) fn is_of_all_rows(&self) -> bool {
        self.same.is_empty()
    }

    /// The rows that are not stored word for word.
    pub(in crate::store) fn choose(
        &self,
        mut models: Vec<settlement::Model>,
    ) -> Vec<settlement::Model> {
        models.retain(|model| !self.same.contains(&model.id));
        models
    }
}
