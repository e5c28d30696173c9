//! The limits of a process for cancels, as JSON: what stands in `running_limits`, in `database_facts` and in the audit log.

use chrono::TimeDelta;
use reconciliation::{CancelPolicy, Ceilings, Money};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Row;
use crate::store::StoreError;

/// Every limit under the name of its setting. What newer versions add is not read.
#[derive(Deserialize, Serialize)]
struct Limits {
    #[serde(rename = "CANCEL_LIMIT_PER_REQUEST")]
    per_request: Vec<String>,
    #[serde(rename = "CANCEL_LIMIT_PER_DAY")]
    per_day: Vec<String>,
    #[serde(rename = "CANCEL_APPROVAL_ABOVE")]
    approval_above: Vec<String>,
    #[serde(rename = "CANCEL_APPROVAL_HOURS")]
    approval_hours: i64,
    #[serde(rename = "CANCEL_REASON_MARK")]
    marks_reasons: bool,
}

/// The limits as JSON; equal limits give equal JSON.
pub(in crate::store) fn limits_json(policy: &CancelPolicy) -> Value {
    let amounts = |ceilings: &Ceilings| -> Vec<String> {
        ceilings.all().map(|all| all.to_string()).collect()
    };
    let limits = Limits {
        per_request: amounts(&policy.per_request),
        per_day: amounts(&policy.per_day),
        approval_above: amounts(&policy.approval_above),
        approval_hours: policy.approval_lives.num_hours(),
        marks_reasons: policy.marks_reasons,
    };
    serde_json::json!(limits)
}

/// The limits that a row of `running_limits` holds.
pub(in crate::store) fn running_limits(
    process: &str,
    text: &str,
) -> Result<CancelPolicy, StoreError> {
    let row = Row {
        table: "running_limits",
        key: process,
    };
    let limits: Limits = row.read("limits", serde_json::from_str(text))?;
    let ceilings = |amounts: &[String]| {
        let read = amounts.iter().map(|text| money(text));
        let read: Option<Ceilings> = read.collect();
        read.ok_or_else(|| row.inconsistent("limits"))
    };
    let lives = TimeDelta::try_hours(limits.approval_hours);
    Ok(CancelPolicy {
        per_request: ceilings(&limits.per_request)?,
        per_day: ceilings(&limits.per_day)?,
        approval_above: ceilings(&limits.approval_above)?,
        approval_lives: lives.ok_or_else(|| row.inconsistent("limits"))?,
        marks_reasons: limits.marks_reasons,
    })
}

fn money(text: &str) -> Option<Money> {
    let (amount, currency) = text.split_once(' ')?;
    Money::parse(amount, currency.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use reconciliation::Currency;

    use super::*;

    #[test]
    fn limits_come_back_as_they_were_and_what_cannot_be_read_is_told() {
        let ceilings = |amounts: &[(i64, Currency)]| {
            let amounts = amounts.iter().copied();
            amounts
                .map(|(minor, currency)| Money::from_minor(minor, currency))
                .collect()
        };
        let policies = [
            CancelPolicy::default(),
            CancelPolicy {
                per_request: ceilings(&[(1_000_000, Currency::KRW), (50_050, Currency::USD)]),
                per_day: ceilings(&[(0, Currency::KRW)]),
                approval_above: ceilings(&[(7, Currency::JPY)]),
                approval_lives: TimeDelta::hours(744),
                marks_reasons: true,
            },
        ];
        for policy in policies {
            let text = limits_json(&policy).to_string();
            assert_eq!(running_limits("p", &text), Ok(policy), "{text}");
        }
        let whole = limits_json(&CancelPolicy::default()).to_string();
        let newer = whole.replacen('{', r#"{"CANCEL_LIMIT_PER_MOON":1,"#, 1);
        assert!(running_limits("p", &newer).is_ok());
        for spoilt in [
            "",
            "{}",
            &whole.replacen("[]", r#"["5"]"#, 1),
            &whole.replacen("[]", r#"["5 XQX"]"#, 1),
            &whole.replacen("24", "9223372036854775807", 1),
        ] {
            let told = running_limits("p", spoilt).unwrap_err();
            assert_eq!(
                told,
                StoreError::inconsistent("running_limits", "limits", "p"),
                "{spoilt}"
            );
        }
    }
}
