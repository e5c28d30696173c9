//! The merchant's own rules for cancels.

use chrono::TimeDelta;
use reconciliation::{CancelPolicy, Ceilings, Currency, Money};

use super::layers::Layers;
use super::{Faults, SettingError, switch};

/// A month; a longer wait is a mistake in the unit.
const LONGEST_APPROVAL_HOURS: i64 = 24 * 31;

/// Reads the rules. What is wrong is noted and left out.
pub(super) fn read(layers: &Layers, faults: &mut Faults) -> CancelPolicy {
    let default = CancelPolicy::default();
    let mut limits = |name, text: &Option<String>| {
        let read = ceilings(name, text.as_deref());
        faults.take_or(read, Ceilings::default())
    };
    let per_request = limits("CANCEL_LIMIT_PER_REQUEST", &layers.cancel_limit_per_request);
    let per_day = limits("CANCEL_LIMIT_PER_DAY", &layers.cancel_limit_per_day);
    let approval_above = limits("CANCEL_APPROVAL_ABOVE", &layers.cancel_approval_above);
    let approval_lives = match layers.cancel_approval_hours.as_deref() {
        None => default.approval_lives,
        Some(text) => faults.take_or(hours(text), default.approval_lives),
    };
    let mark = layers.cancel_reason_mark.as_deref();
    let mark = switch("CANCEL_REASON_MARK", mark, default.marks_reasons);
    CancelPolicy {
        per_request,
        per_day,
        approval_above,
        approval_lives,
        marks_reasons: faults.take_or(mark, default.marks_reasons),
    }
}

/// Amounts with their currencies, a comma between: `1000000 KRW, 500.00 USD`.
fn ceilings(name: &str, text: Option<&str>) -> Result<Ceilings, SettingError> {
    let mut amounts: Vec<Money> = Vec::new();
    for part in text.into_iter().flat_map(|text| text.split(',')) {
        let amount = money(part).ok_or_else(|| {
            SettingError::new(format!(
                "{name} has {:?} for an amount: write amounts with their currencies and a comma between, such as \
                 1000000 KRW, 500.00 USD",
                part.trim()
            ))
        })?;
        if amounts
            .iter()
            .any(|earlier| earlier.currency() == amount.currency())
        {
            return Err(SettingError::new(format!(
                "{name} has two amounts in {}: give one for each currency",
                amount.currency()
            )));
        }
        amounts.push(amount);
    }
    Ok(amounts.into_iter().collect())
}

fn money(text: &str) -> Option<Money> {
    let mut words = text.split_whitespace();
    let (amount, code, rest) = (words.next()?, words.next()?, words.next());
    let currency: Currency = code.parse().ok()?;
    let money = Money::parse(amount, currency).ok()?;
    (rest.is_none() && money.minor() >= 0).then_some(money)
}

fn hours(text: &str) -> Result<TimeDelta, SettingError> {
    let hours: Option<i64> = text.trim().parse().ok();
    hours
        .filter(|hours| (1..=LONGEST_APPROVAL_HOURS).contains(hours))
        .and_then(TimeDelta::try_hours)
        .ok_or_else(|| {
            SettingError::new(format!(
                "CANCEL_APPROVAL_HOURS is {text:?}: set it to a whole number of hours from 1 to {LONGEST_APPROVAL_HOURS}"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(change: impl FnOnce(&mut Layers)) -> Result<CancelPolicy, String> {
        let mut layers = Layers::default();
        change(&mut layers);
        let mut faults = Faults::default();
        let policy = read(&layers, &mut faults);
        match faults.into_one() {
            Ok(()) => Ok(policy),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn nothing_is_limited_approved_or_marked_unless_it_is_set() {
        assert_eq!(read_with(|_| ()), Ok(CancelPolicy::default()));
    }

    #[test]
    fn each_currency_has_an_amount_of_its_own_in_its_own_unit() {
        let policy = read_with(|all| {
            all.cancel_limit_per_request = Some("1000000 KRW, 500.5 USD".to_owned());
            all.cancel_limit_per_day = Some("0 KRW".to_owned());
            all.cancel_approval_above = Some(" 7  JPY ".to_owned());
            all.cancel_approval_hours = Some("1".to_owned());
            all.cancel_reason_mark = Some("on".to_owned());
        })
        .unwrap();
        let limit = |currency| policy.per_request.of(currency).map(Money::minor);
        assert_eq!(
            [Currency::KRW, Currency::USD, Currency::JPY].map(limit),
            [Some(1_000_000), Some(50_050), None]
        );
        assert_eq!(
            policy.per_day.of(Currency::KRW),
            Some(Money::zero(Currency::KRW))
        );
        let above = policy.approval_above.of(Currency::JPY);
        assert_eq!(above.map(Money::minor), Some(7));
        assert_eq!(policy.approval_lives, TimeDelta::hours(1));
        assert!(policy.marks_reasons);
    }

    #[test]
    fn what_is_no_amount_no_hours_and_no_switch_is_refused_with_its_name() {
        for text in [
            "1000000",
            "KRW 5",
            "5 krw",
            "1.5 KRW",
            "-1 KRW",
            "5 KRW USD",
            "5 KRW,",
            "5 KRW; 6 USD",
        ] {
            let told = read_with(|all| all.cancel_limit_per_day = Some(text.to_owned()));
            let told = told.unwrap_err();
            assert!(told.contains("CANCEL_LIMIT_PER_DAY has "), "{text}: {told}");
        }
        let twice = read_with(|all| all.cancel_approval_above = Some("5 KRW, 6 KRW".to_owned()));
        assert!(twice.unwrap_err().contains("two amounts in KRW"));
        for text in ["0", "745", "1.5", "a day"] {
            let told = read_with(|all| all.cancel_approval_hours = Some(text.to_owned()));
            assert!(told.unwrap_err().contains("from 1 to 744"), "{text}");
        }
        let told = read_with(|all| all.cancel_reason_mark = Some("true".to_owned()));
        assert!(told.unwrap_err().contains("on or off"));
    }
}
