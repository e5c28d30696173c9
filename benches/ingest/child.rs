//! The real program importing the day, for its peak memory.

use std::process::Command;

use toss_recon::store::Source;

use crate::shop::{SECRET_KEY, Shop};
use crate::watched::{self, Ran};

/// Runs `toss-recon sync` for the shop's day and watches its memory.
pub(crate) fn sync(shop: &Shop, source: Source, database_url: &str) -> Ran {
    let list = match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    };
    let day = shop.day.to_string();
    let settings = tempfile::NamedTempFile::new().unwrap();
    watched::run(
        Command::new(env!("CARGO_BIN_EXE_toss-recon"))
            .args([
                "sync", "--from", &day, "--to", &day, "--only", list, "--config",
            ])
            .arg(settings.path())
            .env("TOSS_SECRET_KEY", SECRET_KEY)
            .env("TOSS_BASE_URL", shop.sim.base_url())
            .env("DATABASE_URL", database_url)
            .env("LOG", "error"),
    )
}
