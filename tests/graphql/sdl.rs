//! The schema's text, which front-ends generate their code from.

use std::fs;
use std::path::Path;

use toss_recon::graphql::sdl;

#[test]
fn schema_graphql_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let said = sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&file, &said).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == said,
        "schema.graphql is not what the code says. If the change is meant, run\n\n    \
         UPDATE_SCHEMA=1 cargo test -p toss-recon --test graphql sdl\n\n{}",
        difference(&kept, &said)
    );
}

#[test]
fn the_text_ends_in_one_newline_and_has_no_tabs_or_trailing_spaces() {
    let said = sdl();
    assert!(said.ends_with("}\n") && !said.ends_with("\n\n"));
    assert!(
        said.lines()
            .all(|line| !line.contains('\t') && line == line.trim_end())
    );
}

#[test]
fn the_difference_shows_what_was_taken_away_and_what_was_added_with_its_place() {
    let shown = difference("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nX\ne\nf\n");
    assert_eq!(shown, "from line 4:\n  b\n  c\n- d\n+ X\n  e\n  f\n");
    assert_eq!(difference("a\n", "a\nb\n"), "from line 2:\n  a\n+ b\n");
}

/// What lies between the first and the last line that differ, with two lines around it.
fn difference(kept: &str, said: &str) -> String {
    const AROUND: usize = 2;
    const MOST_LINES: usize = 60;
    let (kept, said): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), said.lines().collect());
    let shorter = kept.len().min(said.len());
    let same_before = (0..shorter).take_while(|&i| kept[i] == said[i]).count();
    let same_after = (0..shorter - same_before)
        .take_while(|&i| kept[kept.len() - 1 - i] == said[said.len() - 1 - i])
        .count();
    let before = &kept[same_before.saturating_sub(AROUND)..same_before];
    let after = &said[said.len() - same_after..][..same_after.min(AROUND)];
    let lines = before
        .iter()
        .map(|line| format!("  {line}\n"))
        .chain(
            kept[same_before..kept.len() - same_after]
                .iter()
                .map(|line| format!("- {line}\n")),
        )
        .chain(
            said[same_before..said.len() - same_after]
                .iter()
                .map(|line| format!("+ {line}\n")),
        )
        .chain(after.iter().map(|line| format!("  {line}\n")));
    let shown: String = lines.take(MOST_LINES).collect();
    format!("from line {}:\n{shown}", same_before + 1)
}
