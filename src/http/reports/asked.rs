//! What a request asks a report for: the days and the format in its path, merchants and the basis of sums in its query. Decisions
//! over texts; what cannot be is told in the caller's language.

use actix_web::web::Query;
use chrono::NaiveDate;
use reconciliation::{DateBasis, KstDate, Language, MId};

use crate::access::Scope;

/// A report that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportAsked {
    /// The first day.
    pub from: KstDate,
    /// The last day, included.
    pub to: KstDate,
    /// How it is written.
    pub format: ReportFormat,
    /// Of these merchants, all of which whoever asks may see; `None` for all that there are.
    pub mids: Option<Vec<MId>>,
    /// By which day its sums are made.
    pub basis: DateBasis,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// A workbook of Excel's.
    Xlsx,
    /// An archive of CSV files.
    Zip,
    /// One JSON document.
    Json,
}

/// What is wrong with a request for a report. Texts are the caller's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The path is not of the form that is served.
    Name,
    /// A day that the calendar does not have.
    Day(String),
    /// A day before online payments.
    Early,
    /// The days are the wrong way round.
    Reversed,
    /// Too many days.
    Long,
    /// A parameter that there is not.
    Parameter(String),
    /// No name of a merchant at Toss.
    Merchant(String),
    /// No basis, or two.
    Basis(String),
}

/// Online payments are younger, so an earlier day is a slip.
const EARLIEST: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day of the calendar");
/// As many as the API adds up at once.
const MOST_DAYS: u32 = 400;
/// The longest text of the caller's that is repeated, in characters.
const LONGEST_SHOWN: usize = 40;

/// Reads the last part of the path and the query, and narrows it to what whoever asks may see.
pub(super) fn read(name: &str, query: &str, scope: &Scope) -> Result<ReportAsked, Wrong> {
    let (from, rest) = name.split_once("..").ok_or(Wrong::Name)?;
    let (to, ending) = rest.split_once('.').ok_or(Wrong::Name)?;
    let format = ReportFormat::of(ending).ok_or(Wrong::Name)?;
    let (from, to) = (day(from)?, day(to)?);
    if from > to {
        return Err(Wrong::Reversed);
    }
    if from.naive() < EARLIEST {
        return Err(Wrong::Early);
    }
    if to > from.plus_days(MOST_DAYS - 1) {
        return Err(Wrong::Long);
    }
    let (mut mids, mut basis) = (None, None);
    let parameters = Query::<Vec<(String, String)>>::from_query(query);
    let parameters = parameters.map_err(|_| Wrong::Parameter(shown(query)))?;
    for (parameter, value) in parameters.into_inner() {
        match parameter.as_str() {
            "m" => {
                let mid = MId::parse(&value).map_err(|_| Wrong::Merchant(shown(&value)))?;
                mids.get_or_insert_with(Vec::new).push(mid);
            }
            "basis" => {
                let known = DateBasis::parse(&value).filter(|_| basis.is_none());
                basis = Some(known.ok_or_else(|| Wrong::Basis(shown(&value)))?);
            }
            _ => return Err(Wrong::Parameter(shown(&parameter))),
        }
    }
    Ok(ReportAsked {
        from,
        to,
        format,
        mids: scope.narrowed(mids),
        basis: basis.unwrap_or(DateBasis::Transaction),
    })
}

fn day(text: &str) -> Result<KstDate, Wrong> {
    KstDate::parse(text).map_err(|_| Wrong::Day(shown(text)))
}

fn shown(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control());
    kept.take(LONGEST_SHOWN).collect()
}

impl ReportFormat {
    fn of(ending: &str) -> Option<Self> {
        match ending {
            "xlsx" => Some(Self::Xlsx),
            "zip" => Some(Self::Zip),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Zip => "zip",
            Self::Json => "json",
        }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Zip => "application/zip",
            Self::Json => "application/json",
        }
    }
}

impl ReportAsked {
    /// What a browser is to do with it: keep it, under a name of its days and, of one merchant alone, of the merchant.
    pub(super) fn disposition(&self) -> String {
        let merchant = match self.mids.as_deref() {
            Some([only]) => format!("-{}", harmless(only.as_str())),
            _ => String::new(),
        };
        format!(
            "attachment; filename=\"toss-recon-{}-{}{merchant}.{}\"",
            self.from,
            self.to,
            self.format.ending()
        )
    }
}

/// What every system takes in the name of a file.
fn harmless(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.chars()
        .map(|c| if safe(c) { c } else { '_' })
        .collect()
}

