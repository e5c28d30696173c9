//! Which media type a client wants the answer in (RFC 9110 section 12.5.1; GraphQL over HTTP, section "Media Types").

use actix_web::{
    HttpRequest,
    http::header::{ACCEPT, Accept, Header as _, HeaderMap, Quality},
};

/// A media type of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status tells whether the document was refused.
    GraphqlResponse,
    /// `application/json`: the older one, and what is sent to a client that names none.
    Json,
    /// `text/event-stream`: one event for each result, by the protocol `graphql-sse`.
    Events,
}

impl MediaType {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Events => "text/event-stream; charset=utf-8",
        }
    }

    const fn essence(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
            Self::Events => "text/event-stream",
        }
    }
}

/// The media type for the answer, or `None` when the client accepts none of them. Events are for those alone who name them.
pub(super) fn wanted(request: &HttpRequest) -> Option<MediaType> {
    if let Some(frequent) = frequent(request.headers()) {
        return Some(frequent);
    }
    let accept = Accept::parse(request).ok()?;
    let of_json = preference(&accept, MediaType::Json.essence());
    let of_graphql = preference(&accept, MediaType::GraphqlResponse.essence());
    let of_events = preference_of_events(&accept);
    match (of_json, of_graphql) {
        (json, graphql) if of_events > json && of_events > graphql => Some(MediaType::Events),
        (None, None) => None,
        (json, graphql) if graphql > json => Some(MediaType::GraphqlResponse),
        _ => Some(MediaType::Json),
    }
}

/// Whether the client names events among what it accepts, however much it likes them.
pub(super) fn takes_events(request: &HttpRequest) -> bool {
    frequent(request.headers()).is_none()
        && Accept::parse(request).is_ok_and(|accept| preference_of_events(&accept).is_some())
}

fn preference_of_events(accept: &Accept) -> Option<Preference> {
    preference(accept, MediaType::Events.essence()).filter(|events| events.precision == EXACT)
}

/// Whether the client would rather have a page than an answer: it names `text/html` itself, and likes it better than JSON.
pub(super) fn wants_page(request: &HttpRequest) -> bool {
    if frequent(request.headers()).is_some() {
        return false;
    }
    let Ok(accept) = Accept::parse(request) else {
        return false;
    };
    let of_page = preference(&accept, "text/html").filter(|page| page.precision == EXACT);
    of_page > preference(&accept, MediaType::Json.essence())
        && of_page > preference(&accept, MediaType::GraphqlResponse.essence())
}

/// What nearly every request says, told without parsing.
fn frequent(headers: &HeaderMap) -> Option<MediaType> {
    let mut values = headers.get_all(ACCEPT);
    let value = values.next();
    if values.next().is_some() {
        return None;
    }
    match value.map(|value| value.as_bytes().trim_ascii()) {
        None | Some(b"" | b"*/*" | b"application/json") => Some(MediaType::Json),
        Some(b"application/graphql-response+json") => Some(MediaType::GraphqlResponse),
        Some(_) => None,
    }
}

/// How much a client wants one media type. Compared in this order: quality, how precisely the type is named, how early.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Preference {
    quality: Quality,
    precision: u8,
    earliness: std::cmp::Reverse<usize>,
}

const EXACT: u8 = 2;

