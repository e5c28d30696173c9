//! What a client is told of the errors of an execution: each gets a code of the closed list, and what is ours stays ours.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use tracing::error;

use super::refusal::INTERNAL_MESSAGE;
use crate::graphql::ErrorCode;
use crate::{
    access::RequestId,
    http::limits::{ERRORS_SHOWN, MESSAGE_CHARS},
};

/// Whether the document was refused before anything was executed: then there is no `data`, not even null.
pub(super) fn is_refused_document(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(is_of_document)
}

/// Whether any of the errors is a failure of ours.
pub(super) fn has_failed(response: &Response) -> bool {
    response
        .errors
        .iter()
        .any(|error| code_of(error) == ErrorCode::Internal)
}

/// Whether a field has no answer because more was asked at once than can be answered.
pub(super) fn met_overload(response: &Response) -> bool {
    response
        .errors
        .iter()
        .any(|error| code_of(error) == ErrorCode::Overloaded)
}

/// The codes of the errors, each once, with a comma between.
pub(super) fn codes(response: &Response) -> String {
    let mut codes: Vec<&str> = Vec::new();
    for error in &response.errors {
        let code = code_of(error).as_str();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.join(",")
}

/// The errors as a client may see them.
pub(super) fn masked(mut errors: Vec<ServerError>, request_id: RequestId) -> Vec<ServerError> {
    errors.truncate(ERRORS_SHOWN);
    for error in &mut errors {
        mask(error, request_id);
    }
    errors
}

/// The text, cut to the longest that is shown.
pub(super) fn shortened(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MESSAGE_CHARS) {
        let keep = message[..end]
            .char_indices()
            .next_back()
            .map_or(0, |(last, _)| last);
        message.truncate(keep);
        message.push('…');
    }
    message
}

fn mask(error: &mut ServerError, request_id: RequestId) {
    match code_of(error) {
        ErrorCode::Internal => {
            error!(%request_id, path = ?error.path, cause = %error.message, "a resolver failed");
            INTERNAL_MESSAGE.clone_into(&mut error.message);
            error.extensions = Some(internal_extensions(request_id));
        }
        code => {
            error.message = shortened(std::mem::take(&mut error.message));
            error
                .extensions
                .get_or_insert_with(ErrorExtensionValues::default)
                .set("code", code.as_str());
        }
    }
    error.source = None;
}

/// What accompanies [`INTERNAL_MESSAGE`].
fn internal_extensions(request_id: RequestId) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", ErrorCode::Internal.as_str());
    extensions.set("requestId", request_id.to_string());
    extensions
}

fn code_of(error: &ServerError) -> ErrorCode {
    let given = error.extensions.as_ref().and_then(|all| all.get("code"));
    match given {
        Some(Value::String(text)) => ErrorCode::parse(text).unwrap_or(ErrorCode::Internal),
        Some(Value::Enum(name)) => ErrorCode::parse(name).unwrap_or(ErrorCode::Internal),
        None if is_limit(error) => ErrorCode::TooComplex,
        None if is_of_document(error) || is_coercion(error) => ErrorCode::BadUserInput,
        _ => ErrorCode::Internal,
    }
}

/// The executor gives no path to what it finds before it executes, and a source only to what a resolver returned.
fn is_of_document(error: &ServerError) -> bool {
    error.path.is_empty() && error.source.is_none()
}

/// The executor's own limits, which it reports by their texts alone (async-graphql 7.2, `schema.rs` and `validation/mod.rs`).
fn is_limit(error: &ServerError) -> bool {
    is_of_document(error)
        && [
            "Query is too complex.",
            "Query is nested too deep.",
            "The recursion depth of the query cannot be greater than",
            "The number of directives on the field",
        ]
        .iter()
        .any(|text| error.message.starts_with(text))
}

/// An argument that only its own type could refuse, when its field was reached (async-graphql 7.2, `InputValueError`).
fn is_coercion(error: &ServerError) -> bool {
    error.source.is_none()
        && [
            "Failed to parse \"",
            "Expected input type \"",
            "Invalid value for argument \"",
        ]
        .iter()
        .any(|text| error.message.starts_with(text))
}
