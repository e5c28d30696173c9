//! Answers compressed with gzip, for clients that accept it.
//!
//! Only what is whole in memory is compressed: streams of events and reports go out as they are made. What is compressed beside
//! a secret can give the secret away by its length, to somebody who puts guesses into the same answer. So no mutation's answer is
//! compressed: `createToken` alone tells a secret. No answer to a query holds one, and nobody else's page can have a query sent
//! with a token or a session.

use std::io::{self, Write as _};

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{
        AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, Encoding, Header as _,
        HeaderMap, HeaderValue, VARY,
    },
    middleware::Next,
    web::{self, Bytes},
};
use flate2::{Compression, write::GzEncoder};

use super::limits::{COMPRESSED_BYTES_LEAST, COMPRESSED_ON_THE_SPOT};

/// An extension of answers that are sent as they are.
struct AsItIs;

/// Has the answer sent as it is, whatever its length.
pub(super) fn send_as_it_is(response: &mut HttpResponse) {
    response.extensions_mut().insert(AsItIs);
}

/// Whether the client takes gzip, and likes it no less than the plain text.
pub(super) fn accepts_gzip(request: &HttpRequest) -> bool {
    AcceptEncoding::parse(request).is_ok_and(|accepted| {
        let offered = [Encoding::gzip(), Encoding::identity()];
        accepted.negotiate(offered.iter()) == Some(Encoding::gzip())
    })
}

/// Compresses the answer where that is worth it.
pub(super) async fn compress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    if !is_worth_it(response.response()) {
        return Ok(response.map_into_boxed_body());
    }
    let (request, response) = response.into_parts();
    let (mut head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(stream) => {
            let response = head.set_body(BoxBody::new(stream));
            return Ok(ServiceResponse::new(request, response));
        }
    };
    vary_by_encoding(head.headers_mut());
    let body = match gzipped(&request, &body).await {
        Some(gzipped) => {
            let gzip = HeaderValue::from_static("gzip");
            head.headers_mut().insert(CONTENT_ENCODING, gzip);
            gzipped
        }
        None => body,
    };
    Ok(ServiceResponse::new(
        request,
        head.set_body(BoxBody::new(body)),
    ))
}

/// The body in gzip, if the client takes that.
async fn gzipped(request: &HttpRequest, body: &Bytes) -> Option<Bytes> {
    if !accepts_gzip(request) {
        return None;
    }
    let packed = if body.len() <= COMPRESSED_ON_THE_SPOT {
        gzip(body)
    } else {
        let body = body.clone();
        web::block(move || gzip(&body)).await.ok()?
    };
    // Memory is all that it writes to.
    packed.ok().map(Bytes::from)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let packed = Vec::with_capacity(bytes.len() / 4);
    let mut encoder = GzEncoder::new(packed, Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn is_worth_it(response: &HttpResponse<impl MessageBody>) -> bool {
    let headers = response.headers();
    let is_long =
        matches!(response.body().size(), BodySize::Sized(size) if size >= COMPRESSED_BYTES_LEAST);
    is_long
        && !headers.contains_key(CONTENT_ENCODING)
        && !response.extensions().contains::<AsItIs>()
        && !has(headers, &CACHE_CONTROL, "no-transform")
        && headers.get(CONTENT_TYPE).is_some_and(is_text)
}

/// Pictures, archives and workbooks are compressed in themselves.
fn is_text(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/") && essence != "text/event-stream"
        || essence.ends_with("json")
        || matches!(essence, "application/graphql" | "image/svg+xml")
}

/// Whoever keeps answers is to know that there are two of them.
fn vary_by_encoding(headers: &mut HeaderMap) {
    let before = headers.get(VARY).and_then(|value| value.to_str().ok());
    let after = match before {
        Some(_) if has(headers, &VARY, "accept-encoding") => return,
        Some(before) if !before.is_empty() => format!("{before}, Accept-Encoding"),
        _ => "Accept-Encoding".to_owned(),
    };
    if let Ok(value) = HeaderValue::try_from(after) {
        headers.insert(VARY, value);
    }
}

fn has(headers: &HeaderMap, name: &actix_web::http::header::HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(word))
}
