//! `/session`: people sign in with a token and get a cookie, and sign out again.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN,
            RETRY_AFTER, SET_COOKIE,
        },
    },
    web::{Bytes, Data, Payload},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::time::timeout;
use tracing::error;

use super::access_log::AccessLine;
use super::graphql::Gate;
use super::limits::BODY_TIME;
use super::request_id;
use super::session_cookie::{self, CookieKind, NoSignIn, Sent};
use crate::access::{Access, Denied, NewSession, PublicUrl};

/// What a request with the cookie must carry, with the value `console`.
pub(super) const OUR_PAGE: HeaderName = HeaderName::from_static("x-toss-recon");
/// What a browser says of the page that has it ask.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A token has some sixty.
const MOST_BYTES: usize = 4 * 1024;

/// What somebody signs in with.
#[derive(Deserialize)]
struct SignIn {
    token: String,
}

/// The session's cookie that a request carries, if any.
pub(super) fn cookie<'r>(
    request: &'r HttpRequest,
    public: Option<&PublicUrl>,
) -> Option<(CookieKind, &'r str)> {
    let headers = request.headers().get_all(COOKIE);
    let texts = headers.filter_map(|value| value.to_str().ok());
    session_cookie::find(texts, header(request, &HOST).unwrap_or_default(), public)
}

/// Whether a request with the cookie was made by a page of this server.
pub(super) fn is_of_our_page(request: &HttpRequest) -> bool {
    let bytes = |name| request.headers().get(name).map(HeaderValue::as_bytes);
    session_cookie::is_of_our_page(
        bytes(&OUR_PAGE),
        request.method() == actix_web::http::Method::GET,
        request.path(),
        bytes(&FETCH_SITE),
    )
}

/// The handler of POST.
pub(super) async fn sign_in(
    gate: Data<Gate>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let mut line = AccessLine::begin(request_id::of(&request));
    line.is_for("session");
    let answer = signed_in(gate.access(), &request, payload, &mut line).await;
    let (outcome, response) = match answer {
        Ok(response) => ("ok", response),
        Err((StatusCode::UNAUTHORIZED, message)) => {
            let turned_away = gate.turns_away(&request).await;
            let response = turned_away.map_or_else(
                || refused(StatusCode::UNAUTHORIZED, message),
                |wait| {
                    let mut response = refused(
                        StatusCode::TOO_MANY_REQUESTS,
                        "too many wrong tokens came from this address: wait as long as Retry-After says",
                    );
                    let seconds = HeaderValue::from(wait.as_secs().max(1));
                    response.headers_mut().insert(RETRY_AFTER, seconds);
                    response
                },
            );
            ("refused", response)
        }
        Err((status, message)) => ("refused", refused(status, message)),
    };
    line.ends(outcome);
    response
}

async fn signed_in(
    access: &Access,
    request: &HttpRequest,
    payload: Payload,
    line: &mut AccessLine,
) -> Result<HttpResponse, (StatusCode, &'static str)> {
    if !access.has_sessions() {
        return Err((StatusCode::NOT_FOUND, "nobody can sign in at this server"));
    }
    if !is_json(request) {
        return Err((
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the token as JSON, with the content type application/json",
        ));
    }
    let sent = Sent {
        host: header(request, &HOST).unwrap_or_default(),
        origin: request
            .headers()
            .get(ORIGIN)
            // What is no text is no address of ours.
            .map(|origin| origin.to_str().unwrap_or("null")),
    };
    let kind = CookieKind::for_signing_in(sent, access.public_url())
        .map_err(|refused: NoSignIn| (StatusCode::FORBIDDEN, refused.message()))?;
    let body = body_of(payload).await?;
    let SignIn { token } = serde_json::from_slice(&body).map_err(|_| {
        (
            StatusCode::BAD_REQUEST,
            "send a JSON object with a field token",
        )
    })?;
    let session = NewSession::generate(&mut rand::rng());
    let (value, principal) = access
        .sign_in(&token, session)
        .await
        .map_err(|denied| told(&denied))?;
    line.asked_by(&principal);
    Ok(no_content(&kind.set(Some(value.expose_secret()))))
}

async fn body_of(payload: Payload) -> Result<Bytes, (StatusCode, &'static str)> {
    let read = timeout(BODY_TIME, payload.to_bytes_limited(MOST_BYTES)).await;
    match read {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Err(_)) => Err((
            StatusCode::PAYLOAD_TOO_LARGE,
            "send the token and nothing more",
        )),
        Ok(Ok(Err(_))) | Err(_) => Err((StatusCode::BAD_REQUEST, "the body did not arrive")),
    }
}

/// The handler of DELETE. `?everywhere=true` ends every session of the owner.
pub(super) async fn sign_out(gate: Data<Gate>, request: HttpRequest) -> HttpResponse {
    let access = gate.access();
    let Some((kind, value)) = cookie(&request, access.public_url()) else {
        // There is nothing to sign out of.
        return HttpResponse::NoContent().finish();
    };
    if !is_of_our_page(&request) {
        return refused(StatusCode::FORBIDDEN, NEEDS_HEADER);
    }
    let everywhere = request
        .query_string()
        .split('&')
        .any(|pair| pair == "everywhere=true");
    match access.sign_out(value, everywhere).await {
        Ok(()) | Err(Denied::Unauthenticated) => no_content(&kind.set(None)),
        Err(denied) => {
            let (status, message) = told(&denied);
            refused(status, message)
        }
    }
}

/// Why a request with the cookie alone is refused.
pub(super) const NEEDS_HEADER: &str =
    "a request with the session's cookie needs the header `X-Toss-Recon: console`";

fn told(denied: &Denied) -> (StatusCode, &'static str) {
    match denied {
        Denied::Unauthenticated => (StatusCode::UNAUTHORIZED, "this is no access token in force"),
        Denied::Unavailable(cause) => {
            let cause: &dyn std::error::Error = cause;
            error!(cause, "sessions cannot be kept or ended");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "sessions cannot be kept or ended at the moment: try again",
            )
        }
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let essence = header(request, &CONTENT_TYPE).and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn header<'r>(request: &'r HttpRequest, name: &HeaderName) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

fn no_content(set_cookie: &str) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((SET_COOKIE, set_cookie))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

fn refused(status: StatusCode, message: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(serde_json::json!({ "error": message }))
}