impl Wrong {
    /// What is wrong, and what to do.
    pub(super) fn message(&self, language: Language) -> String {
        match language {
            Language::Korean => self.korean(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Name => "A report is at /reports/FROM..TO.xlsx, .zip or .json, with days as in 2026-03-01..2026-03-31.xlsx".to_owned(),
            Self::Day(day) => format!("\"{day}\" is no day: write it as in 2026-03-01"),
            Self::Early => format!("The first day is before {EARLIEST}, the earliest that can be asked for: look at the year"),
            Self::Reversed => "The first day is after the last: give the earlier day first".to_owned(),
            Self::Long => format!("A report may hold at most {MOST_DAYS} days: ask for shorter ones, one after another"),
            Self::Parameter(name) => format!("\"{name}\" is no parameter of a report: there are m and basis"),
            Self::Merchant(mid) => format!("m: \"{mid}\" is no name of a merchant at Toss (상점아이디)"),
            Self::Basis(basis) => format!("basis: \"{basis}\" is not the one of TRANSACTION, EVENT, SOLD and PAID_OUT that can be given"),
        }
    }

    fn korean(&self) -> String {
        match self {
            Self::Name => "보고서 주소는 /reports/시작일..종료일.xlsx, .zip 또는 .json입니다. 예: 2026-03-01..2026-03-31.xlsx".to_owned(),
            Self::Day(day) => format!("\"{day}\": 날짜가 아닙니다. 2026-03-01과 같이 쓰세요"),
            Self::Early => format!("시작일이 요청할 수 있는 가장 이른 날인 {EARLIEST}보다 빠릅니다. 연도를 확인하세요"),
            Self::Reversed => "시작일이 종료일보다 늦습니다. 이른 날을 앞에 쓰세요".to_owned(),
            Self::Long => format!("보고서 하나에는 {MOST_DAYS}일까지 담을 수 있습니다. 기간을 나누어 요청하세요"),
            Self::Parameter(name) => format!("\"{name}\": 보고서에 없는 매개변수입니다. m과 basis만 쓸 수 있습니다"),
            Self::Merchant(mid) => format!("m: \"{mid}\": 토스페이먼츠 상점아이디가 아닙니다"),
            Self::Basis(basis) => format!("basis: \"{basis}\": TRANSACTION, EVENT, SOLD, PAID_OUT 중 하나만 쓸 수 있습니다"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mids(names: &[&str]) -> Vec<MId> {
        names.iter().map(|name| MId::parse(name).unwrap()).collect()
    }

    #[test]
    fn days_and_formats_are_read_from_the_path() {
        for (ending, format) in [
            ("xlsx", ReportFormat::Xlsx),
            ("zip", ReportFormat::Zip),
            ("json", ReportFormat::Json),
        ] {
            let name = format!("2026-03-01..2026-03-31.{ending}");
            let asked = read(&name, "", &Scope::ALL).unwrap();
            assert_eq!(asked.from.to_string(), "2026-03-01");
            assert_eq!(asked.to.to_string(), "2026-03-31");
            assert_eq!((asked.format, asked.mids.clone()), (format, None));
            assert_eq!(asked.basis, DateBasis::Transaction);
            let file =
                format!("attachment; filename=\"toss-recon-2026-03-01-2026-03-31.{ending}\"");
            assert_eq!(asked.disposition(), file);
        }
        assert!(read("2026-03-01..2026-03-01.json", "", &Scope::ALL).is_ok());
        // 400 days, the last included.
        assert!(read("2025-01-01..2026-02-04.json", "", &Scope::ALL).is_ok());
    }

    #[test]
    fn what_is_wrong_is_told_in_either_language() {
        for (name, query, wrong) in [
            ("2026-03-01.xlsx", "", Wrong::Name),
            ("2026-03-01..2026-03-31", "", Wrong::Name),
            ("2026-03-01..2026-03-31.csv", "", Wrong::Name),
            ("2026-03-01..2026-03-31.xlsx.exe", "", Wrong::Name),
            (
                "2026-02-30..2026-03-31.xlsx",
                "",
                Wrong::Day("2026-02-30".to_owned()),
            ),
            ("2026-03-01..x.xlsx", "", Wrong::Day("x".to_owned())),
            ("2026-03-02..2026-03-01.xlsx", "", Wrong::Reversed),
            ("1999-12-31..2000-01-01.xlsx", "", Wrong::Early),
            ("2025-01-01..2026-02-05.xlsx", "", Wrong::Long),
            (
                "2026-03-01..2026-03-31.xlsx",
                "mid=a",
                Wrong::Parameter("mid".to_owned()),
            ),
            (
                "2026-03-01..2026-03-31.xlsx",
                "m=",
                Wrong::Merchant(String::new()),
            ),
            (
                "2026-03-01..2026-03-31.xlsx",
                "basis=event",
                Wrong::Basis("event".to_owned()),
            ),
            (
                "2026-03-01..2026-03-31.xlsx",
                "basis=EVENT&basis=SOLD",
                Wrong::Basis("SOLD".to_owned()),
            ),
        ] {
            assert_eq!(
                read(name, query, &Scope::ALL),
                Err(wrong.clone()),
                "{name}?{query}"
            );
            let (english, korean) = (
                wrong.message(Language::English),
                wrong.message(Language::Korean),
            );
            assert!(english.is_ascii() || matches!(wrong, Wrong::Merchant(_)));
            assert!(korean != english && korean.chars().count() < 200 && english.len() < 200);
        }
    }

    #[test]
    fn merchants_are_narrowed_to_those_of_the_asker() {
        let name = "2026-03-01..2026-03-31.xlsx";
        let two = Scope::only(mids(&["a", "b"]));
        let asked = |query: &str, scope: &Scope| read(name, query, scope).unwrap();
        assert_eq!(asked("m=a&m=c", &Scope::ALL).mids, Some(mids(&["a", "c"])));
        assert_eq!(asked("", &two).mids, Some(mids(&["a", "b"])));
        assert_eq!(asked("m=c", &two).mids, Some(Vec::new()));
        let one = asked("m=a&m=c&basis=PAID_OUT", &two);
        assert_eq!(
            (one.mids.clone(), one.basis),
            (Some(mids(&["a"])), DateBasis::PaidOut)
        );
        assert!(one.disposition().ends_with("-2026-03-31-a.xlsx\""));
    }
}
