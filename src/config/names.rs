//! Names that are meant for this program and that it does not know, and what they may have meant.
//!
//! A variable is meant for this program when it begins as its variables do, or differs from one of them by two letters at
//! most. Of a word of three letters, such as the last one of `DATABASE_URL`, only one may differ: `DATABASE_SSL` is somebody
//! else's. Names as short as `LOG` have too many neighbours to be told from others.
//!
//! So is one with the same words in another form (`TRUSTED_PROXY`, `LISTEN_ADDRESS`), with one of three or more words left out or
//! put in behind the first (`PAYOUT_DAYS`), or with `_FILE` behind it, as secrets are handed over elsewhere.

use super::SettingError;
use crate::nearness::distance;

/// What variables of this program begin with, also those of versions to come.
const BEGINNINGS: [&str; 5] = ["TOSS_", "CANCEL_", "SYNC_", "TOKEN_", "OIDC_"];

/// Settings that other versions have. To ignore one would leave a limit or a lock open that somebody relies on.
const OF_OTHER_VERSIONS: [&str; 4] = [
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET_FILE",
    "OIDC_ROLES",
];

/// A shorter name is near to none.
const SHORTEST_WITH_NEIGHBOURS: usize = 6;
/// How many letters a misspelt name may differ by, and within it a word of three letters.
const NAME_DIFFERS: usize = 2;
const WORD_DIFFERS: usize = 1;

/// Of fewer words each says what the name is about.
const FEWEST_WORDS_OF_WHICH_ONE_MAY_LACK: usize = 3;
/// Variables have `_` between their words, and so have the keys of the file.
const SEPARATOR: char = '_';

/// What is wrong with a variable of this name, if it is meant for this program and none of the known ones.
pub(super) fn unknown_variable(name: &str, known: &[&str]) -> Option<SettingError> {
    if known.contains(&name) {
        return None;
    }
    let upper = name.to_ascii_uppercase();
    let is_ours = OF_OTHER_VERSIONS.contains(&upper.as_str())
        || BEGINNINGS.iter().any(|begins| upper.starts_with(begins))
        || known.iter().any(|known| is_near(&upper, known));
    if !is_ours || is_service_link(name) {
        return None;
    }
    let told = of_another_version(name).unwrap_or_else(|| {
        let nearest = nearest(&upper, known).unwrap_or_default();
        format!(
            "there is no setting {name}, the nearest is {nearest}: correct the variable's name, or unset it"
        )
    });
    Some(SettingError::new(told))
}

/// What is said of a setting that other versions have, however it is spelt; nothing of any other.
pub(super) fn of_another_version(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    OF_OTHER_VERSIONS.contains(&upper.as_str()).then(|| {
        format!(
            "this version ({}) does not know the setting {name}: unset it, or run a version that has it",
            env!("CARGO_PKG_VERSION")
        )
    })
}

/// The known name that a misspelt one is nearest to: one that holds it whole, else the one with the fewest letters that
/// differ.
pub(super) fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let by_nearness = |known: &&&str| {
        (
            !known.contains(name),
            !has_its_words(name, known),
            distance(name, known),
        )
    };
    known.iter().min_by_key(by_nearness).copied()
}

/// Whether a name in capital letters is a known one misspelt.
fn is_near(name: &str, known: &str) -> bool {
    let name = name.strip_suffix("_FILE").unwrap_or(name);
    has_its_words(name, known) || is_near_by_letters(name, known)
}

/// Whether a name has the words of a known one, each in some form of it, and of three or more one too few or too many.
fn has_its_words(name: &str, known: &str) -> bool {
    let words: Vec<&str> = name.split(SEPARATOR).collect();
    let known: Vec<&str> = known.split(SEPARATOR).collect();
    let same = |one: &[&str], other: &[&str]| {
        one.len() == other.len()
            && one
                .iter()
                .zip(other)
                .all(|(one, other)| is_form(one, other))
    };
    let without_one = |longer: &[&str], shorter: &[&str]| {
        (1..longer.len()).any(|place| {
            let rest = [&longer[..place], &longer[place + 1..]].concat();
            same(&rest, shorter)
        })
    };
    let may_lack = known.len() >= FEWEST_WORDS_OF_WHICH_ONE_MAY_LACK;
    known.len() > 1
        && (same(&words, &known)
            || may_lack && (without_one(&known, &words) || without_one(&words, &known)))
}

