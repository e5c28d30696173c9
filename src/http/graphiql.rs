//! `GraphiQL`, served from the binary alone. The page may load nothing from another host and runs no script but our files.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
        X_FRAME_OPTIONS,
    },
    web::{Bytes, Data, Path},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::compression::accepts_gzip;

/// The route of the files; the middle part changes with the file's content.
pub(super) const ASSET_ROUTE: &str = "/graphql/assets/{hash}/{file}";

/// Styles may be inline, since the editor's components make them; they can load nothing but what the page itself may.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page and its files, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Graphiql {
    page: Bytes,
    assets: Arc<HashMap<&'static str, Asset>>,
}

impl Graphiql {
    /// Takes the files from the binary and writes their addresses into the page.
    pub fn from_binary() -> Self {
        let assets: HashMap<_, _> = SERVED
            .iter()
            .filter_map(|(name, content_type)| Some((*name, Asset::embedded(name, content_type)?)))
            .collect();
        let mut page = Files::get("index.html")
            .map(|file| String::from_utf8_lossy(&file.data).into_owned())
            .unwrap_or_default();
        for (name, asset) in &assets {
            let address = format!("/graphql/assets/{}/{name}", asset.hash);
            page = page.replace(&format!("{{{{{name}}}}}"), &address);
        }
        Self {
            page: page.into(),
            assets: Arc::new(assets),
        }
    }

    /// The page itself, which anybody may see: it asks for a token.
    pub(super) fn page(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .insert_header((X_FRAME_OPTIONS, "DENY"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((VARY, "Accept"))
            .body(self.page.clone())
    }
}

/// The handler of [`ASSET_ROUTE`].
pub(super) async fn asset(
    graphiql: Data<Graphiql>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let (hash, file) = path.into_inner();
    let Some(asset) = graphiql
        .assets
        .get(file.as_str())
        .filter(|asset| asset.hash == hash)
    else {
        return super::not_found().await;
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"));
    match &asset.gzipped {
        Some(gzipped) if accepts_gzip(&request) => response
            .insert_header((CONTENT_ENCODING, "gzip"))
            .body(gzipped.clone()),
        _ => response.body(asset.plain.clone()),
    }
}

#[derive(RustEmbed)]
#[folder = "assets/graphiql/"]
struct Files;

/// What of the folder is served, and as what.
const SERVED: &[(&str, &str)] = &[
    ("react.production.min.js", JAVASCRIPT),
    ("react-dom.production.min.js", JAVASCRIPT),
    ("graphiql.min.js", JAVASCRIPT),
    ("graphiql.min.css", CSS),
    ("page.js", JAVASCRIPT),
    ("page.css", CSS),
    ("icon.svg", "image/svg+xml"),
    ("examples.graphql", "application/graphql; charset=utf-8"),
];
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

#[derive(Debug)]
struct Asset {
    /// The beginning of the content's SHA-256, in base64url.
    hash: String,
    content_type: &'static str,
    plain: Bytes,
    /// Made beforehand, so that nobody can make the server compress megabytes.
    gzipped: Option<Bytes>,
}

impl Asset {
    fn embedded(name: &str, content_type: &'static str) -> Option<Self> {
        let file = Files::get(name)?;
        let hash = file.metadata.sha256_hash();
        Some(Self {
            hash: URL_SAFE_NO_PAD.encode(hash.first_chunk::<9>()?),
            content_type,
            plain: bytes_of(file),
            gzipped: Files::get(&format!("{name}.gz")).map(bytes_of),
        })
    }
}

fn bytes_of(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}
