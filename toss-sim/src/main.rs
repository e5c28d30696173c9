//! `toss-sim`: the stand-in alone, for people and scripts.

use std::io::{self, Write};
use std::process::ExitCode;

use chrono::{Days, Utc};
use clap::Parser;
use toss_sim::{Merchant, Scenario, Settings, SimClock, TossSim, kst_date};

/// Exit status for wrong usage.
const WRONG_USAGE: u8 = 2;

/// A stateful stand-in for the API of Toss Payments on 127.0.0.1, with a story already played on it.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 9100)]
    port: u16,
    /// Story to play, ending yesterday
    #[arg(long, default_value = "month", value_name = "NAME")]
    scenario: String,
    /// Where every id comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Lists the stories and ends
    #[arg(long)]
    list: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(shown) => {
            let code = if shown.use_stderr() { WRONG_USAGE } else { 0 };
            // Nothing is left to do when the terminal is gone.
            let _gone = shown.print();
            return ExitCode::from(code);
        }
    };
    if options.list {
        return finish(list());
    }
    let scenario = match Scenario::by_name(&options.scenario) {
        Ok(scenario) => scenario,
        Err(unknown) => {
            complain(&unknown);
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match serve(&options, scenario).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: &Options, scenario: &Scenario) -> Result<(), Box<dyn std::error::Error>> {
    let live = Merchant::live("tdemoshop01", "live_sk_stand1n0000000000000000");
    let test = Merchant::new("tdemotest01", "test_sk_stand1n0000000000000000");
    let settings = Settings {
        clock: SimClock::running_from(Utc::now()),
        seed: options.seed,
        port: options.port,
        merchants: vec![live.clone(), test.clone()],
        control: true,
        ..Settings::default()
    };
    let today = kst_date(settings.clock.now());
    let start = today
        .checked_sub_days(Days::new(scenario.days.into()))
        .ok_or("the system's clock is too far in the past")?;
    let sim = TossSim::start(settings).await?;
    sim.play(scenario, start);
    let mut out = io::stdout().lock();
    writeln!(out, "listening on    {}", sim.base_url())?;
    writeln!(
        out,
        "live key        {}  (mId {})",
        live.secret_keys[0], live.mid
    )?;
    writeln!(
        out,
        "test key        {}  (mId {})",
        test.secret_keys[0], test.mid
    )?;
    writeln!(
        out,
        "scenario        {} from {start}, seed {}",
        scenario.name, options.seed
    )?;
    writeln!(out, "                {}", scenario.summary)?;
    writeln!(
        out,
        "try             curl -u {}: '{}/v1/transactions?startDate={start}&endDate={today}'",
        live.secret_keys[0],
        sim.base_url()
    )?;
    writeln!(
        out,
        "control         {}/sim/ (see README.md); Ctrl-C ends",
        sim.base_url()
    )?;
    drop(out);
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn list() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for scenario in Scenario::all() {
        writeln!(out, "{:24} {}", scenario.name, scenario.summary)?;
    }
    Ok(())
}

fn finish(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn complain(error: &dyn std::error::Error) {
    // Nothing is left to do when the terminal is gone.
    let _gone = writeln!(io::stderr(), "toss-sim: {error}");
}
