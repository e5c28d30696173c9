//! The settings: defaults, then the file, then the environment, then the command line; each checked with a message that
//! says how to mend it.

mod business_days;
mod cancels;
mod care;
#[cfg(test)]
mod example_tests;
mod faults;
mod file;
mod front_door;
mod front_ends;
mod layers;
mod log;
mod merchants;
mod names;
mod notify;
mod sync;
mod traces;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reconciliation::{BusinessCalendar, CancelPolicy, PartialCancelRows};
use secrecy::SecretString;

use crate::access::PublicUrl;
use crate::notify::Target;
use crate::store::{AuditSigner, DatabaseUrl, InvalidDatabaseUrl};
use crate::toss::{BaseUrl, MusdAmounts};

pub use faults::Faults;
pub use front_door::FrontDoor;
pub use front_ends::FrontEnds;
pub use layers::Overrides;
pub use log::LogConfig;
pub use merchants::MerchantConfig;
pub use sync::SyncConfig;

use layers::Layers;

const DEFAULT_DATABASE_URL: &str = "sqlite://toss-recon.db";
const DEFAULT_LISTEN_ADDR: &str = "127.0.0.1:8080";
const DEFAULT_TOSS_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_CANCEL_RETRY: Duration = Duration::from_secs(5);
/// Longer than any gateway waits; a larger number is a mistake in the unit.
const SECONDS: RangeInclusive<u32> = 1..=600;
/// A thousand a second; a larger number is no limit.
const CALLS_PER_MINUTE: RangeInclusive<u32> = 1..=60_000;
/// What can neither be guessed nor is too long for an address.
const WEBHOOK_SECRET_LENGTH: RangeInclusive<usize> = 16..=128;

/// A setting that cannot be used. Shown as one line, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingError(String);

impl SettingError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// What `toss-recon serve` needs to know.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The merchants whose money is told of, at least one.
    pub merchants: Vec<MerchantConfig>,
    /// How Toss is reached, and its answers read.
    pub toss: TossConfig,
    /// Where everything is kept.
    pub database_url: DatabaseUrl,
    /// The address to serve on.
    pub listen_addr: SocketAddr,
    /// The first pause before a cancel of unknown outcome is asked about again.
    pub cancel_retry: Duration,
    /// How Toss's lists are followed.
    pub sync: SyncConfig,
    /// The merchant's own rules for cancels.
    pub cancel_policy: CancelPolicy,
    /// The business days, with the settings' own.
    pub calendar: BusinessCalendar,
    /// The last part of the address for Toss's webhooks; without one they are not taken.
    pub webhook_secret: Option<SecretString>,
    /// Who is let in, and how often.
    pub front_door: FrontDoor,
    /// What front-ends find.
    pub front_ends: FrontEnds,
    /// The address under which people reach the server; without one they sign in at its own machine alone.
    pub public_url: Option<PublicUrl>,
    /// Addresses of the merchant's own that are told what needs somebody.
    pub notify: Vec<Target>,
}

impl ServerConfig {
    /// What signs the audit log: the first merchant's key does.
    pub fn audit_signer(&self) -> Option<AuditSigner> {
        self.merchants.first().map(MerchantConfig::audit_signer)
    }
}

/// What signed the audit log with the secret key in a file that an option of the command line names.
///
/// # Errors
/// When the file cannot be read, or holds no secret key.
pub fn audit_signer_of_file(option: &str, path: &Path) -> Result<AuditSigner, SettingError> {
    merchants::key_of_file(option, path).map(|key| AuditSigner::new(key.audit_key()))
}

/// How Toss is reached, and how what its documentation leaves open is read.
#[derive(Clone, Debug)]
pub struct TossConfig {
    /// Where the API is.
    pub base_url: BaseUrl,
    /// The longest wait for an answer of the payment and cancel calls; lists may take twice that.
    pub timeout: Duration,
    /// How many questions a minute one key asks each of Toss's APIs at most; test keys never ask more than 100.
    pub calls_per_minute: Option<u32>,
    /// What the amount of a `PARTIAL_CANCELED` transaction row is.
    pub partial_cancel_rows: PartialCancelRows,
    /// What an amount in `MUSD` counts.
    pub musd_amounts: MusdAmounts,
}

/// The settings as they were found, each part checked when it is asked for: a command that needs no key runs without
/// one.
#[derive(Debug)]
pub struct Settings(Layers);

impl Settings {
    /// Reads the file and the environment, and lays the command line's options over them.
    ///
    /// # Errors
    /// When a file that was named is missing, a file cannot be read as TOML or holds a setting that does not exist, or a
    /// variable is not text, or meant for this program and unknown.
    pub fn read(file: Option<PathBuf>, overrides: Overrides) -> Result<Self, SettingError> {
        let (settings, faults) = Self::with_faults(file, overrides);
        faults.into_one().map(|()| settings)
    }

