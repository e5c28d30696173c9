//! What resolvers find in their context: the parts of the server, and how Toss's rows are read where its documentation
//! leaves it open.

use std::any::{Any, type_name};

use async_graphql::Context;
use reconciliation::PartialCancelRows;

use super::error::ApiError;
use super::scoped::{Held, Open};

/// The readings in force, by the settings of this server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interpretation {
    /// What the amount of a `PARTIAL_CANCELED` transaction row is.
    pub partial_cancel_rows: PartialCancelRows,
}

/// A part that the schema or the request carries.
///
/// # Errors
/// `INTERNAL` when it is missing, which is a fault of whoever put the server together.
pub(super) fn part<'a, T: Open + Any + Send + Sync>(ctx: &Context<'a>) -> Result<&'a T, ApiError> {
    ctx.data_opt::<T>()
        .ok_or_else(|| ApiError::internal(&MissingPart(type_name::<T>())))
}

/// A part that leads to merchants' data, for [`Scoped`](super::scoped::Scoped) to open.
///
/// # Errors
/// As [`part`].
pub(super) fn held<'a, T: Any + Send + Sync>(ctx: &Context<'a>) -> Result<&'a Held<T>, ApiError> {
    ctx.data_opt::<Held<T>>()
        .ok_or_else(|| ApiError::internal(&MissingPart(type_name::<T>())))
}

/// What was forgotten, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0} is neither in the schema nor in the request")]
struct MissingPart(&'static str);
