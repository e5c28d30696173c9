//! Everything that is wrong with the settings, in the order in which it was found.

use super::SettingError;

/// Settings that cannot be used.
#[derive(Debug, Default)]
pub struct Faults(Vec<SettingError>);

impl Faults {
    pub(super) fn add(&mut self, fault: SettingError) {
        self.0.push(fault);
    }

    /// The value, or nothing and its fault is noted.
    pub(super) fn take<T>(&mut self, read: Result<T, SettingError>) -> Option<T> {
        read.map_err(|fault| self.add(fault)).ok()
    }

    /// The value, or this one instead and its fault is noted.
    pub(super) fn take_or<T>(&mut self, read: Result<T, SettingError>, instead: T) -> T {
        self.take(read).unwrap_or(instead)
    }

    /// Notes what is wrong elsewhere too.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Each by itself.
    pub fn into_each(self) -> Vec<SettingError> {
        self.0
    }

    /// Nothing, or all of it as one line: the first fault, and how to see the others.
    ///
    /// # Errors
    /// When there is any.
    pub(super) fn into_one(self) -> Result<(), SettingError> {
        let others = self.0.len().saturating_sub(1);
        match self.0.into_iter().next() {
            None => Ok(()),
            Some(only) if others == 0 => Err(only),
            Some(first) => Err(SettingError::new(format!(
                "{first} (and {others} more: `toss-recon config check` names all)"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_the_first_fault_and_the_number_of_the_others() {
        let faults = |words: &[&str]| {
            let faults = words.iter().map(|word| SettingError::new(*word));
            Faults(faults.collect())
                .into_one()
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(faults(&[]), Ok(()));
        assert_eq!(faults(&["one"]), Err("one".to_owned()));
        let told = faults(&["one", "two", "three"]).unwrap_err();
        assert!(told.starts_with("one (and 2 more: "), "{told}");
    }
}
