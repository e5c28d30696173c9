//! The one page of the console, and what a browser is told to hold it to.

use actix_web::{
    HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
        X_FRAME_OPTIONS,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::CryptoRng;
use serde_json::json;

/// No other site may load what carries it.
pub(super) const TO_OUR_PAGES_ALONE: (HeaderName, HeaderValue) = (
    HeaderName::from_static("cross-origin-resource-policy"),
    HeaderValue::from_static("same-origin"),
);
const OPENED_BY_NOBODY: (HeaderName, HeaderValue) = (
    HeaderName::from_static("cross-origin-opener-policy"),
    HeaderValue::from_static("same-origin"),
);
/// Nothing of a device is asked for. Writing to the clipboard needs a gesture and stays.
const NO_DEVICES: (HeaderName, HeaderValue) = (
    HeaderName::from_static("permissions-policy"),
    HeaderValue::from_static(
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
         xr-spatial-tracking=()",
    ),
);
const NONCE_BYTES: usize = 16;

/// What the page loads, runs and sends: our own files, and our own API. The nonce is for the one style that the components make.
fn content_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// The page with everything in it but the nonce.
#[derive(Clone, Debug)]
pub(super) struct PageText {
    built: String,
    reason_length: usize,
    demo: bool,
}

impl PageText {
    /// Of a built page whose files lie below an address with this hash.
    pub(super) fn new(built: &str, hash: &str, reason_length: usize) -> Self {
        let below = format!("=\"/console/assets/{hash}/");
        Self {
            built: built.replace("=\"./", &below),
            reason_length,
            demo: false,
        }
    }

    /// The same, which says that it is a demo's.
    pub(super) fn of_demo(self) -> Self {
        Self { demo: true, ..self }
    }

    /// The answer. It is kept by nobody: the nonce is for this once.
    pub(super) fn with_nonce(&self, rng: &mut impl CryptoRng) -> HttpResponse {
        let mut bytes = [0; NONCE_BYTES];
        rng.fill_bytes(&mut bytes);
        let nonce = STANDARD.encode(bytes);
        let server = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "demo": self.demo,
            "signIn": ["token"],
            "reasonLength": self.reason_length,
        });
        // Nothing in it comes from outside; quotes alone would end the attribute.
        let server = server.to_string().replace('"', "&quot;");
        let text = self
            .built
            .replace("{{server}}", &server)
            .replace("{{nonce}}", &nonce);
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, content_policy(&nonce)))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((X_FRAME_OPTIONS, "DENY"))
            .insert_header(TO_OUR_PAGES_ALONE)
            .insert_header(OPENED_BY_NOBODY)
            .insert_header(NO_DEVICES)
            .body(text)
    }
}
