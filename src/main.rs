//! The program: reads its command line, runs the command, and says in one line why it could not.

use std::process::ExitCode;

use toss_recon::{commands, fail_points};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let _armed = fail_points::arm();
    commands::run(std::env::args_os())
}
