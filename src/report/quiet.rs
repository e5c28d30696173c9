//! A guard around a library that panics when the disk is full.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is expected, and told as an error.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Does the work; `None` when it panicked. What it worked on is then to be thrown away. `rust_xlsxwriter` panics where a
/// temporary file of a sheet cannot be written, and that is one line on stderr here, like every other failure.
pub(super) fn without_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !EXPECTED.get() {
                usual(info);
            }
        }));
    });
    EXPECTED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    EXPECTED.set(false);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_value_and_what_comes_after_is() {
        assert_eq!(without_panic(|| panic!("the disk is full")), None::<u8>);
        assert_eq!(without_panic(|| 1), Some(1));
    }
}
