//! What is said of each thing: JSON for programs, a sentence for Slack. It names payments and merchants, never people,
//! cards or accounts.

use chrono::{DateTime, SecondsFormat, Utc};
use reconciliation::{KstDate, Money};
use serde_json::{Value, json};

use super::target::Manner;
use crate::store::{DISCREPANCY_FOUND, NEEDS_PERSON, UntoldDiscrepancy, UntoldRequest};

/// The kind of notices of days that pay out less than nothing; their subject is the merchant, the currency and the day.
const NEGATIVE_PAYOUT: &str = "payout.negative";

/// What a day comes to, where that is less than nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NegativeDay {
    pub(super) mid: String,
    pub(super) day: KstDate,
    pub(super) net: Money,
}

/// What is to be told.
pub(super) enum News {
    Discrepancy(UntoldDiscrepancy),
    Request(UntoldRequest),
    NegativeDay(NegativeDay),
}

impl News {
    /// What kind of thing it is, as receivers tell kinds apart.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Discrepancy(_) => DISCREPANCY_FOUND,
            Self::Request(_) => NEEDS_PERSON,
            Self::NegativeDay(_) => NEGATIVE_PAYOUT,
        }
    }

    /// Which one it is: of one kind, the same is told once.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Discrepancy(found) => {
                format!("{}/{}", found.id, found.detected_at.timestamp_millis())
            }
            Self::Request(request) => request.id.clone(),
            Self::NegativeDay(day) => {
                format!("{}/{}/{}", day.mid, day.net.currency().code(), day.day)
            }
        }
    }

    /// The body of the request that tells it. `console` is the address of the console's pages, where there is one.
    pub(super) fn body(
        &self,
        manner: &Manner,
        now: DateTime<Utc>,
        console: Option<&str>,
    ) -> String {
        let link = console
            .zip(self.payment_key())
            .map(|(console, key)| format!("{console}/payments/{}", in_path(key)));
        match manner {
            Manner::Signed(_) => json!({
                "type": self.kind(),
                "timestamp": now.to_rfc3339_opts(SecondsFormat::Millis, true),
                "data": self.data(link.as_deref()),
            }),
            Manner::Slack => {
                let sentence = for_slack(&self.sentence());
                let link = link.map_or_else(String::new, |link| format!(" <{link}|보기>"));
                json!({ "text": format!("{sentence}{link}") })
            }
        }
        .to_string()
    }

    fn payment_key(&self) -> Option<&str> {
        match self {
            Self::Discrepancy(found) => found.payment_key.as_deref(),
            Self::Request(request) => Some(request.payment_key.as_str()),
            Self::NegativeDay(_) => None,
        }
    }

    fn data(&self, link: Option<&str>) -> Value {
        match self {
            Self::Discrepancy(found) => json!({
                "class": found.class.as_str(),
                "severity": found.class.severity().as_str(),
                "mId": found.mid,
                "paymentKey": found.payment_key,
                "explanation": found.explanation,
                "explanationKo": found.explanation_ko,
                "detectedAt": found.detected_at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "url": link,
            }),
            Self::Request(request) => json!({
                "cancelRequestId": request.id,
                "mId": request.mid,
                "paymentKey": request.payment_key.as_str(),
                "requestedAt": request.requested_at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "url": link,
            }),
            Self::NegativeDay(day) => json!({
                "mId": day.mid,
                "paidOutDate": day.day.to_string(),
                "payOutAmount": day.net.to_decimal_text(),
                "currency": day.net.currency().code(),
            }),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Discrepancy(found) => {
                let told = found
                    .explanation_ko
                    .as_deref()
                    .unwrap_or(&found.explanation);
                format!("[{}] {}: {told}", found.mid, found.class.as_str())
            }
            Self::Request(request) => format!(
                "[{}] 취소 요청의 결과를 사람이 확인해야 합니다: {} ({})",
                request.mid.as_deref().unwrap_or("-"),
                request.payment_key.as_str(),
                request.id
            ),
            Self::NegativeDay(day) => format!(
                "[{}] {} 지급액이 음수입니다: {} {}",
                day.mid,
                day.day,
                day.net.to_decimal_text(),
                day.net.currency().code()
            ),
        }
    }
}

/// Slack reads `&`, `<` and `>` as its own.
fn for_slack(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A payment key as a part of an address.
fn in_path(key: &str) -> String {
    url::form_urlencoded::byte_serialize(key.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use reconciliation::{Currency, DiscrepancyClass};

    use super::*;

    fn discrepancy() -> News {
        News::Discrepancy(UntoldDiscrepancy {
            id: "d1".to_owned(),
            class: DiscrepancyClass::AmountMismatch,
            mid: "shop".to_owned(),
            payment_key: Some("pay/1".to_owned()),
            explanation: "1 < 2 & 3".to_owned(),
            explanation_ko: None,
            detected_at: DateTime::UNIX_EPOCH,
        })
    }

    #[test]
    fn a_program_is_told_in_json_with_the_kind_and_where_to_look() {
        let body = discrepancy().body(
            &Manner::Signed(Vec::new()),
            DateTime::UNIX_EPOCH,
            Some("https://books.example/console"),
        );
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["type"], "discrepancy.found");
        assert_eq!(body["timestamp"], "1970-01-01T00:00:00.000Z");
        assert_eq!(body["data"]["severity"], "ERROR");
        assert_eq!(
            body["data"]["url"],
            "https://books.example/console/payments/pay%2F1"
        );
    }

    #[test]
    fn slack_is_told_a_sentence_in_which_nothing_is_read_as_markup() {
        let body = discrepancy().body(&Manner::Slack, DateTime::UNIX_EPOCH, None);
        let body: Value = serde_json::from_str(&body).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(text.ends_with("1 &lt; 2 &amp; 3"), "{text}");
    }

    #[test]
    fn the_same_thing_has_the_same_subject_and_one_found_again_another() {
        let again = |at| {
            let News::Discrepancy(found) = discrepancy() else {
                return String::new();
            };
            News::Discrepancy(UntoldDiscrepancy {
                detected_at: at,
                ..found
            })
            .subject()
        };
        assert_eq!(discrepancy().subject(), again(DateTime::UNIX_EPOCH));
        let later = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1);
        assert_ne!(discrepancy().subject(), again(later));
        let day = NegativeDay {
            mid: "shop".to_owned(),
            day: KstDate::of(DateTime::UNIX_EPOCH),
            net: Money::from_minor(-1_200, Currency::KRW),
        };
        assert_eq!(News::NegativeDay(day).subject(), "shop/KRW/1970-01-01");
    }
}
