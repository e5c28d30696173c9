//! The program: reads its command line, runs the command, and says in one line why it could not.

use std::process::ExitCode;

use toss_recon::commands;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(std::env::args_os())
}
