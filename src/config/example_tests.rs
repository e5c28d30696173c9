//! `docs/toss-recon.toml`, the example: it sets nothing, names every setting, and gives the defaults in force.

use std::collections::BTreeSet;
use std::time::Duration;

use figment::error::Kind;
use figment::value::{Dict, Value};

use super::layers::{Layers, MerchantLayer, NotifyLayer, known_variables};
use super::*;

const EXAMPLE: &str = include_str!("../../docs/toss-recon.toml");

/// The example with every setting in it set. Prose begins with a space.
fn uncommented() -> String {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn layers(text: &str) -> Layers {
    file::layers(text, |complaint| panic!("{complaint}"))
}

/// The names that a table of the file may have.
fn known_names<T: for<'de> serde::Deserialize<'de>>() -> Vec<String> {
    let unknown = Dict::from([("no_such_setting".to_owned(), Value::from(1))]);
    let error = Value::from(unknown).deserialize::<T>().err().unwrap();
    let Kind::UnknownField(_, known) = error.kind else {
        panic!("{error}");
    };
    known.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_example_sets_nothing_and_names_every_setting() {
    let nothing = toml_names(EXAMPLE);
    assert_eq!(nothing, Vec::<String>::new());
    layers(&uncommented());
    let (top, merchants) = EXAMPLE.split_once("#[[merchants]]\n").unwrap();
    let (merchants, notify) = merchants.split_once("#[[notify]]\n").unwrap();
    let has = |text: &str, name: &str| {
        let setting = format!("#{name} = ");
        text.lines().any(|line| line.starts_with(&setting))
    };
    let mut names = known_names::<Layers>();
    names.extend(known_variables().map(str::to_ascii_lowercase));
    let lists = ["merchants", "notify"];
    for name in names.iter().filter(|name| !lists.contains(&name.as_str())) {
        assert!(has(top, name), "{name} is not in docs/toss-recon.toml");
    }
    for name in known_names::<MerchantLayer>() {
        assert!(has(merchants, &name), "{name} of a merchant is not there");
    }
    for name in known_names::<NotifyLayer>() {
        assert!(has(notify, &name), "{name} of an address is not there");
    }
}

fn toml_names(text: &str) -> Vec<String> {
    let settings = text.lines().filter(|line| !line.trim().is_empty());
    let settings = settings.filter(|line| !line.starts_with('#'));
    settings.map(str::to_owned).collect()
}

#[test]
fn the_defaults_of_the_example_are_those_in_force() {
    let mut faults = Faults::default();
    let mut example = Settings(layers(&uncommented()));
    // It has no default: nothing is emptied.
    example.0.retention_days = None;
    let example = example;
    let nothing = Settings(Layers::default());
    assert_eq!(
        sync::read(&example.0, &mut faults),
        SyncConfig::default(),
        "of the lists"
    );
    let door = front_door::read(&example.0, &mut faults);
    assert_eq!(door, Some(FrontDoor::default()));
    let (given, default) = (example.toss(&mut faults), nothing.toss(&mut faults));
    let (given, default) = (given.unwrap(), default.unwrap());
    assert_eq!(given.timeout, default.timeout);
    assert_eq!(given.base_url.to_string(), default.base_url.to_string());
    assert_eq!(given.partial_cancel_rows, default.partial_cancel_rows);
    assert_eq!(given.musd_amounts, default.musd_amounts);
    assert_eq!(given.calls_per_minute, Some(1200));
    assert_eq!(
        example.listen_addr().unwrap(),
        nothing.listen_addr().unwrap()
    );
    assert_eq!(
        example.0.database_url.as_deref(),
        Some(DEFAULT_DATABASE_URL)
    );
    assert!(!example.database_must_exist().unwrap());
    assert_eq!(example.log().unwrap(), nothing.log().unwrap());
    let (given, default) = (
        cancels::read(&example.0, &mut faults),
        CancelPolicy::default(),
    );
    assert_eq!(given.approval_lives, default.approval_lives);
    assert_eq!(given.marks_reasons, default.marks_reasons);
    let retry = example.0.cancel_retry_seconds.as_deref();
    let retry = seconds("CANCEL_RETRY_SECONDS", retry, Duration::ZERO).unwrap();
    assert_eq!(retry, DEFAULT_CANCEL_RETRY);
    assert_eq!(example.0.trusted_documents_only.as_deref(), Some("off"));
}

#[test]
fn the_table_of_settings_names_every_variable_and_no_other() {
    let rows = include_str!("../../docs/settings.md").lines();
    let first_cells = rows.filter_map(|row| row.strip_prefix("| `")?.split(" | ").next());
    let told: BTreeSet<&str> = first_cells
        .flat_map(|cell| cell.trim_end_matches('`').split("`, `"))
        // OpenTelemetry's own variables are read by its own library.
        .filter(|name| !name.starts_with("OTEL_"))
        .collect();
    let known = BTreeSet::from(known_variables());
    assert_eq!(told, known);
}
