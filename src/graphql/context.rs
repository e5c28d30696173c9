//! What resolvers find in their context: the parts of the server, and how Toss's rows are read where its documentation
//! leaves it open.

use std::any::{Any, type_name};

use async_graphql::Context;
use reconciliation::{Cancel, CancelRowAmounts};

use super::error::ApiError;

/// The readings in force, by the settings of this server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interpretation {
    /// What the amount of a `PARTIAL_CANCELED` transaction row is.
    pub partial_cancel_rows: PartialCancelRows,
}

/// What the amount of a `PARTIAL_CANCELED` transaction row is. No published row shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartialCancelRows {
    /// The amount of that cancel.
    #[default]
    CancelAmount,
    /// The amount of the whole payment.
    PaymentAmount,
}

impl Interpretation {
    /// How to read the rows of a payment with these cancels.
    pub(super) fn amounts(self, cancels: &[Cancel]) -> CancelRowAmounts<'_> {
        match self.partial_cancel_rows {
            PartialCancelRows::CancelAmount => CancelRowAmounts::OfTheCancel,
            PartialCancelRows::PaymentAmount => CancelRowAmounts::OfThePayment(cancels),
        }
    }
}

/// A part that the schema or the request carries.
///
/// # Errors
/// `INTERNAL` when it is missing, which is a fault of whoever put the server together.
pub(super) fn part<'a, T: Any + Send + Sync>(ctx: &Context<'a>) -> Result<&'a T, ApiError> {
    ctx.data_opt::<T>()
        .ok_or_else(|| ApiError::internal(&MissingPart(type_name::<T>())))
}

/// What was forgotten, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0} is neither in the schema nor in the request")]
struct MissingPart(&'static str);