    /// The same, of what can be read, with everything that cannot.
    pub fn with_faults(file: Option<PathBuf>, overrides: Overrides) -> (Self, Faults) {
        let mut faults = Faults::default();
        let layers = layers::read(file, overrides, &mut faults);
        (Self(layers), faults)
    }

    /// Everything that the server needs.
    ///
    /// # Errors
    /// The first setting that is missing or wrong, and how many others are.
    pub fn server(&self) -> Result<ServerConfig, SettingError> {
        let mut faults = Faults::default();
        let config = self.server_noting(&mut faults);
        faults.into_one()?;
        // Nothing is left out without a fault.
        config.ok_or_else(|| SettingError::new("the settings cannot be used"))
    }

    /// What front-ends find, as far as it can be used.
    pub fn front_ends(&self) -> FrontEnds {
        front_ends::read(&self.0, &mut Faults::default())
    }

    /// Every setting of any command that is missing or wrong, or that can be used and should not be.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        // Its parts are not wanted, only what is wrong with them.
        let _ = self.server_noting(&mut faults);
        let _ = faults.take(self.log());
        let _ = faults.take(self.traces());
        care::look_at(&self.0, &mut faults);
        faults
    }

    /// Everything that the server needs, unless a fault was noted.
    fn server_noting(&self, faults: &mut Faults) -> Option<ServerConfig> {
        let merchants = merchants::read(&self.0, faults);
        let toss = self.toss(faults);
        let url = faults.take(self.url());
        let must_exist = faults.take(self.database_must_exist());
        let listen_addr = faults.take(self.listen_addr());
        let cancel_retry = faults.take(seconds(
            "CANCEL_RETRY_SECONDS",
            self.0.cancel_retry_seconds.as_deref(),
            DEFAULT_CANCEL_RETRY,
        ));
        let calendar = business_days::read(&self.0, faults);
        let cancel_policy = cancels::read(&self.0, faults);
        let sync = sync::read(&self.0, faults);
        let webhook_secret = faults.take(self.webhook_secret());
        let front_door = front_door::read(&self.0, faults);
        let front_ends = front_ends::read(&self.0, faults);
        let public_url = faults.take(self.public_url());
        let notify = notify::read(&self.0, faults);
        Some(ServerConfig {
            merchants,
            toss: toss?,
            database_url: url?.that_must_exist(must_exist?),
            listen_addr: listen_addr?,
            cancel_retry: cancel_retry?,
            calendar: calendar?,
            cancel_policy,
            sync,
            webhook_secret: webhook_secret?,
            front_door: front_door?,
            front_ends,
            public_url: public_url?,
            notify,
        })
    }

    /// What can sign the audit log, by the merchants in their order; the first one does. None where there is no key.
    ///
    /// # Errors
    /// When there is a key that cannot be used.
    pub fn audit_signers(&self) -> Result<Vec<AuditSigner>, SettingError> {
        if !merchants::any(&self.0) {
            return Ok(Vec::new());
        }
        let mut faults = Faults::default();
        let merchants = merchants::read(&self.0, &mut faults);
        faults.into_one()?;
        Ok(merchants.iter().map(MerchantConfig::audit_signer).collect())
    }

    /// Where everything is kept, and whether it must be there already.
    ///
    /// # Errors
    /// When `DATABASE_URL` is neither of SQLite nor of PostgreSQL, or `DATABASE_MUST_EXIST` is neither `on` nor `off`.
    pub fn database_url(&self) -> Result<DatabaseUrl, SettingError> {
        let must_exist = self.database_must_exist()?;
        Ok(self.url()?.that_must_exist(must_exist))
    }

    fn url(&self) -> Result<DatabaseUrl, SettingError> {
        let text = self
            .0
            .database_url
            .as_deref()
            .unwrap_or(DEFAULT_DATABASE_URL);
        text.parse().map_err(|error: InvalidDatabaseUrl| {
            SettingError::new(format!("DATABASE_URL: {error}"))
        })
    }

    fn database_must_exist(&self) -> Result<bool, SettingError> {
        let text = self.0.database_must_exist.as_deref();
        switch("DATABASE_MUST_EXIST", text, false)
    }

    /// How the log is written.
    ///
    /// # Errors
    /// When `LOG_FORMAT` is neither `text` nor `json`.
    pub fn log(&self) -> Result<LogConfig, SettingError> {
        LogConfig::of_layers(&self.0)
    }

    /// Whether spans are handed to a collector, by OpenTelemetry's own variables.
    ///
    /// # Errors
    /// When one of them asks for what this program does not do.
    pub fn traces(&self) -> Result<bool, SettingError> {
        traces::wanted(|name| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty());
            value.map(|value| value.to_string_lossy().into_owned())
        })
    }

    fn toss(&self, faults: &mut Faults) -> Option<TossConfig> {
        let base_url = BaseUrl::parse(self.0.toss_base_url.as_deref().unwrap_or(BaseUrl::TOSS))
            .map_err(|error| SettingError::new(format!("TOSS_BASE_URL: {error}")));
        let base_url = faults.take(base_url);
        let timeout = faults.take(seconds(
            "TOSS_TIMEOUT_SECONDS",
            self.0.toss_timeout_seconds.as_deref(),
            DEFAULT_TOSS_TIMEOUT,
        ));
        let calls_per_minute = faults.take(whole_number(
            "TOSS_CALLS_PER_MINUTE",
            self.0.toss_calls_per_minute.as_deref(),
            CALLS_PER_MINUTE,
            "calls",
        ));
        Some(TossConfig {
            base_url: base_url?,
            timeout: timeout?,
            calls_per_minute: calls_per_minute?,
            partial_cancel_rows: self
                .0
                .partial_cancel_rows
                .map(Into::into)
                .unwrap_or_default(),
            musd_amounts: self.0.musd_amounts.map(Into::into).unwrap_or_default(),
        })
    }

    fn webhook_secret(&self) -> Result<Option<SecretString>, SettingError> {
        let Some(text) = self.0.webhook_secret.as_deref() else {
            return Ok(None);
        };
        if !is_webhook_secret(text) {
            return Err(SettingError::new(format!(
                "WEBHOOK_SECRET must have {} to {} letters, digits, '-' and '_', made up at random",
                WEBHOOK_SECRET_LENGTH.start(),
                WEBHOOK_SECRET_LENGTH.end()
            )));
        }
        Ok(Some(SecretString::from(text)))
    }

    fn public_url(&self) -> Result<Option<PublicUrl>, SettingError> {
        let Some(text) = self.0.public_url.as_deref() else {
            return Ok(None);
        };
        PublicUrl::parse(text)
            .map(Some)
            .map_err(|error| SettingError::new(format!("PUBLIC_URL is {text:?}: {error}")))
    }

    fn listen_addr(&self) -> Result<SocketAddr, SettingError> {
        let text = self.0.listen_addr.as_deref().unwrap_or(DEFAULT_LISTEN_ADDR);
        text.parse().map_err(|_| {
            SettingError::new(format!(
                "LISTEN_ADDR is {text:?}: write it as an address and a port, such as {DEFAULT_LISTEN_ADDR}"
            ))
        })
    }
}

