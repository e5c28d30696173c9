//! The body of a POST: JSON in UTF-8, of bounded length, arriving in bounded time. Nothing else is read at all.

use actix_web::{
    HttpMessage as _, HttpRequest,
    error::PayloadError,
    http::{
        StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    },
    web::{Bytes, Payload},
};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::http::limits::{BODY_BYTES, BODY_TIME};

/// Reads the whole body. One that arrived in one piece, as most do, is not copied.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, Refusal> {
    check_content_type(request)?;
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_BYTES) {
        return Err(too_long());
    }
    timeout(BODY_TIME, collect(payload, announced.unwrap_or(0)))
        .await
        .unwrap_or_else(|_| {
            Err(Refusal::malformed(
                StatusCode::REQUEST_TIMEOUT,
                "The body took too long to arrive",
            ))
        })
}

fn check_content_type(request: &HttpRequest) -> Result<(), Refusal> {
    let unsupported = |message| Refusal::malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    if request.headers().contains_key(CONTENT_ENCODING) {
        return Err(unsupported("Send the body without a Content-Encoding"));
    }
    let content_type = request.headers().get(CONTENT_TYPE);
    if content_type.is_some_and(|value| value == "application/json") {
        return Ok(());
    }
    let Ok(Some(mime)) = request.mime_type() else {
        return Err(unsupported(
            "Send the body with Content-Type: application/json",
        ));
    };
    if !mime.essence_str().eq_ignore_ascii_case("application/json") {
        return Err(unsupported(
            "Send the body with Content-Type: application/json",
        ));
    }
    match mime.get_param("charset") {
        Some(charset) if !charset.as_str().eq_ignore_ascii_case("utf-8") => {
            Err(unsupported("Send the body in UTF-8"))
        }
        _ => Ok(()),
    }
}

async fn collect(mut payload: Payload, announced: usize) -> Result<Bytes, Refusal> {
    let Some(first) = next(&mut payload).await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = next(&mut payload).await? else {
        return within_limit(first);
    };
    let mut body = Vec::with_capacity(announced.max(first.len() + second.len()));
    body.extend_from_slice(&first);
    body.extend_from_slice(&second);
    while let Some(chunk) = next(&mut payload).await? {
        if body.len() + chunk.len() > BODY_BYTES {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    within_limit(body.into())
}

async fn next(payload: &mut Payload) -> Result<Option<Bytes>, Refusal> {
    payload
        .next()
        .await
        .transpose()
        .map_err(|error| match error {
            PayloadError::Overflow => too_long(),
            _ => Refusal::malformed(StatusCode::BAD_REQUEST, "The body broke off"),
        })
}

fn within_limit(body: Bytes) -> Result<Bytes, Refusal> {
    if body.len() > BODY_BYTES {
        return Err(too_long());
    }
    Ok(body)
}

fn too_long() -> Refusal {
    Refusal::malformed(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The body is longer than {BODY_BYTES} bytes"),
    )
}
