//! Holds the rooms to their words: who may import whom, and which outside language may be spoken where.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the sources has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A word, where it may stand, and why nowhere else.
struct Rule {
    word: &'static str,
    allowed: &'static [&'static str],
    because: &'static str,
}

/// Paths are relative to the workspace; a rule speaks of `src/`.
const RULES: &[Rule] = &[
    Rule {
        word: "reqwest",
        allowed: &["src/toss/", "src/notify/"],
        because: "HTTP to Toss is spoken in src/toss, to addresses of the merchant's own in src/notify",
    },
    Rule {
        word: "sea_orm",
        allowed: &["src/store/"],
        because: "SQL is spoken in src/store",
    },
    Rule {
        word: "rusqlite",
        allowed: &["src/store/"],
        because: "SQL is spoken in src/store",
    },
    Rule {
        word: "pg_advisory",
        allowed: &["src/store/db/advisory_locks.rs"],
        because: "numbers of locks stand side by side, so that no two are one",
    },
    Rule {
        word: "entity::",
        allowed: &["src/store/"],
        because: "rows are seen by src/store alone",
    },
    Rule {
        word: "migration::",
        allowed: &["src/store/"],
        because: "the store brings itself up to date",
    },
    Rule {
        word: "async_graphql",
        allowed: &["src/graphql/", "src/http/graphql", "src/http/mod.rs"],
        because: "GraphQL is spoken in src/graphql, and served by src/http/graphql",
    },
    Rule {
        word: "actix_web",
        allowed: &["src/http/", "src/server.rs", "src/commands/mod.rs"],
        because: "HTTP to clients is spoken in src/http",
    },
    Rule {
        word: "metrics::",
        allowed: &[
            "src/http/",
            "src/toss/",
            "src/notify/",
            "src/server/measuring.rs",
        ],
        because: "the shells say what they measured, the server keeps it",
    },
    Rule {
        word: "metrics_exporter_prometheus",
        allowed: &["src/server/measuring.rs"],
        because: "measurements are kept in one place",
    },
    Rule {
        word: "opentelemetry",
        allowed: &["src/traces.rs", "src/traces/"],
        because: "OpenTelemetry is spoken in src/traces",
    },
    Rule {
        word: "tracing_opentelemetry",
        allowed: &["src/traces.rs", "src/traces/"],
        because: "OpenTelemetry is spoken in src/traces",
    },
    Rule {
        word: "csv::",
        allowed: &["src/report/"],
        because: "files for spreadsheets are written in src/report",
    },
    Rule {
        word: "rust_xlsxwriter",
        allowed: &["src/report/"],
        because: "workbooks are written in src/report",
    },
    Rule {
        word: "zip::",
        allowed: &["src/report/"],
        because: "archives are written in src/report",
    },
    Rule {
        word: "toss_sim",
        allowed: &["src/commands/demo.rs", "src/commands/demo/"],
        because: "only the demo knows the stand-in",
    },
    Rule {
        word: "crate::toss",
        allowed: &[
            "src/toss/",
            "src/listing/",
            "src/lookup/",
            "src/cancel/",
            "src/sync/",
            "src/webhooks/",
            "src/merchants.rs",
            "src/config/",
            "src/doctor.rs",
            "src/server.rs",
            "src/server/",
            "src/commands/demo.rs",
        ],
        because: "Toss is called by the verbs",
    },
    Rule {
        word: "crate::http",
        allowed: &["src/http/", "src/server.rs", "src/server/"],
        because: "nothing depends on how it is served",
    },
    Rule {
        word: "crate::graphql",
        allowed: &[
            "src/graphql/",
            "src/http/",
            "src/server.rs",
            "src/server/",
            "src/commands/mod.rs",
        ],
        because: "the verbs do not know who asks",
    },
    Rule {
        word: "crate::listing",
        allowed: &[
            "src/listing/",
            "src/lookup/",
            "src/sync/",
            "src/server.rs",
            "src/server/",
        ],
        because: "days of lists are read by the verbs that need them",
    },
    Rule {
        word: "crate::lookup",
        allowed: &[
            "src/lookup/",
            "src/cancel/",
            "src/sync/",
            "src/webhooks/",
            "src/graphql/",
            "src/server.rs",
            "src/server/",
            "src/commands/demo/",
        ],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::cancel",
        allowed: &[
            "src/cancel/",
            "src/graphql/",
            "src/server.rs",
            "src/server/",
            "src/commands/restored.rs",
            "src/commands/demo/",
        ],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::sync",
        allowed: &[
            "src/periods/",
            "src/sync/",
            "src/report/",
            "src/graphql/",
            "src/server.rs",
            "src/server/",
            "src/commands/",
        ],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::webhooks",
        allowed: &["src/webhooks/", "src/server.rs", "src/server/"],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::report",
        allowed: &[
            "src/periods/",
            "src/commands/report/",
            "src/report/",
            "src/commands/report.rs",
            "src/server.rs",
            "src/server/",
        ],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::periods",
        allowed: &[
            "src/periods/",
            "src/graphql/",
            "src/commands/report/",
            "src/server.rs",
            "src/server/",
        ],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::notify",
        allowed: &["src/notify/", "src/config/", "src/server.rs", "src/server/"],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::reconcile",
        allowed: &[
            "src/periods/",
            "src/reconcile/",
            "src/notify/",
            "src/graphql/",
            "src/report/",
            "src/server.rs",
            "src/server/",
            "src/commands/",
        ],
        because: "the shells do not call verbs",
    },
    Rule {
        word: "crate::store",
        allowed: &[
            "src/periods/",
            "src/store/",
            "src/listing/",
            "src/lookup/",
            "src/cancel/",
            "src/sync/",
            "src/webhooks/",
            "src/notify/",
            "src/reconcile/",
            "src/report/",
            "src/graphql/",
            "src/config/",
            "src/merchants.rs",
            "src/server.rs",
            "src/server/",
            "src/commands/",
        ],
        because: "src/toss and src/http know of no database",
    },
    Rule {
        word: "fail::",
        allowed: &["src/fail_points.rs"],
        because: "points that tests arm are reached through src/fail_points.rs",
    },
    Rule {
        word: "Utc::now",
        allowed: &["src/clock.rs"],
        because: "instants come from the Clock",
    },
    Rule {
        word: "env::var",
        allowed: &["src/config/layers.rs"],
        because: "settings are read in src/config",
    },
];