/// Whether it can end the address for webhooks.
fn is_webhook_secret(text: &str) -> bool {
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    WEBHOOK_SECRET_LENGTH.contains(&text.len()) && text.bytes().all(is_path)
}

/// A whole number of seconds.
fn seconds(name: &str, text: Option<&str>, default: Duration) -> Result<Duration, SettingError> {
    let seconds = whole_number(name, text, SECONDS, "seconds")?;
    Ok(seconds.map_or(default, |seconds| Duration::from_secs(seconds.into())))
}

/// What is on or off.
fn switch(name: &str, text: Option<&str>, default: bool) -> Result<bool, SettingError> {
    match text {
        None => Ok(default),
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => Err(SettingError::new(format!(
            "{name} is {other:?}: set it to on or off"
        ))),
    }
}

/// A whole number within the range, if one is set.
fn whole_number(
    name: &str,
    text: Option<&str>,
    range: RangeInclusive<u32>,
    unit: &str,
) -> Result<Option<u32>, SettingError> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        _ => Err(SettingError::new(format!(
            "{name} is {text:?}: set it to a whole number of {unit} from {} to {}",
            range.start(),
            range.end()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toss::{SecretKey, Toss, TossSettings};

    #[test]
    fn without_a_setting_a_list_may_take_the_sixty_seconds_that_toss_says_it_may() {
        let mut faults = Faults::default();
        let toss = Settings(Layers::default()).toss(&mut faults);
        let timeout = toss.unwrap().timeout;
        assert_eq!(timeout, Duration::from_secs(30));
        let address = BaseUrl::parse("http://127.0.0.1:9").unwrap();
        let key = SecretKey::parse("live_sk_stand1n0000000000000000").unwrap();
        let toss = Toss::new(TossSettings {
            timeout,
            ..TossSettings::new(address, key)
        })
        .unwrap();
        assert_eq!(toss.list_timeout(), Duration::from_mins(1));
    }

    #[test]
    fn without_settings_days_are_read_again_and_webhooks_kept_as_documented() {
        let mut faults = Faults::default();
        let sync = sync::read(&Layers::default(), &mut faults);
        assert!(faults.into_each().is_empty());
        assert_eq!(sync, SyncConfig::default());
        assert_eq!(
            (
                sync.transaction_days,
                sync.settlement_days,
                sync.webhook_days
            ),
            (7, 14, 90)
        );
    }
}
