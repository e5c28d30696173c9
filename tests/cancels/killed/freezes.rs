//! Two replicas that are frozen for some seconds at any moment, as machines are that are paused, and go on afterwards with
//! what they had in hand; or are killed frozen.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use tokio::process::Child;

use super::load::{Harm, Load, duration};
use super::{armed, end, kill, lives};
use crate::postgres;
use crate::program::{Program, send_signal};

const FROZEN: &str = "frozen";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_on_postgres_frozen_and_killed_cancel_once_and_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let url = postgres::database().await;
    let mut load = Load::on(&url, folder.path(), 2).await;
    let freezers: Vec<_> = load
        .programs
        .iter()
        .map(|program| {
            let (token, harm) = (load.admins[0].clone(), load.harm.clone());
            tokio::spawn(freeze(program.clone(), token, harm))
        })
        .collect();
    load.begin();
    // A life takes longer with freezes in it.
    load.goes_on_for(duration() + duration() / 2).await;
    let asked = load.stops().await;
    let mut running = Vec::new();
    for freezer in freezers {
        running.push(freezer.await.unwrap());
    }
    load.holds(&asked, "frozen on PostgreSQL").await;
    drop(running);
}

/// Freezes the program, lets it go on, and kills it now and then; leaves it running at the end.
async fn freeze(program: Program, token: String, harm: Harm) -> Child {
    let mut rng = StdRng::seed_from_u64(u64::from(program.address.port()));
    while harm.goes_on() {
        let (armed, point) = if rng.random_bool(0.5) {
            armed(&program, &mut rng)
        } else {
            (program.clone(), FROZEN)
        };
        let mut child = armed.serve();
        tokio::select! {
            _status = child.wait() => {}
            () = program.answers(&token) => {}
        }
        for _ in 0..rng.random_range(1..4) {
            lives(&mut child, rng.random_range(50..1_500)).await;
            if !harm.goes_on() || child.try_wait().unwrap().is_some() {
                break;
            }
            send_signal(&child, "STOP");
            harm.count(FROZEN);
            tokio::time::sleep(Duration::from_millis(rng.random_range(1_000..12_000))).await;
            if rng.random_bool(0.2) {
                // It is killed as it stands.
                break;
            }
            send_signal(&child, "CONT");
        }
        end(child, point, &harm).await;
    }
    // It begins at once, and is not harmed any more.
    kill(program, token, harm).await
}
