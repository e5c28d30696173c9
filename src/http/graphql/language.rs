//! Which language a client reads (RFC 9110 section 12.5.4).

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header as _, Preference};
use reconciliation::Language;

/// The first of the client's languages in which discrepancies are told; English for a client that names none of them.
pub(in crate::http) fn preferred(request: &HttpRequest) -> Language {
    let Ok(accepted) = AcceptLanguage::parse(request) else {
        return Language::default();
    };
    let known = |preference: &Preference<_>| match preference {
        Preference::Any => Some(Language::default()),
        Preference::Specific(tag) => language_of(tag),
    };
    let ranked = accepted.ranked();
    ranked.iter().find_map(known).unwrap_or_default()
}

fn language_of(tag: &impl ToString) -> Option<Language> {
    let tag = tag.to_string().to_ascii_lowercase();
    match tag.split('-').next() {
        Some("ko") => Some(Language::Korean),
        Some("en") => Some(Language::English),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT_LANGUAGE;
    use actix_web::test::TestRequest;

    use super::*;

    #[track_caller]
    fn assert_told_in(header: &str, expected: Language) {
        let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, header));
        assert_eq!(preferred(&request.to_http_request()), expected, "{header}");
    }

    #[test]
    fn the_first_language_that_is_spoken_here_is_taken() {
        for korean in [
            "ko",
            "ko-KR",
            "KO-kr,en;q=0.9",
            "en;q=0.5,ko;q=0.8",
            "ja,ko;q=0.2",
        ] {
            assert_told_in(korean, Language::Korean);
        }
        for english in ["en", "en-US,ko;q=0.9", "*", "ja", "", "kok", "!!"] {
            assert_told_in(english, Language::English);
        }
        let silent = TestRequest::default().to_http_request();
        assert_eq!(preferred(&silent), Language::English);
    }
}
