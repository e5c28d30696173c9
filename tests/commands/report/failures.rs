//! A report that cannot be made says why in one line and leaves nothing.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, TransactionTrait};
use tokio::process::Command;

use super::{Engine, Shop, left};
use crate::program::{PATIENCE, Place};

const DAYS: [&str; 5] = ["report", "--from", "2026-03-01", "--to", "2026-03-31"];

#[tokio::test]
async fn a_range_that_is_none_is_wrong_usage() {
    let place = Place::with_key();
    let cases: [(&[&str], &str); 6] = [
        (&["report", "--from", "2026-03-01"], "--to"),
        (
            &["report", "--from", "1999-12-31", "--to", "2026-03-02"],
            "look at the year",
        ),
        (
            &["report", "--from", "2026-3-1", "--to", "2026-03-02"],
            "--from",
        ),
        (
            &["report", "--from", "2026-03-01", "--to", "2026-02-30"],
            "--to",
        ),
        (
            &["report", "--from", "2026-03-02", "--to", "2026-03-01"],
            "earlier day first",
        ),
        (
            &[
                "report",
                "--from",
                "2026-03-02",
                "--to",
                "2026-03-02",
                "--format",
                "pdf",
            ],
            "csv, xlsx, json",
        ),
    ];
    for (arguments, word) in cases {
        let line = place.refuses(2, arguments).await;
        assert!(line.contains(word), "{line}");
    }
    assert_eq!(std::fs::read_dir(place.path("")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_to_is_wrong_usage() {
    let place = Place::with_key().set("DATABASE_URL", "sqlite://report.db");
    std::fs::create_dir(place.path("folder")).unwrap();
    std::fs::write(place.path("file"), "mine").unwrap();
    for (format, out, reason) in [
        ("xlsx", "missing/a.xlsx", "its folder does not exist"),
        ("json", "missing/a.json", "its folder does not exist"),
        ("csv", "missing/a", "its folder does not exist"),
        ("xlsx", "folder", "a folder"),
        ("json", "folder", "a folder"),
        ("csv", "file", "not a directory"),
        ("xlsx", "file/a.xlsx", "not a directory"),
    ] {
        let arguments = [&DAYS[..], &["--format", format, "--out", out]].concat();
        let line = place.refuses(2, &arguments).await;
        assert!(
            line.contains("--out") && line.contains(out) && line.contains(reason),
            "{line}"
        );
    }
    assert_eq!(left(&place), ["file", "folder"]);
}

#[tokio::test]
async fn a_disk_that_is_full_fails_it_and_leaves_what_was_there() {
    // The other database would meet the limit in its own file.
    let shop = Shop::mirrored("clean_month", Engine::Postgres).await;
    for (format, out) in [("csv", "a"), ("xlsx", "a.xlsx"), ("json", "a.json")] {
        let arguments = ["--format", format, "--out", out];
        let before = shop.reported(&arguments).await;
        let was_there = left(&shop.place);
        let program = shop.place.command(
            &[
                &DAYS[..1],
                &["--from", &shop.day(0), "--to", &shop.day(36)],
                &arguments,
            ]
            .concat(),
        );
        // No file may grow beyond 8 KiB, and the program is told so rather than killed.
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"])
            .arg(program.as_std().get_program())
            .args(program.as_std().get_args())
            .env_clear()
            .envs(
                program
                    .as_std()
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .current_dir(shop.place.path(""));
        let output = tokio::time::timeout(PATIENCE, limited.output())
            .await
            .unwrap()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}: {stderr}");
        assert_eq!(output.stdout, b"");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(
            stderr.contains("could not be written") && stderr.contains(out),
            "{stderr}"
        );
        assert_eq!(left(&shop.place), was_there, "{format}");
        assert!(before.exists());
    }
}

#[tokio::test]
async fn an_interrupt_ends_it_and_leaves_nothing() {
    let shop = Shop::mirrored("clean_month", Engine::Postgres).await;
    let raw = Database::connect(&shop.database_url).await.unwrap();
    for (format, signal) in [("csv", "INT"), ("xlsx", "TERM"), ("json", "INT")] {
        // It waits for the verdicts while its file is begun already.
        let lock = raw.begin().await.unwrap();
        lock.execute_unprepared("LOCK TABLE verdicts IN ACCESS EXCLUSIVE MODE")
            .await
            .unwrap();
        let arguments = [
            "--from",
            &shop.day(0),
            "--to",
            &shop.day(36),
            "--format",
            format,
        ];
        let child = shop
            .place
            .command(&[&DAYS[..1], &arguments[..]].concat())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + PATIENCE;
        while left(&shop.place).is_empty() {
            assert!(Instant::now() < deadline, "it does not begin");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let pid = child.id().expect("it runs");
        let sent = std::process::Command::new("sh")
            .args(["-c", &format!("kill -{signal} {pid}")])
            .status()
            .unwrap();
        assert!(sent.success());
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
            .await
            .unwrap_or_else(|_| panic!("{format} does not end"))
            .unwrap();
        lock.rollback().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(
            (output.stdout.as_slice(), stderr.lines().count()),
            (&b""[..], 1),
            "{stderr}"
        );
        assert!(stderr.contains("interrupted"), "{stderr}");
        assert_eq!(left(&shop.place), [""; 0], "{format}");
    }
}
