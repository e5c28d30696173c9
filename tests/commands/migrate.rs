//! `toss-recon migrate` on both databases.

use sea_orm::{ConnectionTrait, Database};
use toss_recon::store::Store;

use crate::postgres;
use crate::program::Place;

#[tokio::test]
async fn a_sqlite_file_is_made_for_its_owner_alone_and_a_second_run_changes_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let file = place.path("toss-recon.db");
    assert_eq!(place.succeeds(&["migrate"]).await, "");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let store = Store::open(&format!("sqlite://{}", file.display()).parse().unwrap())
        .await
        .unwrap();
    store.ready().await.unwrap();
    store.close().await.unwrap();

    let before = std::fs::read(&file).unwrap();
    assert_eq!(place.succeeds(&["migrate"]).await, "");
    assert!(std::fs::read(&file).unwrap() == before);
}

#[tokio::test]
async fn an_empty_postgresql_database_is_brought_up_to_date_and_a_second_run_finds_it_so() {
    let url = postgres::database().await;
    let connection = Database::connect(&url).await.unwrap();
    connection
        .execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await
        .unwrap();
    connection.close().await.unwrap();
    let place = Place::new().set("DATABASE_URL", &url);
    assert_eq!(place.succeeds(&["migrate"]).await, "");
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    store.ready().await.unwrap();
    store.close().await.unwrap();
    assert_eq!(place.succeeds(&["migrate"]).await, "");
}
