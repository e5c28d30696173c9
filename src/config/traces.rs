//! Whether spans are handed to a collector. OpenTelemetry has variables of its own for that, which stand in the environment alone
//! and are the same for every program; what this program cannot do by them is refused.

use url::Url;

use super::SettingError;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const PROTOCOLS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];
const PROTOCOL: &str = "http/protobuf";

/// Whether the variables ask for spans. `set` gives one that is there and not empty.
pub(super) fn wanted(set: impl Fn(&str) -> Option<String>) -> Result<bool, SettingError> {
    let is_off = set("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let endpoint = [TRACES_ENDPOINT, ENDPOINT]
        .into_iter()
        .find_map(|name| set(name).map(|text| (name, text)));
    let Some((name, text)) = endpoint.filter(|_| !is_off) else {
        return Ok(false);
    };
    match set("OTEL_TRACES_EXPORTER").as_deref() {
        None | Some("otlp") => {}
        Some("none") => return Ok(false),
        Some(other) => {
            return Err(SettingError::new(format!(
                "OTEL_TRACES_EXPORTER is {other:?}: set it to otlp or none"
            )));
        }
    }
    for name in PROTOCOLS {
        if let Some(other) = set(name).filter(|text| text != PROTOCOL) {
            return Err(SettingError::new(format!(
                "{name} is {other:?}: set it to {PROTOCOL}, which collectors take on port 4318"
            )));
        }
    }
    let is_address = Url::parse(&text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_address {
        return Ok(true);
    }
    // It is not repeated: an address may hold a password.
    Err(SettingError::new(format!(
        "{name} is no address of a collector: set it like http://127.0.0.1:4318"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(variables: &[(&str, &str)]) -> Result<bool, String> {
        let set = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        wanted(set).map_err(|error| error.to_string())
    }

    #[test]
    fn spans_are_handed_over_where_an_endpoint_is_set_and_nothing_switches_them_off() {
        let here = (ENDPOINT, "http://127.0.0.1:4318");
        assert_eq!(told(&[]), Ok(false));
        assert_eq!(told(&[here]), Ok(true));
        assert_eq!(
            told(&[(TRACES_ENDPOINT, "https://c.example/v1/traces")]),
            Ok(true)
        );
        assert_eq!(told(&[here, ("OTEL_SDK_DISABLED", "true")]), Ok(false));
        assert_eq!(told(&[here, ("OTEL_SDK_DISABLED", "false")]), Ok(true));
        assert_eq!(told(&[here, ("OTEL_TRACES_EXPORTER", "none")]), Ok(false));
        assert_eq!(told(&[here, (PROTOCOLS[1], PROTOCOL)]), Ok(true));
    }

    #[test]
    fn what_cannot_be_done_is_refused_without_the_address() {
        let here = (ENDPOINT, "http://127.0.0.1:4318");
        for (variables, word) in [
            (vec![(ENDPOINT, "collector:4318 pa55")], ENDPOINT),
            (vec![(ENDPOINT, "ftp://u:pa55@c.example")], ENDPOINT),
            (vec![here, (PROTOCOLS[0], "grpc")], PROTOCOLS[0]),
            (
                vec![here, ("OTEL_TRACES_EXPORTER", "zipkin")],
                "otlp or none",
            ),
        ] {
            let told = told(&variables).unwrap_err();
            assert!(told.contains(word) && !told.contains("pa55"), "{told}");
        }
    }
}
