//! The built files of the console, as `npm run build` wrote them into `assets/console/`.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Write as _},
};

use actix_web::web::Bytes;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

/// What the page is made of; it is sent by its own handler.
const PAGE: &str = "index.html";
/// How much of the sum stands in an address.
const HASH_BYTES: usize = 9;

#[derive(RustEmbed)]
#[folder = "assets/console/"]
struct Embedded;

/// The files by their names, and the sum of all of them.
#[derive(Debug)]
pub(super) struct Files {
    by_name: BTreeMap<String, File>,
    hash: String,
    page: String,
}

/// A file, ready to be sent.
#[derive(Debug)]
pub(super) struct File {
    pub(super) content_type: &'static str,
    pub(super) plain: Bytes,
    /// Made once, at the start; none where it would be no shorter.
    pub(super) gzipped: Option<Bytes>,
}

impl Files {
    pub(super) fn embedded() -> Self {
        let mut sum = Sha256::new();
        let mut by_name = BTreeMap::new();
        let mut page = String::new();
        let mut names: Vec<_> = Embedded::iter().collect();
        names.sort();
        for name in names {
            let Some(file) = Embedded::get(&name) else {
                continue;
            };
            sum.update(name.as_bytes());
            sum.update(file.metadata.sha256_hash());
            if name == PAGE {
                page = String::from_utf8_lossy(&file.data).into_owned();
            } else {
                let served = File::new(content_type(&name), file.data);
                by_name.insert(name.into_owned(), served);
            }
        }
        let sum = sum.finalize();
        let hash = URL_SAFE_NO_PAD.encode(&sum[..HASH_BYTES]);
        Self {
            by_name,
            hash,
            page,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&File> {
        self.by_name.get(name)
    }

    /// One for the whole folder, so that files which name each other are of one build.
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }

    /// The page as it was built.
    pub(super) fn page(&self) -> &str {
        &self.page
    }
}

impl File {
    fn new(content_type: &'static str, data: Cow<'static, [u8]>) -> Self {
        let plain = match data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        let gzipped = gzip(&plain).ok().map(Bytes::from);
        Self {
            content_type,
            gzipped: gzipped.filter(|gzipped| gzipped.len() < plain.len()),
            plain,
        }
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "txt")) => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
