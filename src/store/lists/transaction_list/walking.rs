//! How the list of transactions is walked: in parts, each along an index.

use chrono::{DateTime, Utc};
use entity::booked_line::Column;
use reconciliation::{CancelOrigin, Effect, KstDate, MId};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Value};

use super::TransactionFilter;
use crate::store::lists::keyset::{Walk, has, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::rows::{EVENT_KINDS, METHOD_KINDS, event_kind, method_kind};

/// A list of more parts than this is read in fewer, which are walked past rows that it has not to do with.
const MOST_PARTS: usize = 300;

/// The same of the days on which money moves: past these, few other rows lie between the instants that events can have.
const MOST_PARTS_OF_DAYS: usize = 100;

/// The words that a filter names, as they stand in the columns: without repetition and not empty.
pub(super) struct Wanted {
    kinds: Option<Vec<String>>,
    methods: Option<Vec<String>>,
}

impl Wanted {
    /// `None` when nothing can match.
    pub(super) fn by(filter: &TransactionFilter) -> Option<Self> {
        let wanted = Self {
            kinds: kinds(filter),
            methods: words(filter.methods.as_deref(), |method| {
                method_kind(Some(method)).to_owned()
            }),
        };
        let lists = [&wanted.kinds, &wanted.methods];
        let matches_nothing = lists.into_iter().flatten().any(Vec::is_empty);
        (!matches_nothing).then_some(wanted)
    }

    /// The conditions that a row is looked at for in a part of no kind and method.
    fn looked_at(&self) -> impl Iterator<Item = Expr> {
        let (kinds, methods) = (self.kinds.as_ref(), self.methods.as_ref());
        let kinds = kinds.map(|kinds| looked_at(Column::Kind.is_in(kinds)));
        let methods = methods.map(|methods| looked_at(Column::Method.is_in(methods)));
        kinds.into_iter().chain(methods)
    }
}

/// The kinds of events that a filter's effects and origins allow; `None` when it names neither, and has no payout day, which
/// only events that move money have.
pub(super) fn kinds(filter: &TransactionFilter) -> Option<Vec<String>> {
    let moves = |kind: &str| !kind.starts_with("NONE") && !kind.starts_with("VOIDED");
    if filter.effects.is_none() && filter.origins.is_none() && filter.payout_day.is_none() {
        return None;
    }
    let of_cancels = [
        Some(CancelOrigin::Ours),
        Some(CancelOrigin::Elsewhere),
        Some(CancelOrigin::Uncertain),
    ];
    let all = [
        Effect::None,
        Effect::Paid,
        Effect::PaymentReversed,
        Effect::Refunded,
        Effect::Voided,
    ];
    let effects = filter.effects.as_deref().unwrap_or(&all);
    let mut named: Vec<String> = Vec::new();
    for effect in effects {
        let origins = of_cancels.iter().chain(&[None]);
        for origin in origins {
            let is_wanted = match (&filter.origins, origin) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(wanted), Some(origin)) => wanted.contains(origin),
            };
            let kind = event_kind(*effect, *origin);
            if is_wanted && EVENT_KINDS.contains(&kind.as_str()) {
                named.push(kind);
            }
        }
    }
    named.retain(|kind| filter.payout_day.is_none() || moves(kind));
    named.sort_unstable();
    named.dedup();
    Some(named)
}

/// How the list is walked by the days on which money moves, in one part for each day, kind and method of each merchant.
/// `None` where these are not named, or too many.
pub(super) fn walk_payout_days(
    filter: &TransactionFilter,
    wanted: &Wanted,
    mids: &[String],
) -> Option<Walk<Column>> {
    let (from, to) = filter.payout_day?;
    let kinds = wanted.kinds.as_deref()?;
    let methods = named_or_all(wanted.methods.as_deref(), &METHOD_KINDS);
    let days = few_days(from, to, mids.len() * kinds.len() * methods.len())?;
    let mut parts = Vec::new();
    for mid in mids {
        for day in &days {
            let on = Expr::col(Column::PayoutDay).eq(day.naive());
            let of_day = has(Column::Mid, mid).and(on);
            parts.extend(each(&of_day, kinds.iter().map(String::as_str), &methods));
        }
    }
    let walk = in_order(filter, parts, apart(filter).collect(), None);
    Some(Walk {
        // What has a payout day has an instant: without bounds, SQLite cannot take another index for theirs.
        within: walk.within.filter(|_| filter.at.is_some()),
        ..walk
    })
}

