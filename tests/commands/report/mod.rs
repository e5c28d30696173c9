//! `toss-recon report`: what finance staff get, on both databases.

mod contents;
mod failures;
mod figures;

use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use serde_json::Value;
use toss_sim::{Scenario, TossSim, kst_date};

use crate::postgres;
use crate::program::{Ended, Place};
use crate::server::place_before;

/// Declares tests that run once on each database.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::report::Engine::Sqlite).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::report::Engine::Postgres).await;
            })+
        }
    };
}
pub(super) use on_both_databases;

#[derive(Clone, Copy)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

/// A shop at the stand-in in which a story began 40 days ago, and a place to report on it from.
pub(super) struct Shop {
    pub(super) place: Place,
    pub(super) database_url: String,
    began: NaiveDate,
    _sim: TossSim,
}

impl Shop {
    /// Nothing of it has been mirrored.
    pub(super) async fn telling(story: &str, engine: Engine) -> Self {
        let sim = TossSim::start(toss_sim::Settings::default()).await.unwrap();
        let began = kst_date(sim.clock().now()) - Days::new(40);
        sim.play(Scenario::by_name(story).unwrap(), began);
        let place = place_before(&sim);
        let database_url = match engine {
            Engine::Sqlite => format!("sqlite://{}", place.path("report.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        Self {
            place: place.set("DATABASE_URL", &database_url),
            database_url,
            began,
            _sim: sim,
        }
    }

    /// Everything of it has been mirrored.
    pub(super) async fn mirrored(story: &str, engine: Engine) -> Self {
        let shop = Self::telling(story, engine).await;
        shop.sync(0, 40).await;
        shop
    }

    /// A day of the story, 0 the first.
    pub(super) fn day(&self, number: u64) -> String {
        (self.began + Days::new(number)).to_string()
    }

    pub(super) async fn sync(&self, from: u64, to: u64) {
        let (from, to) = (self.day(from), self.day(to));
        self.place
            .succeeds(&["sync", "--from", &from, "--to", &to])
            .await;
    }

    /// Reports on the 36 days that the story took and that are complete by now.
    pub(super) async fn report(&self, options: &[&str]) -> Ended {
        let (from, to) = (self.day(0), self.day(36));
        self.place
            .run(&[&["report", "--from", &from, "--to", &to], options].concat())
            .await
    }

    /// The same, which must succeed without a word on stderr; where it is.
    pub(super) async fn reported(&self, options: &[&str]) -> PathBuf {
        let ended = self.report(options).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
        self.place.path(ended.stdout.strip_suffix('\n').unwrap())
    }

    /// The report as JSON.
    pub(super) async fn json(&self) -> Value {
        let path = self.reported(&["--format", "json"]).await;
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }
}

/// The rows of a CSV file, the heading first.
pub(super) fn csv_rows(path: PathBuf) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with('\u{feff}'));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// Everything in the folder of a place but its database.
pub(super) fn left(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.path("")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("report.db"))
        .collect();
    names.sort();
    names
}
