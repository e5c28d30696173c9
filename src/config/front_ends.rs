//! What front-ends find: the origins that may call from a browser, and the documents that they may name by id.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::layers::Layers;
use super::{Faults, SettingError, switch};

const CONSOLE: &str = "CONSOLE";
const ORIGINS: &str = "ALLOWED_ORIGINS";
const DOCUMENTS: &str = "TRUSTED_DOCUMENTS";
const ONLY: &str = "TRUSTED_DOCUMENTS_ONLY";
/// The texts of all documents together are kept in memory.
const LARGEST_MANIFEST: u64 = 64 * 1024 * 1024;

/// What front-ends find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontEnds {
    /// Whether this server's own pages are served.
    pub console: bool,
    /// Origins whose pages may call, as browsers spell them.
    pub allowed_origins: Vec<String>,
    /// The texts of the trusted documents by their ids, not yet checked.
    pub documents: BTreeMap<String, String>,
    /// Whether nothing but these is answered.
    pub documents_only: bool,
}

impl Default for FrontEnds {
    /// The server's own pages, no other origin and no documents.
    fn default() -> Self {
        Self {
            console: true,
            allowed_origins: Vec::new(),
            documents: BTreeMap::new(),
            documents_only: false,
        }
    }
}

/// Reads them. What is wrong is noted and left out.
pub(super) fn read(layers: &Layers, faults: &mut Faults) -> FrontEnds {
    let origins = layers.allowed_origins.as_deref().unwrap_or_default();
    let parts = origins.split(',').map(str::trim);
    let parts = parts.filter(|_| !origins.trim().is_empty());
    let allowed_origins = parts.filter_map(|part| faults.take(origin(part))).collect();
    let path = layers.trusted_documents.as_deref().map(Path::new);
    let documents = path.map_or_else(BTreeMap::new, |path| {
        faults.take_or(documents(path), BTreeMap::new())
    });
    let only = switch(ONLY, layers.trusted_documents_only.as_deref(), false);
    let documents_only = faults.take_or(only, false);
    if documents_only && path.is_none() {
        faults.add(SettingError::new(format!(
            "{ONLY} is on and there is no {DOCUMENTS}: set that to the documents, or this to off"
        )));
    }
    let console = switch(CONSOLE, layers.console.as_deref(), true);
    FrontEnds {
        console: faults.take_or(console, true),
        allowed_origins,
        documents,
        documents_only,
    }
}

/// An origin as a browser sends it: scheme, host and, where it is not the scheme's own, the port.
fn origin(text: &str) -> Result<String, SettingError> {
    let refused = |what: String| {
        SettingError::new(format!(
            "{ORIGINS} holds {text:?}{what}: write origins such as https://books.example, a comma between"
        ))
    };
    if text.contains('*') {
        return Err(refused(", and none may stand for many".to_owned()));
    }
    let url = Url::parse(text).map_err(|_| refused(String::new()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(", which is no address of a web page".to_owned()));
    }
    let spelt = url.origin().ascii_serialization();
    if spelt == text {
        return Ok(spelt);
    }
    Err(refused(format!(", which browsers write as {spelt}")))
}

/// The documents of a manifest, or of a folder with a file for each.
fn documents(path: &Path) -> Result<BTreeMap<String, String>, SettingError> {
    let shown = path.display();
    let unreadable = |error: &io::Error| {
        SettingError::new(format!(
            "{DOCUMENTS}: {shown} cannot be read ({}): name a manifest or a folder that this user may read",
            error.kind()
        ))
    };
    let about = fs::metadata(path).map_err(|error| unreadable(&error))?;
    let found = if about.is_dir() {
        of_folder(path).map_err(|error| unreadable(&error))?
    } else if about.len() > LARGEST_MANIFEST {
        return Err(SettingError::new(format!(
            "{DOCUMENTS}: {shown} is larger than {LARGEST_MANIFEST} bytes: name a manifest of documents"
        )));
    } else {
        let text = fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        of_manifest(&text).ok_or_else(|| {
            SettingError::new(format!(
                "{DOCUMENTS}: {shown} is no manifest: it must be a JSON object of texts by their ids, each once"
            ))
        })?
    };
    if found.is_empty() {
        return Err(SettingError::new(format!(
            "{DOCUMENTS}: there is no document in {shown}: name a manifest, or a folder of files ID.graphql"
        )));
    }
    Ok(found)
}

