//! What stands in a cell of a report, and how its CSV file spells it.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use reconciliation::{KstDate, Money};

/// A value in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Not known, or not applicable: never 0.
    Nothing,
    /// Words that came from elsewhere.
    Text(String),
    /// Several words of ours.
    Words(Vec<&'static str>),
    /// A number of things.
    Count(u64),
    /// An amount.
    Money(Money),
    /// A business day.
    Day(KstDate),
    /// An instant, shown in Korean time.
    Instant(DateTime<Utc>),
}

impl Cell {
    /// A text.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().to_owned())
    }

    /// A value that may be missing.
    pub(super) fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Nothing, cell)
    }

    /// The cell of a CSV file. Texts are made harmless; an instant is a time of day in Seoul without its offset, which
    /// spreadsheets read as a time.
    pub(super) fn to_csv(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Text(text) => harmless(text),
            Self::Words(words) => Cow::Owned(words.join(", ")),
            Self::Count(count) => Cow::Owned(count.to_string()),
            Self::Money(money) => Cow::Owned(money.to_decimal_text()),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Instant(instant) => {
                Cow::Owned(in_seoul(*instant).format("%Y-%m-%d %H:%M:%S").to_string())
            }
        }
    }
}

/// What the clocks in Seoul show.
pub(super) fn in_seoul(instant: DateTime<Utc>) -> NaiveDateTime {
    let day = KstDate::of(instant);
    day.naive().and_time(NaiveTime::MIN) + (instant - day.start())
}

/// A text that no spreadsheet takes for a formula: one that a spreadsheet could, in half or full width and also behind
/// white space, gets an apostrophe in front.
fn harmless(text: &str) -> Cow<'_, str> {
    let begins_as_formula = |text: &str| {
        text.starts_with(['=', '+', '-', '@'])
            || text.starts_with(['\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
    };
    if text.starts_with(['\t', '\r', '\n']) || begins_as_formula(text.trim_start()) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::Currency;

    use super::*;

    #[test]
    fn a_text_that_could_be_a_formula_gets_an_apostrophe() {
        let dangerous = [
            "=cmd|' /C calc'!A0",
            "+1",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n1",
            "  =1",
            "＝1+1",
            "＋1",
            "－1",
            "＠A1",
        ];
        for text in dangerous {
            assert_eq!(Cell::text(text).to_csv(), format!("'{text}"));
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "주문-1", "A=1", "1-2", "'=1", "카드", "a+b@c"] {
            assert_eq!(Cell::text(text).to_csv(), text);
        }
    }

    #[test]
    fn a_negative_amount_is_a_number_and_no_formula() {
        let money = Cell::Money(Money::from_minor(-18_156, Currency::USD));
        assert_eq!(money.to_csv(), "-181.56");
    }

    #[test]
    fn an_instant_is_told_in_korean_time_also_before_1970() {
        let at = |text: &str| Cell::Instant(text.parse().unwrap());
        assert_eq!(
            at("2026-03-31T15:00:00.999Z").to_csv(),
            "2026-04-01 00:00:00"
        );
        assert_eq!(at("1969-12-31T14:59:59Z").to_csv(), "1969-12-31 23:59:59");
    }
}