/// Rooms that only compute: nothing in them may wait.
const PURE: &[&str] = &[
    "reconciliation/src/",
    "src/access/name.rs",
    "src/access/public_url.rs",
    "src/access/scope.rs",
    "src/cancel/validation.rs",
    "src/cancel/machine.rs",
    "src/cancel/client_errors.rs",
    "src/cancel/verdict.rs",
    "src/cancel/waiting.rs",
    "src/config/names.rs",
    "src/http/graphql/suggestions.rs",
    "src/http/graphql/trusted.rs",
    "src/http/graphql/typename.rs",
    "src/http/session_cookie.rs",
    "src/lookup/windows.rs",
    "src/nearness.rs",
    "src/notify/message.rs",
    "src/notify/negative_days.rs",
    "src/notify/signature.rs",
    "src/report/cell.rs",
    "src/report/manifest.rs",
    "src/report/tally.rs",
    "src/report/unread.rs",
    "src/sync/coverage.rs",
    "src/sync/faults.rs",
    "src/sync/plan.rs",
    "src/reconcile/books.rs",
    "src/reconcile/build_verdict.rs",
    "src/store/cancels/audit_chain.rs",
    "src/store/cancels/audit_signatures.rs",
    "src/store/cancels/audit_signer.rs",
    "src/store/rows.rs",
    "src/store/rows/",
    "src/toss/codes.rs",
    "src/toss/lenient.rs",
    "src/toss/read.rs",
    "src/toss/wire.rs",
];

/// The parts of the store, each with those that it may import. Rows are told in the words of whoever keeps them.
const STORE: &[(&str, &[&str])] = &[
    ("db", &[]),
    ("dirty", &["db"]),
    ("rows", &["mirror", "verdicts"]),
    ("row_reader", &["db", "rows"]),
    ("lists", &["db", "rows"]),
    ("mirror", &["db", "rows", "row_reader", "dirty"]),
    ("desk", &["db", "rows", "lists", "cancels"]),
    (
        "verdicts",
        &[
            "db",
            "rows",
            "row_reader",
            "dirty",
            "mirror",
            "desk",
            "periods",
        ],
    ),
    ("periods", &["db", "rows", "mirror", "cancels"]),
    ("cancels", &["db", "rows", "dirty", "lists"]),
    ("people", &["db", "rows", "cancels"]),
    ("open_work", &["db"]),
    ("retention", &["db", "cancels"]),
    ("notices", &["db"]),
    ("requested_days", &["db", "rows", "cancels"]),
    ("webhook_queue", &["db"]),
];