/// Texts by ids. An id that comes twice would leave open which of the two is trusted.
fn of_manifest(text: &str) -> Option<BTreeMap<String, String>> {
    let pairs: Pairs = serde_json::from_str(text).ok()?;
    let number = pairs.0.len();
    let documents: BTreeMap<_, _> = pairs.0.into_iter().collect();
    (documents.len() == number).then_some(documents)
}

/// The members of a JSON object, in their order.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// The files `ID.graphql` of a folder; others are let be.
fn of_folder(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut documents = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        let is_document = path.extension().is_some_and(|ending| ending == "graphql");
        if let (true, Some(id)) = (is_document, path.file_stem().and_then(|id| id.to_str())) {
            documents.insert(id.to_owned(), fs::read_to_string(&path)?);
        }
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(change: impl FnOnce(&mut Layers)) -> Result<FrontEnds, Vec<String>> {
        let mut layers = Layers::default();
        change(&mut layers);
        let mut faults = Faults::default();
        let read = read(&layers, &mut faults);
        let told: Vec<_> = faults.into_each().iter().map(ToString::to_string).collect();
        if told.is_empty() { Ok(read) } else { Err(told) }
    }

    fn origins(text: &str) -> Result<Vec<String>, Vec<String>> {
        let read = read_with(|all| all.allowed_origins = Some(text.to_owned()));
        read.map(|read| read.allowed_origins)
    }

    #[test]
    fn origins_are_taken_as_browsers_spell_them() {
        let two = origins("https://books.example, http://localhost:5173").unwrap();
        assert_eq!(two, ["https://books.example", "http://localhost:5173"]);
        assert_eq!(origins(" "), Ok(Vec::new()));
    }

    #[test]
    fn what_no_browser_sends_as_an_origin_is_refused_and_told_how_it_is_written() {
        for (text, told) in [
            ("*", "\"*\""),
            ("null", "\"null\""),
            ("books.example", "\"books.example\""),
            (
                "https://books.example/",
                "browsers write as https://books.example:",
            ),
            (
                "https://books.example:443",
                "browsers write as https://books.example:",
            ),
            (
                "https://Books.example",
                "browsers write as https://books.example:",
            ),
            ("https://*.example", "\"https://*.example\""),
            ("file:///x", "no address of a web page"),
            ("https://a.example,", "holds \"\""),
        ] {
            let faults = origins(text).unwrap_err();
            assert!(faults[0].contains(told), "{text}: {faults:?}");
        }
        assert_eq!(origins("one, two").unwrap_err().len(), 2);
    }

    #[test]
    fn the_pages_are_served_unless_they_are_switched_off() {
        let console = |text: &str| read_with(|all| all.console = Some(text.to_owned()));
        assert!(FrontEnds::default().console && console("on").unwrap().console);
        assert!(!console("off").unwrap().console);
        assert!(console("no").unwrap_err()[0].contains("CONSOLE is \"no\""));
    }

    #[test]
    fn documents_come_from_a_manifest_or_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("persisted-documents.json");
        fs::write(&manifest, r#"{"abc": "{ a }", "def": "{ b }"}"#).unwrap();
        fs::write(folder.path().join("xyz.graphql"), "{ c }").unwrap();
        let of = |path: &Path| {
            let path = path.to_str().unwrap().to_owned();
            let read = read_with(|all| all.trusted_documents = Some(path));
            read.map(|read| read.documents.into_keys().collect::<Vec<_>>())
        };
        assert_eq!(of(&manifest), Ok(vec!["abc".to_owned(), "def".to_owned()]));
        assert_eq!(of(folder.path()), Ok(vec!["xyz".to_owned()]));
        for (text, told) in [
            ("{}", "no document in"),
            ("[]", "is no manifest"),
            (r#"{"a": 1}"#, "is no manifest"),
            (r#"{"a": "{ a }", "a": "{ b }"}"#, "is no manifest"),
        ] {
            fs::write(&manifest, text).unwrap();
            let faults = of(&manifest).unwrap_err();
            assert!(faults[0].contains(told), "{text}: {faults:?}");
        }
        let missing = of(&folder.path().join("missing")).unwrap_err();
        assert!(missing[0].contains("cannot be read"), "{missing:?}");
    }

    #[test]
    fn nothing_but_documents_needs_documents() {
        let read = read_with(|all| all.trusted_documents_only = Some("on".to_owned()));
        assert!(read.unwrap_err()[0].contains("there is no TRUSTED_DOCUMENTS"));
        let read = read_with(|all| all.trusted_documents_only = Some("off".to_owned()));
        assert_eq!(read, Ok(FrontEnds::default()));
    }
}
