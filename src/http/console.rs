//! The console: the pages that people use, served from the binary alone. They ask the same API as everybody else.

mod files;
mod page;

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
    },
    web::{Data, Path},
};

use self::files::Files;
use self::page::PageText;
use super::compression::{accepts_gzip, send_as_it_is};

/// Where it is.
pub(super) const BASE: &str = "/console/";
/// The route of the files. The hash is of all of them together, since they name each other.
pub(super) const ASSET_ROUTE: &str = "/console/assets/{hash}/{file}";
/// The route of the page, which is the same at every address below: the address says what it shows.
pub(super) const PAGE_ROUTE: &str = "/console/{page:.*}";

/// The page and its files, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Console {
    files: Arc<Files>,
    page: PageText,
}

impl Console {
    /// Takes the files from the binary and compresses them. Reasons of cancels may have `longest_reason` characters.
    pub fn from_binary(longest_reason: usize) -> Self {
        let files = Files::embedded();
        Self {
            page: PageText::new(files.page(), files.hash(), longest_reason),
            files: Arc::new(files),
        }
    }

    /// The same for a demo, whose page takes a token from its own address.
    #[must_use]
    pub fn of_demo(self) -> Self {
        Self {
            page: self.page.of_demo(),
            ..self
        }
    }
}

/// The handler of [`PAGE_ROUTE`]. Anybody may see it: it asks for a token.
pub(super) async fn page(console: Data<Console>) -> HttpResponse {
    let mut response = console.page.with_nonce(&mut rand::rng());
    send_as_it_is(&mut response);
    response
}

/// The handler of [`ASSET_ROUTE`].
pub(super) async fn asset(
    console: Data<Console>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let found = console.files.get(&name);
    let Some(file) = found.filter(|_| hash == console.files.hash()) else {
        return super::not_found().await;
    };
    let as_gzip = accepts_gzip(&request);
    let (body, tag) = match &file.gzipped {
        Some(gzipped) if as_gzip => (gzipped, format!("\"{hash}/{name}/gzip\"")),
        _ => (&file.plain, format!("\"{hash}/{name}\"")),
    };
    let is_known = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == tag);
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header((ETAG, tag))
        .insert_header(page::TO_OUR_PAGES_ALONE);
    if is_known {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, file.content_type));
    if as_gzip && file.gzipped.is_some() {
        response.insert_header((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
    }
    let mut response = response.body(body.clone());
    send_as_it_is(&mut response);
    response
}
