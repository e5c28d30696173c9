//! The real program under a load of cancels by several admins, before a Toss that loses answers, fails, hangs and is slow.
//! It is killed at random moments, and dies at a random one of the instants that matter, and is started again; all the
//! time. Afterwards the record is held against Toss's own books.
//!
//! It runs for some seconds on each database; `CRASH_MINUTES` makes it longer.

mod freezes;
mod full_disks;
mod load;
mod operators;
mod restarts;
mod restores;

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use tokio::process::Child;

use crate::postgres;
use crate::program::Program;
use load::{Harm, Load, duration};

/// What a kill that comes from without is counted as.
const FROM_WITHOUT: &str = "killed at a random moment";
/// What a start is counted as that came to nothing: the database was not there.
const GAVE_UP: &str = "gave up at its start";
/// The instants at which the program may die by itself, of which one is armed at each start.
const POINTS: [&str; 8] = [
    "cancel-request-not-committed",
    "cancel-request-committed",
    "sending-committed",
    "answer-read",
    "cancel-change-not-committed",
    "outcome-committed",
    "taken-up",
    "day-not-committed",
];
/// A database that refuses a commit now and then, or carries it out and does not say so.
const DATABASE_TROUBLE: &str = "commit-refused=3%return;commit-answer-lost=3%return";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_on_sqlite_killed_at_random_moments_cancels_once_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("killed.db").display());
    survives("killed on SQLite", &url, folder.path(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_on_postgres_killed_at_random_moments_cancel_once_and_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let url = postgres::database().await;
    survives("killed on PostgreSQL", &url, folder.path(), 2).await;
}

async fn survives(what: &str, database_url: &str, folder: &Path, replicas: usize) {
    let mut load = Load::on(database_url, folder, replicas).await;
    let killers: Vec<_> = load
        .programs
        .iter()
        .map(|program| {
            let (token, harm) = (load.admins[0].clone(), load.harm.clone());
            tokio::spawn(kill(program.clone(), token, harm))
        })
        .collect();
    load.begin();
    load.goes_on_for(duration()).await;
    let asked = load.stops().await;
    let mut running = Vec::new();
    for killer in killers {
        running.push(killer.await.unwrap());
    }
    load.holds(&asked, what).await;
    drop(running);
}

/// The same program with a random one of the points armed, and which.
fn armed(program: &Program, rng: &mut StdRng) -> (Program, &'static str) {
    let point = POINTS[rng.random_range(0..POINTS.len())];
    // Now and then it dies there at once, now and then a little later.
    let later = match rng.random_range(0..3) {
        0 => format!("({})", rng.random_range(0..2_000)),
        _ => String::new(),
    };
    let trouble = if rng.random_bool(0.3) {
        DATABASE_TROUBLE
    } else {
        ""
    };
    let points = format!("{point}=20%return{later};{trouble}");
    (program.with("FAILPOINTS", &points), point)
}

/// Ends a program from without, unless it has died meanwhile, and counts how it ended.
async fn end(mut child: Child, point: &'static str, harm: &Harm) {
    let how = match child.try_wait().unwrap() {
        Some(status) if status.signal().is_some() => point,
        Some(_) => GAVE_UP,
        None => FROM_WITHOUT,
    };
    if how == FROM_WITHOUT {
        // SIGKILL, in the middle of whatever it does, also of recovering from the last time.
        child.kill().await.unwrap();
    }
    harm.count(how);
}

/// Lets the program die again and again, at a point or at any moment, and leaves it running at the end.
async fn kill(program: Program, token: String, harm: Harm) -> Child {
    let mut rng = StdRng::seed_from_u64(u64::from(program.address.port()));
    while harm.goes_on() {
        let (armed, point) = armed(&program, &mut rng);
        let mut child = armed.serve();
        let is_up = rng.random_bool(0.8);
        let lives = Duration::from_millis(rng.random_range(100..4_000));
        let life = async {
            if is_up {
                program.answers(&token).await;
            }
            tokio::time::sleep(lives).await;
        };
        tokio::select! {
            _status = child.wait() => {}
            () = life => {}
        }
        end(child, point, &harm).await;
    }
    let child = program.serve();
    program.answers(&token).await;
    child
}

/// Leaves the program alone for so many milliseconds, or until it has died.
async fn lives(child: &mut Child, milliseconds: u64) {
    tokio::select! {
        _status = child.wait() => {}
        () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
    }
}
