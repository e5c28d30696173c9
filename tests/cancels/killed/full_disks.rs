//! SQLite's disk is filled by somebody else now and then, at any moment, and has room again later; the program is killed
//! meanwhile, too.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use tokio::process::Child;

use super::load::{Harm, Load, duration};
use super::{armed, end, kill, lives};
use crate::program::{Program, leave_room, make_room};

/// As good as no limit, in blocks of 512 bytes.
const ENOUGH: u64 = 1 << 32;
/// How many bytes more SQLite may write at most before its disk is full.
const ROOM: u64 = 200_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_whose_disk_fills_up_again_and_again_cancels_once_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("full.db");
    let url = format!("sqlite://{}", database.display());
    let mut load = Load::on(&url, folder.path(), 1).await;
    let (program, token) = (load.programs[0].clone(), load.admins[0].clone());
    let log = folder.path().join("full.db-wal");
    let filler = tokio::spawn(fill(program, token, log, load.harm.clone()));
    load.begin();
    load.goes_on_for(duration()).await;
    let asked = load.stops().await;
    let running = filler.await.unwrap();
    load.holds(&asked, "full disks on SQLite").await;
    drop(running);
}

/// Fills the disk and makes room again, kills the program now and then, also while its disk is full, and leaves it running
/// at the end.
async fn fill(program: Program, token: String, log: std::path::PathBuf, harm: Harm) -> Child {
    let mut rng = StdRng::seed_from_u64(7);
    while harm.goes_on() {
        let (armed, point) = if rng.random_bool(0.3) {
            armed(&program, &mut rng)
        } else {
            (program.clone(), "full disk")
        };
        let mut child = armed.serve_within(ENOUGH);
        tokio::select! {
            _status = child.wait() => {}
            () = program.answers(&token) => {}
        }
        for _ in 0..rng.random_range(1..5) {
            lives(&mut child, rng.random_range(100..2_000)).await;
            if !harm.goes_on() || child.try_wait().unwrap().is_some() {
                break;
            }
            // What SQLite has on the disk already may be written over.
            let room = size_of(&log) + rng.random_range(0..ROOM);
            leave_room(&child, room);
            harm.count("full disk");
            lives(&mut child, rng.random_range(200..4_000)).await;
            if rng.random_bool(0.2) || child.try_wait().unwrap().is_some() {
                // It is killed while there is no room.
                break;
            }
            make_room(&child);
        }
        end(child, point, &harm).await;
    }
    kill(program, token, harm).await
}

fn size_of(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}