/// Whether two words are forms of one: singular and plural, or one of them cut short (`ADDR`, `TRUST`).
fn is_form(one: &str, other: &str) -> bool {
    let singular = |word: &str| {
        let word = word.to_ascii_uppercase();
        match word.strip_suffix("IES") {
            Some(stem) => format!("{stem}Y"),
            None => word.strip_suffix('S').unwrap_or(&word).to_owned(),
        }
    };
    let (one, other) = (singular(one), singular(other));
    let (short, long) = if one.len() <= other.len() {
        (&one, &other)
    } else {
        (&other, &one)
    };
    long.starts_with(short.as_str()) && short.len() * 2 > long.len()
}

/// Whether at most a few letters differ.
fn is_near_by_letters(name: &str, known: &str) -> bool {
    let (words, known_words) = (name.split('_'), known.split('_'));
    let same_number = words.clone().count() == known_words.clone().count();
    known.len() >= SHORTEST_WITH_NEIGHBOURS
        && distance(name, known) <= NAME_DIFFERS
        && (!same_number
            || words
                .zip(known_words)
                .all(|(word, known)| known.len() > 3 || distance(word, known) <= WORD_DIFFERS))
}

/// Whether Kubernetes or Docker make a variable of this name themselves, for every service in reach: one that is called
/// `toss-recon` gives `TOSS_RECON_SERVICE_HOST`, `TOSS_RECON_PORT_8080_TCP_ADDR` and more.
fn is_service_link(name: &str) -> bool {
    let of_port = |behind: &str| {
        let behind = behind.trim_start_matches(|letter: char| letter.is_ascii_digit());
        ["_TCP", "_UDP", "_SCTP"]
            .iter()
            .any(|protocol| behind.starts_with(protocol))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_PORT")
        || name.contains("_SERVICE_PORT_")
        || name
            .split_once("_PORT_")
            .is_some_and(|(_, behind)| of_port(behind))
}

#[cfg(test)]
mod tests {
    use super::super::layers::known_variables;
    use super::*;

    fn told(name: &str) -> Option<String> {
        unknown_variable(name, &known_variables()).map(|fault| fault.to_string())
    }

    #[test]
    fn a_misspelt_name_is_told_with_the_one_that_was_meant() {
        for (name, meant) in [
            ("CANCEL_LIMIT_PER_REQEST", "CANCEL_LIMIT_PER_REQUEST"),
            ("CANCEL_LIMITS_PER_DAY", "CANCEL_LIMIT_PER_DAY"),
            ("CANCEL_LIMIT", "CANCEL_LIMIT_PER_DAY"),
            ("CANCLE_LIMIT_PER_DAY", "CANCEL_LIMIT_PER_DAY"),
            ("cancel_approval_above", "CANCEL_APPROVAL_ABOVE"),
            ("TOSS_SECRETKEY", "TOSS_SECRET_KEY"),
            ("DATABASE_URI", "DATABASE_URL"),
            ("DATABASEURL", "DATABASE_URL"),
            ("DATABASE_MUST_EXISTS", "DATABASE_MUST_EXIST"),
            ("LISTEN_ADR", "LISTEN_ADDR"),
            ("SYNC_INTERVAL", "SYNC_INTERVAL_SECONDS"),
            ("WEBHOOK_SECRETS", "WEBHOOK_SECRET"),
            ("LOGFORMAT", "LOG_FORMAT"),
            ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
            ("TRUST_PROXY", "TRUSTED_PROXIES"),
            ("TRUSTED_DOCUMENT_ONLY", "TRUSTED_DOCUMENTS_ONLY"),
            ("TRUSTED_ONLY", "TRUSTED_DOCUMENTS_ONLY"),
            ("ALLOW_ORIGIN", "ALLOWED_ORIGINS"),
            ("PAYOUT_DAYS", "PAYOUT_BUSINESS_DAYS"),
            ("PAYOUT_BUSINESS", "PAYOUT_BUSINESS_DAYS"),
            ("METRICS_NEED_A_TOKEN", "METRICS_NEED_TOKEN"),
            ("METRICS_TOKEN", "METRICS_NEED_TOKEN"),
            ("LISTEN_ADDRESS", "LISTEN_ADDR"),
            ("SETTLE_CYCLE", "SETTLEMENT_CYCLE"),
            ("WEBHOOK_SECRET_FILE", "WEBHOOK_SECRET"),
            ("DATABASE_URL_FILE", "DATABASE_URL"),
        ] {
            let told = told(name).unwrap_or_else(|| panic!("{name} is let through"));
            let (found, nearest) = (
                format!("no setting {name},"),
                format!("the nearest is {meant}:"),
            );
            assert!(told.contains(&found) && told.contains(&nearest), "{told}");
        }
    }

    #[test]
    fn what_other_versions_know_is_refused_as_such_and_known_here_by_none() {
        for name in OF_OTHER_VERSIONS {
            let told = told(name).unwrap();
            let words = format!("does not know the setting {name}:");
            assert!(
                told.starts_with("this version (") && told.contains(&words),
                "{told}"
            );
            assert!(
                !known_variables().contains(&name),
                "{name} has become known"
            );
        }
        // Those that begin like ours are refused also where nobody has thought of them.
        assert!(told("OIDC_SCOPES").is_some() && told("TOKEN_LIVES").is_some());
    }

    #[test]
    fn every_known_name_is_let_through() {
        for name in known_variables() {
            assert_eq!(told(name), None);
        }
    }

    #[test]
    fn variables_of_others_are_let_through() {
        for name in OF_OTHERS.split_whitespace() {
            assert_eq!(told(name), None, "{name}");
        }
    }

    /// Shells and terminals, systemd, Docker and Kubernetes, GitHub Actions, cargo, databases and platforms, tracing.
    const OF_OTHERS: &str = "
        _ PATH HOME USER LOGNAME SHELL SHLVL PWD OLDPWD LANG LANGUAGE LC_ALL LC_CTYPE TERM COLORTERM COLUMNS LINES TZ TMP
        TMPDIR TEMP EDITOR PAGER VISUAL MAIL HOSTNAME HOSTTYPE HISTFILE HISTSIZE IFS PS1 PS2 BASH BASH_ENV BASH_VERSION EUID
        UID PPID RANDOM SECONDS DISPLAY XAUTHORITY XDG_RUNTIME_DIR XDG_SESSION_ID XDG_CONFIG_HOME DBUS_SESSION_BUS_ADDRESS
        SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION SSH_TTY SUDO_USER SUDO_UID SUDO_COMMAND LS_COLORS LESSOPEN MANPATH INFOPATH
        TRUSTED_HOSTS ALLOWED_HOSTS PAYOUT_URL PROXIES BUSINESS_DAYS REQUESTS_PER_MINUTE METRICS_PORT METRICS_ENABLED
        LISTEN_PORT LISTEN_HOST DATABASE_PUBLIC_URL DATABASE_READ_URL DATABASE_URL_TEST TEST_DATABASE_URL DATA_URL
        WEBHOOK_TOKEN SETTLEMENT_URL NEED_TOKEN LOG_FILE_FORMAT SECRET_FILE SECRET_KEY_FILE BASE_URL PUBLIC_BASE_URL
        LO LOGS LOGO LOGDIR LOG_LEVEL LOG_FILE LOG_PATH LOG_DIR LOG_COLOR log http_proxy https_proxy no_proxy all_proxy
        HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS
        INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE NOTIFY_SOCKET LISTEN_FDS
        LISTEN_PID LISTEN_FDNAMES LISTEN_PIDFDID WATCHDOG_USEC WATCHDOG_PID MAINPID MANAGERPID STATE_DIRECTORY LOGS_DIRECTORY
        CACHE_DIRECTORY CONFIGURATION_DIRECTORY CREDENTIALS_DIRECTORY RUNTIME_DIRECTORY SERVICE_RESULT EXIT_CODE EXIT_STATUS
        TRIGGER_UNIT container DOCKER_HOST DOCKER_CONFIG DOCKER_BUILDKIT COMPOSE_PROJECT_NAME COMPOSE_FILE
        KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS KUBERNETES_PORT
        KUBERNETES_PORT_443_TCP KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_PORT_443_TCP_PORT KUBERNETES_PORT_443_TCP_ADDR
        TOSS_RECON_SERVICE_HOST TOSS_RECON_SERVICE_PORT TOSS_RECON_SERVICE_PORT_HTTP TOSS_RECON_PORT
        TOSS_RECON_PORT_8080_TCP TOSS_RECON_PORT_8080_TCP_PROTO TOSS_RECON_PORT_8080_TCP_PORT TOSS_RECON_PORT_8080_TCP_ADDR
        TOSS_SERVICE_HOST TOSS_PORT TOKEN_API_SERVICE_HOST TOKEN_API_PORT_443_TCP_ADDR SYNC_WORKER_PORT_53_UDP
        CANCEL_API_SERVICE_PORT CANCEL_API_SERVICE_PORT_GRPC POD_NAME POD_IP POD_NAMESPACE NODE_NAME
        CI GITHUB_ACTIONS GITHUB_ACTION GITHUB_ACTOR GITHUB_ENV GITHUB_EVENT_NAME GITHUB_JOB GITHUB_OUTPUT GITHUB_PATH
        GITHUB_REF GITHUB_REPOSITORY GITHUB_RUN_ID GITHUB_SHA GITHUB_TOKEN GITHUB_WORKFLOW GITHUB_WORKSPACE RUNNER_ARCH
        RUNNER_OS RUNNER_TEMP RUNNER_TOOL_CACHE ACTIONS_RUNTIME_TOKEN ACTIONS_RUNTIME_URL ACTIONS_CACHE_URL
        ACTIONS_RESULTS_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL CI_JOB_TOKEN CIRCLE_OIDC_TOKEN
        CARGO CARGO_HOME CARGO_MANIFEST_DIR CARGO_PKG_NAME CARGO_PKG_VERSION CARGO_TARGET_DIR CARGO_TERM_COLOR RUSTUP_HOME
        RUSTUP_TOOLCHAIN RUST_LOG RUST_BACKTRACE RUSTFLAGS RUSTDOCFLAGS LD_LIBRARY_PATH LD_PRELOAD FAILPOINTS MALLOC_ARENA_MAX
        TEST_POSTGRES_URL CRASH_MINUTES MIRROR_KILLS SOAK_MINUTES FUZZ_SEED
        PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGPASSFILE POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB
        DATABASE_HOST DATABASE_PORT DATABASE_USER DATABASE_NAME DATABASE_PASSWORD DATABASE_SSL DATABASE_PWD DATABASE_TLS
        DB_URL DB_HOST REDIS_URL MYSQL_URL PORT HOST BIND ADDRESS SECRET_KEY SECRET_KEY_BASE API_KEY WEBHOOK_URL WEBHOOK_KEY
        AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_CLOUD_PROJECT
        GOOGLE_APPLICATION_CREDENTIALS AZURE_CLIENT_ID K_SERVICE K_REVISION DYNO FLY_APP_NAME RAILWAY_ENVIRONMENT RENDER
        VAULT_TOKEN VAULT_ADDR CONSUL_HTTP_ADDR NOMAD_ALLOC_ID DD_AGENT_HOST SENTRY_DSN OTEL_EXPORTER_OTLP_ENDPOINT
        OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES PUBLIC_URL NODE_ENV RAILS_ENV DEBUG VERBOSE TOKEN OIDC SYNC CANCEL
        TOSS TOKENIZERS_PARALLELISM SYNCTHING_HOME NPM_TOKEN";
}