/// What `accept` says of `essence`: its most precise range decides, even against a less precise one of higher quality.
fn preference(accept: &Accept, essence: &str) -> Option<Preference> {
    let (top_level, _) = essence.split_once('/')?;
    accept
        .iter()
        .enumerate()
        .filter(|(_, range)| {
            // All answers are UTF-8.
            range
                .item
                .get_param("charset")
                .is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8"))
        })
        .filter_map(|(index, range)| {
            let precision = match range.item.essence_str() {
                exact if exact.eq_ignore_ascii_case(essence) => EXACT,
                "*/*" => 0,
                _ if range.item.subtype() == "*" && range.item.type_() == top_level => 1,
                _ => return None,
            };
            Some(Preference {
                quality: range.quality,
                precision,
                earliness: std::cmp::Reverse(index),
            })
        })
        .max_by_key(|preference| (preference.precision, preference.earliness))
        .filter(|preference| preference.quality > Quality::ZERO)
        // Two types that only the same wildcard names are wanted alike.
        .map(|preference| match preference.precision {
            EXACT => preference,
            _ => Preference {
                earliness: std::cmp::Reverse(usize::MAX),
                ..preference
            },
        })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const JSON: Option<MediaType> = Some(MediaType::Json);
    const GRAPHQL: Option<MediaType> = Some(MediaType::GraphqlResponse);
    const EVENTS: Option<MediaType> = Some(MediaType::Events);

    fn accepting(value: &str) -> HttpRequest {
        TestRequest::get()
            .insert_header((ACCEPT, value))
            .to_http_request()
    }

    #[test]
    fn the_answer_is_in_what_the_client_wants_most() {
        assert_eq!(wanted(&TestRequest::get().to_http_request()), JSON);
        let cases = [
            ("", JSON),
            ("*/*", JSON),
            ("application/*", JSON),
            ("application/json", JSON),
            ("Application/JSON", JSON),
            ("application/json; charset=utf-8", JSON),
            ("application/json; charset=UTF-8", JSON),
            ("application/json; charset=utf-16", None),
            ("application/graphql-response+json", GRAPHQL),
            ("application/graphql-response+json; charset=utf-8", GRAPHQL),
            (
                "application/graphql-response+json, application/json;q=0.9",
                GRAPHQL,
            ),
            (
                "application/json, application/graphql-response+json;q=0.9",
                JSON,
            ),
            (
                "application/json;q=0.5, application/graphql-response+json;q=0.9",
                GRAPHQL,
            ),
            (
                "application/graphql-response+json, application/json",
                GRAPHQL,
            ),
            ("application/json, application/graphql-response+json", JSON),
            ("application/graphql-response+json, */*", GRAPHQL),
            ("*/*, application/graphql-response+json", GRAPHQL),
            ("*/*;q=0.8, application/graphql-response+json;q=0.1", JSON),
            ("application/json;q=0, */*", GRAPHQL),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("text/html", None),
            ("text/*", None),
            ("image/png, text/plain;q=0.5", None),
            ("nonsense", None),
            ("text/event-stream", EVENTS),
            ("text/event-stream, */*", EVENTS),
            ("application/json, text/event-stream", JSON),
            ("application/json;q=0.9, text/event-stream", EVENTS),
            ("text/event-stream;q=0", None),
            (
                "text/event-stream;q=0.5, application/graphql-response+json",
                GRAPHQL,
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(wanted(&accepting(value)), expected, "{value}");
        }
    }

    #[test]
    fn events_are_taken_by_who_names_them() {
        for (value, takes) in [
            ("text/event-stream", true),
            (
                "application/graphql-response+json, application/json, text/event-stream",
                true,
            ),
            ("text/event-stream;q=0, */*", false),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
        ] {
            assert_eq!(takes_events(&accepting(value)), takes, "{value}");
        }
    }

    #[test]
    fn several_accept_headers_count_as_one_list() {
        let request = TestRequest::get()
            .append_header((ACCEPT, "application/json;q=0.1"))
            .append_header((ACCEPT, "application/graphql-response+json"))
            .to_http_request();
        assert_eq!(wanted(&request), GRAPHQL);
    }

    #[test]
    fn only_who_names_html_first_gets_the_page() {
        let cases = [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("text/html", true),
            ("text/html, application/json;q=0.9", true),
            ("application/json, text/html", false),
            ("application/json, text/html;q=0.9", false),
            ("*/*", false),
            ("text/*", false),
            ("text/html;q=0", false),
            ("application/graphql-response+json", false),
        ];
        for (value, expected) in cases {
            assert_eq!(wants_page(&accepting(value)), expected, "{value}");
        }
        assert!(!wants_page(&TestRequest::get().to_http_request()));
    }
}
