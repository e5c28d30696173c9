//! `/sim/…`: the console, the clock and the switches for people and scripts. No part of Toss's API.

mod acts;
mod switches;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, HttpResponseBuilder};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::kst::{kst_date, written};
use crate::refusal::Refusal;
use crate::scenarios::{Scenario, UnknownScenario};
use crate::server::Sim;

type Data = web::Data<Sim>;

/// Why the control API refuses.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error("the body is not what this path takes: {0}")]
    Body(#[from] serde_json::Error),
    #[error("{0}")]
    Scenario(#[from] UnknownScenario),
    #[error("the payment does not allow it: {0}")]
    Refused(#[from] Refusal),
    #[error("'{0}' is no amount in {1}")]
    Amount(String, &'static str),
    #[error("there is no merchant '{0}'")]
    Merchant(String),
}

impl actix_web::ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponseBuilder::new(self.status_code()).json(json!({ "error": self.to_string() }))
    }
}

type Answer = Result<web::Json<Value>, ControlError>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockRequest {
    /// Moves the hands by so many seconds.
    advance_seconds: Option<i64>,
    /// Sets the hands.
    set: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioRequest {
    name: String,
    /// KST day of the first event; without it the story ends yesterday.
    start: Option<NaiveDate>,
}

/// Everything below `/sim`.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/clock", web::get().to(clock))
        .route("/clock", web::post().to(set_clock))
        .route("/scenarios", web::get().to(scenarios))
        .route("/scenarios", web::post().to(play))
        .configure(acts::routes)
        .configure(switches::routes);
}

/// Reads a body; an empty one is an empty object.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ControlError> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(text)?)
}

async fn clock(sim: Data) -> Answer {
    Ok(web::Json(
        json!({ "now": written(sim.clock.now()), "running": sim.clock.is_running() }),
    ))
}

async fn set_clock(sim: Data, body: Bytes) -> Answer {
    let request: ClockRequest = read(&body)?;
    if let Some(instant) = request.set {
        sim.clock.set(instant);
    }
    if let Some(seconds) = request.advance_seconds {
        sim.clock
            .advance(Duration::try_seconds(seconds).unwrap_or_default());
    }
    clock(sim).await
}

async fn scenarios() -> Answer {
    let all: Vec<Value> = Scenario::all()
        .iter()
        .map(|scenario| json!({ "name": scenario.name, "summary": scenario.summary, "days": scenario.days }))
        .collect();
    Ok(web::Json(all.into()))
}

async fn play(sim: Data, body: Bytes) -> Answer {
    let request: ScenarioRequest = read(&body)?;
    let scenario = Scenario::by_name(&request.name)?;
    let start = request
        .start
        .unwrap_or_else(|| kst_date(sim.clock.now()) - Duration::days(scenario.days.into()));
    sim.play(scenario, start);
    Ok(web::Json(
        json!({ "name": scenario.name, "start": start.to_string() }),
    ))
}
