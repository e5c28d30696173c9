//! One field of Toss's JSON at a time: its text, and what kind of value it is meant to be. An error names the field's
//! place and never repeats its value.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use reconciliation::{Currency, InvalidId, KstDate, Money, MoneyError};
use serde::Deserialize;

use super::lenient::whole_characters;
use super::wire::Field;
use super::{MusdAmounts, Unreadable};

/// Where in an answer an object stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Which row of a list.
    pub(super) row: Option<usize>,
    /// Which element of a list within it.
    pub(super) element: Option<(&'static str, usize)>,
}

/// How the amounts of one object are to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amounts {
    pub(super) currency: Currency,
    pub(super) musd: MusdAmounts,
}

impl Place {
    /// A refusal of the field of that name.
    pub(super) fn refuse(self, name: &str, reason: impl Into<String>) -> Unreadable {
        let row = self.row.map(|row| format!("[{row}]"));
        let element = self.element.map(|(list, index)| format!("{list}[{index}]"));
        let name = (!name.is_empty()).then(|| name.to_owned());
        let steps: Vec<String> = [row, element, name].into_iter().flatten().collect();
        Unreadable {
            path: if steps.is_empty() {
                "the answer".to_owned()
            } else {
                steps.join(".")
            },
            reason: reason.into(),
        }
    }

    /// Reads a JSON text as a shape; the name is empty for the object itself.
    pub(super) fn shape<'a, T: Deserialize<'a>>(
        self,
        name: &str,
        json: &'a str,
        what: &str,
    ) -> Result<T, Unreadable> {
        use serde_json::error::Category;
        serde_json::from_str(json).map_err(|error| {
            // The library's own message quotes what it found.
            let reason = match error.classify() {
                Category::Eof => "ends before it is complete".to_owned(),
                Category::Data => format!("is not {what}"),
                Category::Syntax | Category::Io => format!(
                    "is not JSON (line {}, column {})",
                    error.line(),
                    error.column()
                ),
            };
            self.refuse(name, reason)
        })
    }

    /// What must be there.
    pub(super) fn required<T>(self, name: &str, value: Option<T>) -> Result<T, Unreadable> {
        value.ok_or_else(|| self.refuse(name, "is missing"))
    }

    pub(super) fn text(self, name: &str, field: Field<'_>) -> Result<Option<String>, Unreadable> {
        field
            .map(|raw| self.shape(name, &whole_characters(raw.get()), "a text"))
            .transpose()
    }

    pub(super) fn boolean(self, name: &str, field: Field<'_>) -> Result<Option<bool>, Unreadable> {
        field
            .map(|raw| self.shape(name, raw.get(), "true or false"))
            .transpose()
    }

    /// A key or a number of an order. An empty text names nothing, so it is as good as none.
    pub(super) fn id<T>(
        self,
        name: &str,
        field: Field<'_>,
        parse: fn(&str) -> Result<T, InvalidId>,
    ) -> Result<Option<T>, Unreadable> {
        self.text(name, field)?
            .filter(|text| !text.is_empty())
            .map(|text| {
                parse(&text).map_err(|error| self.refuse(name, format!("is wrong: {error}")))
            })
            .transpose()
    }

    pub(super) fn currency(self, name: &str, field: Field<'_>) -> Result<Currency, Unreadable> {
        let code = self.required(name, self.text(name, field)?)?;
        code.parse()
            .map_err(|_| self.refuse(name, "is neither an ISO 4217 code nor MUSD"))
    }

    /// A number, or a text that is one, read from its digits.
    pub(super) fn money(
        self,
        name: &str,
        field: Field<'_>,
        amounts: Amounts,
    ) -> Result<Option<Money>, Unreadable> {
        let Some(raw) = field.map(serde_json::value::RawValue::get) else {
            return Ok(None);
        };
        let quoted: Option<String> = raw
            .starts_with('"')
            .then(|| self.shape(name, &whole_characters(raw), "a number"))
            .transpose()?;
        let digits = quoted.as_deref().unwrap_or(raw);
        amounts
            .read(digits)
            .map(Some)
            .map_err(|error| self.refuse(name, amounts.reason(&error)))
    }

    /// An instant with its offset, or without one on Seoul's clock.
    pub(super) fn instant(
        self,
        name: &str,
        field: Field<'_>,
    ) -> Result<Option<DateTime<Utc>>, Unreadable> {
        self.text(name, field)?
            .map(|text| {
                parse_instant(&text)
                    .ok_or_else(|| self.refuse(name, "is not a date with a time of day"))
            })
            .transpose()
    }

    pub(super) fn day(self, name: &str, field: Field<'_>) -> Result<Option<KstDate>, Unreadable> {
        self.text(name, field)?
            .map(|text| {
                KstDate::parse(&text).map_err(|_| self.refuse(name, "is not a day (yyyy-MM-dd)"))
            })
            .transpose()
    }
}

impl Amounts {
    fn read(self, digits: &str) -> Result<Money, MoneyError> {
        if self.currency == Currency::MUSD && self.musd == MusdAmounts::Millionths {
            Money::parse_minor(digits, self.currency)
        } else {
            Money::parse(digits, self.currency)
        }
    }

    fn reason(self, error: &MoneyError) -> String {
        match error {
            MoneyError::TooManyDecimals { decimals, .. } => {
                format!("has more decimals than {} has ({decimals})", self.currency)
            }
            MoneyError::TooLarge => "is too large".to_owned(),
            MoneyError::NotANumber(_)
            | MoneyError::UnknownCurrency(_)
            | MoneyError::MixedCurrencies(..) => "is not a number".to_owned(),
        }
    }
}

/// `2026-03-03T10:15:21`, with up to nine decimals, followed by `Z`, an offset such as `+09:00`, or nothing, which
/// means Seoul. A date alone is no instant.
fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    const LOCAL: &str = "%Y-%m-%dT%H:%M:%S%.f";
    const WHOLE_SECONDS: usize = "2026-03-03T10:15:21".len();
    const NINE_HOURS: i32 = 9 * 3_600;
    let seconds = text.get(..WHOLE_SECONDS)?;
    // chrono alone would also take signs, single digits and blanks.
    let is_plain = seconds
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T'));
    if !is_plain {
        return None;
    }
    let rest = text.get(WHOLE_SECONDS..)?;
    let offset_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (fraction, offset) = rest.split_at_checked(offset_at)?;
    let is_fraction = fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|digits| {
            (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        });
    if !is_fraction {
        return None;
    }
    if !offset.is_empty() {
        return DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| instant.to_utc());
    }
    let local = NaiveDateTime::parse_from_str(text, LOCAL).ok()?;
    local
        .and_local_timezone(FixedOffset::east_opt(NINE_HOURS)?)
        .single()
        .map(|instant| instant.to_utc())
}