/// How the list is walked by what happened and how it was paid, in one part for each of each merchant; where neither is named
/// or they are too many, merchant by merchant. Rows of other payout days are passed, within these instants.
pub(super) fn walk(
    filter: &TransactionFilter,
    wanted: &Wanted,
    mids: &[String],
    within: Option<(i64, i64)>,
) -> Walk<Column> {
    let mut everywhere: Vec<Expr> = apart(filter).collect();
    everywhere.extend(filter.payout_day.map(moves_between));
    let is_by_kind =
        filter.effects.is_some() || filter.origins.is_some() || filter.methods.is_some();
    let kinds = named_or_all(wanted.kinds.as_deref(), &EVENT_KINDS);
    let methods = named_or_all(wanted.methods.as_deref(), &METHOD_KINDS);
    if !is_by_kind || mids.len() * kinds.len() * methods.len() > MOST_PARTS {
        // What has a payout day is of a kind that has one.
        everywhere.extend(wanted.looked_at().filter(|_| is_by_kind));
        let parts = mids.iter().map(|mid| has(Column::Mid, mid));
        return in_order(filter, parts.collect(), everywhere, within);
    }
    let parts = mids
        .iter()
        .flat_map(|mid| each(&has(Column::Mid, mid), kinds.iter().copied(), &methods));
    in_order(filter, parts.collect(), everywhere, within)
}

/// The parts of one condition, one for each kind and method.
fn each<'k>(of: &Expr, kinds: impl Iterator<Item = &'k str>, methods: &[&str]) -> Vec<Expr> {
    let mut parts = Vec::new();
    for kind in kinds {
        let of_kind = of.clone().and(has(Column::Kind, kind));
        let methods = methods.iter();
        parts.extend(methods.map(|method| of_kind.clone().and(has(Column::Method, method))));
    }
    parts
}

fn moves_between((from, to): (KstDate, KstDate)) -> Expr {
    let day = Expr::col(Column::PayoutDay);
    looked_at(day.clone().gte(from.naive()).and(day.lte(to.naive())))
}

/// How the transactions of these subjects are walked.
pub(super) fn walk_subjects(
    filter: &TransactionFilter,
    wanted: &Wanted,
    subjects: &[String],
) -> Option<Walk<Column>> {
    let subjects = words(Some(subjects), String::clone).filter(|all| !all.is_empty())?;
    let mids = words(filter.mids.as_deref(), MId::to_string);
    let mut everywhere: Vec<Expr> = apart(filter).collect();
    everywhere.extend(wanted.looked_at());
    everywhere.extend(mids.map(|mids| looked_at(Column::Mid.is_in(mids))));
    everywhere.extend(filter.payout_day.map(moves_between));
    let parts = subjects.iter().map(|subject| has(Column::Subject, subject));
    Some(in_order(filter, parts.collect(), everywhere, None))
}

/// What every row is looked at for.
fn apart(filter: &TransactionFilter) -> impl Iterator<Item = Expr> {
    let currency = filter
        .currency
        .map(|currency| looked_at(Column::Currency.eq(currency.code())));
    let forecast = filter
        .is_forecast
        .map(|is_forecast| looked_at(Column::Forecast.eq(is_forecast)));
    currency.into_iter().chain(forecast)
}

fn in_order(
    filter: &TransactionFilter,
    parts: Vec<Expr>,
    everywhere: Vec<Expr>,
    within: Option<(i64, i64)>,
) -> Walk<Column> {
    let millis = |(from, to): (DateTime<Utc>, DateTime<Utc>)| {
        (from.timestamp_millis(), to.timestamp_millis())
    };
    let bounds = filter.at.map(millis).into_iter().chain(within);
    // Lines by which no event is listed have no instant; any bound leaves them out.
    let (from, to) = bounds.fold((i64::MIN, i64::MAX), |(from, to), (later, earlier)| {
        (Ord::max(from, later), Ord::min(to, earlier))
    });
    let within: (Value, Value) = (from.into(), to.into());
    Walk {
        first: None,
        order: Column::ListedAt,
        key: Column::Id,
        parts,
        everywhere,
        within: Some(within),
    }
}

/// The days from one to another, both included, if they make few enough parts.
fn few_days(from: KstDate, to: KstDate, parts_of_day: usize) -> Option<Vec<KstDate>> {
    let most = MOST_PARTS_OF_DAYS / parts_of_day.max(1);
    let mut days = Vec::new();
    let mut day = from;
    while day <= to {
        if days.len() == most {
            return None;
        }
        days.push(day);
        if day.next() == day {
            break;
        }
        day = day.next();
    }
    Some(days)
}

fn named_or_all<'a>(named: Option<&'a [String]>, all: &[&'a str]) -> Vec<&'a str> {
    named.map_or_else(
        || all.to_vec(),
        |named| named.iter().map(String::as_str).collect(),
    )
}
