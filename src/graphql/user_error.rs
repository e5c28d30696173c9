//! What is wrong with an input, told as data beside what else was asked for.

use async_graphql::SimpleObject;

/// Why something was not done.
#[derive(Debug, SimpleObject)]
pub(super) struct UserError {
    /// What went wrong, in one word such as `INVALID_INPUT`. Codes may be added.
    code: String,
    /// A sentence for whoever asked, with what to do.
    message: String,
    /// The field of the input at fault, if one is.
    field: Option<String>,
}

impl UserError {
    /// `field` is one of the input's.
    pub(super) fn of_field(code: &str, field: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            field: Some(field.to_owned()),
        }
    }
}
