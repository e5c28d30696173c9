//! `toss-recon schema`.

use crate::program::Place;

#[tokio::test]
async fn the_schema_is_the_file_byte_for_byte_and_needs_neither_settings_nor_a_database() {
    let place = Place::new()
        .set("DATABASE_URL", "nonsense")
        .set("LOG", "nonsense")
        .write("toss-recon.toml", "nonsense");
    let printed = place.succeeds(&["schema"]).await;
    let file =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert!(printed == file, "run `toss-recon schema > schema.graphql`");
    assert!(!place.path("toss-recon.db").exists());
}
