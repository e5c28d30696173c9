//! Numbers of things, which GraphQL writes in 32 bits.

use super::error::ApiError;

/// The number as clients read it.
///
/// # Errors
/// `INTERNAL` for more than two billion, which would be told wrong.
pub(super) fn count(things: u64) -> Result<i32, ApiError> {
    i32::try_from(things).map_err(|error| ApiError::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_fit_is_a_failure_and_never_another_number() {
        assert_eq!(count(0), Ok(0));
        assert_eq!(count(2_147_483_647), Ok(i32::MAX));
        assert!(count(2_147_483_648).is_err());
    }
}