#[test]
fn every_word_of_an_outside_language_stands_in_its_own_room() {
    let mut offences = Vec::new();
    for (path, text) in sources("src") {
        for rule in RULES {
            if rule.allowed.iter().any(|allowed| path.starts_with(allowed)) {
                continue;
            }
            for (number, line) in code_lines(&text) {
                if speaks(line, rule.word) {
                    offences.push(format!("{path}:{number}: {} — {}", rule.word, rule.because));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn the_parts_of_the_store_import_one_way() {
    let mut offences = Vec::new();
    for (path, text) in sources("src/store") {
        let below = &path["src/store/".len()..];
        let part = below.split(['/', '.']).next().unwrap();
        if part == "mod" {
            continue;
        }
        let Some((_, allowed)) = STORE.iter().find(|(name, _)| *name == part) else {
            offences.push(format!("{path}: {part} is not in the list of this test"));
            continue;
        };
        for other in STORE.iter().map(|(name, _)| *name) {
            let imports = imported_parts(&text).any(|imported| imported == other);
            if imports && other != part && !allowed.contains(&other) {
                offences.push(format!("{path}: {part} imports {other}"));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// The modules of the store that a file names.
fn imported_parts(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::store::").skip(1).flat_map(|rest| {
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split(';').next().unwrap_or_default(),
            None => rest
                .split([';', '(', ',', ' ', '}'])
                .next()
                .unwrap_or_default(),
        };
        names
            .split([',', '{'])
            .filter_map(|entry| entry.trim().split_once("::"))
            .map(|(part, _)| part)
    })
}

#[test]
fn rooms_that_only_compute_never_wait() {
    let mut offences = Vec::new();
    for (path, text) in sources("src")
        .into_iter()
        .chain(sources("reconciliation/src"))
    {
        if !PURE.iter().any(|pure| path.starts_with(pure)) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            if line.contains("async ") || line.contains(".await") {
                offences.push(format!("{path}:{number}: waits"));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn the_pure_rooms_that_are_named_exist() {
    for pure in PURE {
        assert!(
            root().join(pure).exists(),
            "{pure} is gone: mend the list in this test"
        );
    }
}

#[test]
fn the_engine_depends_on_values_alone() {
    assert_eq!(
        dependencies("reconciliation"),
        ["chrono", "iso_currency", "rust_decimal", "thiserror"]
    );
}

#[test]
fn the_tables_and_their_history_know_neither_each_other_nor_the_engine() {
    assert_eq!(dependencies("entity"), ["sea-orm"]);
    assert_eq!(dependencies("migration"), ["sea-orm-migration"]);
}

#[test]
fn the_stand_in_knows_nothing_of_ours() {
    let ours = ["reconciliation", "entity", "migration", "toss-recon"];
    let known = dependencies("toss-sim");
    assert!(
        !known.iter().any(|name| ours.contains(&name.as_str())),
        "{known:?}"
    );
}

#[test]
fn every_file_opens_by_saying_what_it_is_for() {
    let folders = [
        "src",
        "entity/src",
        "migration/src",
        "reconciliation/src",
        "reconciliation/tests",
        "reconciliation/benches",
        "toss-sim/src",
        "toss-sim/tests",
        "tests",
        "benches",
    ];
    let silent: Vec<String> = folders
        .into_iter()
        .flat_map(sources)
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no //! at the top of {silent:?}");
}

/// Whether a line uses a word as a path or a crate, not as a part of another word.
fn speaks(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let part_of_a_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part_of_a_name(before) && (word.ends_with(':') || !part_of_a_name(after))
    })
}

/// Lines that are not comments, numbered from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The names under `[dependencies]` of a member's manifest, sorted.
fn dependencies(member: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
    let mut names: Vec<String> = manifest
        .lines()
        .skip_while(|line| line.trim() != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(ToOwned::to_owned)
        .collect();
    names.sort();
    names
}

/// Every Rust file below a folder, as (path relative to the workspace, text).
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((relative(&path), text));
            }
        }
    }
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap()
        .to_str()
        .unwrap()
        .replace('\\', "/")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
