//! How the log is written.

use super::SettingError;
use super::layers::Layers;

/// What happens here, without what libraries tell of every start.
const DEFAULT_LOG: &str = "info,actix_server=warn,sea_orm_migration=warn,sqlx=warn";

/// How the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A filter, as tracing-subscriber reads it.
    pub filter: String,
    /// Whether lines are JSON objects.
    pub json: bool,
}

impl LogConfig {
    /// By the environment alone, with another filter where none is set: for what has settings of its own otherwise.
    ///
    /// # Errors
    /// When `LOG_FORMAT` is neither `text` nor `json`.
    pub fn of_environment(usual_filter: &str) -> Result<Self, SettingError> {
        let set = |name| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty());
            value.map(|value| value.to_string_lossy().into_owned())
        };
        read(
            set("LOG").as_deref(),
            set("LOG_FORMAT").as_deref(),
            usual_filter,
        )
    }

    pub(super) fn of_layers(layers: &Layers) -> Result<Self, SettingError> {
        read(
            layers.log.as_deref(),
            layers.log_format.as_deref(),
            DEFAULT_LOG,
        )
    }
}

fn read(
    filter: Option<&str>,
    format: Option<&str>,
    usual_filter: &str,
) -> Result<LogConfig, SettingError> {
    let json = match format {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => {
            return Err(SettingError::new(format!(
                "LOG_FORMAT is {other:?}: set it to text or json"
            )));
        }
    };
    Ok(LogConfig {
        filter: filter.unwrap_or(usual_filter).to_owned(),
        json,
    })
}
