//! What the settings say that verdicts depend on. Whoever settles on terms stores it, so that a process with other
//! settings answers by the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use reconciliation::{
    BusinessCalendar, KstDate, PartialCancelRows, PaymentMethod, SettlementCycle,
};
use serde::{Deserialize, Serialize};

use crate::merchants::Merchants;
use crate::store::AccountName;

/// The settings that verdicts depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VerdictSettings {
    pub(super) calendar: BusinessCalendar,
    pub(super) partial_cancel_rows: PartialCancelRows,
    /// What is said of each merchant's key.
    pub(super) accounts: BTreeMap<AccountName, AccountSettings>,
}

/// What the settings say of one merchant's key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AccountSettings {
    pub(super) cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date.
    pub(super) payout_business_days: Option<u32>,
    /// Methods that Toss never settles.
    pub(super) unsettled_methods: BTreeSet<PaymentMethod>,
    /// Whether Toss settles nothing under it.
    pub(super) has_test_key: bool,
}

impl VerdictSettings {
    pub(super) fn new(
        merchants: &Merchants,
        calendar: BusinessCalendar,
        partial_cancel_rows: PartialCancelRows,
    ) -> Self {
        let accounts = merchants.all().iter().map(|merchant| {
            let settings = AccountSettings {
                cycle: merchant.settlement_cycle,
                payout_business_days: merchant.payout_business_days,
                unsettled_methods: merchant.unsettled_methods.iter().cloned().collect(),
                has_test_key: merchant.has_test_key,
            };
            (merchant.account.clone(), settings)
        });
        Self {
            accounts: accounts.collect(),
            calendar,
            partial_cancel_rows,
        }
    }

    /// What is said of one key; nothing of one that is not configured.
    pub(super) fn of(&self, account: &AccountName) -> AccountSettings {
        self.accounts.get(account).cloned().unwrap_or_default()
    }

    /// Whether Toss settles nothing under this key.
    pub(super) fn has_test_key(&self, account: &AccountName) -> bool {
        let settings = self.accounts.get(account);
        settings.is_some_and(|settings| settings.has_test_key)
    }

    /// As it is stored: JSON.
    pub(super) fn to_text(&self) -> String {
        let accounts = self.accounts.iter().map(|(account, settings)| {
            let methods = settings.unsettled_methods.iter();
            let text = AccountText {
                cycle: settings.cycle.map(CycleText::from),
                payout_business_days: settings.payout_business_days,
                unsettled_methods: methods.map(|method| method.name().to_owned()).collect(),
                has_test_key: settings.has_test_key,
            };
            (account.as_str().to_owned(), text)
        });
        let text = SettingsText {
            partial_cancel_rows: self.partial_cancel_rows.into(),
            business_days: BusinessDaysText::from(&self.calendar),
            accounts: accounts.collect(),
        };
        // Strings, numbers and lists of them always have a JSON text.
        serde_json::to_string(&text).unwrap_or_default()
    }

    /// Reads what was stored; `None` when another version wrote it in a way that this one does not know.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text: SettingsText = serde_json::from_str(text).ok()?;
        let accounts = text.accounts.into_iter().map(|(account, text)| {
            let methods = text.unsettled_methods.iter();
            let settings = AccountSettings {
                cycle: text.cycle.map(SettlementCycle::from),
                payout_business_days: text.payout_business_days,
                unsettled_methods: methods
                    .map(|label| PaymentMethod::from_label(label))
                    .collect(),
                has_test_key: text.has_test_key,
            };
            (AccountName::new(&account), settings)
        });
        Some(Self {
            accounts: accounts.collect(),
            calendar: text.business_days.calendar()?,
            partial_cancel_rows: text.partial_cancel_rows.into(),
        })
    }
}

/// Fields that a later version adds are not known here, and then nothing is read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsText {
    partial_cancel_rows: PartialCancelRowsText,
    business_days: BusinessDaysText,
    accounts: BTreeMap<String, AccountText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountText {
    cycle: Option<CycleText>,
    payout_business_days: Option<u32>,
    unsettled_methods: Vec<String>,
    has_test_key: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PartialCancelRowsText {
    CancelAmount,
    PaymentAmount,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CycleText {
    Daily,
    Weekly,
    Monthly,
}

/// The years, and in them the weekdays on which banks are closed and the weekends on which they are open.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BusinessDaysText {
    first_year: i32,
    last_year: i32,
    closed: Vec<String>,
    open: Vec<String>,
}

impl BusinessDaysText {
    fn calendar(&self) -> Option<BusinessCalendar> {
        let years = format!("# years\t{}\t{}\n", self.first_year, self.last_year);
        let without_holidays = BusinessCalendar::parse(&years).ok()?;
        let days = |texts: &[String]| -> Option<Vec<KstDate>> {
            let days = texts.iter().map(|text| KstDate::parse(text).ok());
            days.collect()
        };
        Some(without_holidays.with_overrides(&days(&self.closed)?, &days(&self.open)?))
    }
}

impl From<&BusinessCalendar> for BusinessDaysText {
    fn from(calendar: &BusinessCalendar) -> Self {
        let (first, last) = (calendar.first_day(), calendar.last_day());
        let (mut closed, mut open) = (Vec::new(), Vec::new());
        let mut day = first;
        while day <= last {
            let is_weekend = day.naive().weekday().num_days_from_monday() >= 5;
            match (is_weekend, calendar.is_business_day(day)) {
                (false, Some(false)) => closed.push(day.to_string()),
                (true, Some(true)) => open.push(day.to_string()),
                _ => {}
            }
            day = day.next();
        }
        Self {
            first_year: first.naive().year(),
            last_year: last.naive().year(),
            closed,
            open,
        }
    }
}

impl From<PartialCancelRows> for PartialCancelRowsText {
    fn from(rows: PartialCancelRows) -> Self {
        match rows {
            PartialCancelRows::CancelAmount => Self::CancelAmount,
            PartialCancelRows::PaymentAmount => Self::PaymentAmount,
        }
    }
}

impl From<PartialCancelRowsText> for PartialCancelRows {
    fn from(rows: PartialCancelRowsText) -> Self {
        match rows {
            PartialCancelRowsText::CancelAmount => Self::CancelAmount,
            PartialCancelRowsText::PaymentAmount => Self::PaymentAmount,
        }
    }
}

impl From<SettlementCycle> for CycleText {
    fn from(cycle: SettlementCycle) -> Self {
        match cycle {
            SettlementCycle::Daily => Self::Daily,
            SettlementCycle::Weekly => Self::Weekly,
            SettlementCycle::Monthly => Self::Monthly,
        }
    }
}

impl From<CycleText> for SettlementCycle {
    fn from(cycle: CycleText) -> Self {
        match cycle {
            CycleText::Daily => Self::Daily,
            CycleText::Weekly => Self::Weekly,
            CycleText::Monthly => Self::Monthly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> VerdictSettings {
        let day = |text| KstDate::parse(text).unwrap();
        let korean = BusinessCalendar::korean().unwrap();
        let closed = AccountSettings {
            cycle: Some(SettlementCycle::Weekly),
            payout_business_days: Some(5),
            unsettled_methods: [
                PaymentMethod::ForeignEasyPay,
                PaymentMethod::Other("새 결제".to_owned()),
            ]
            .into(),
            has_test_key: true,
        };
        VerdictSettings {
            calendar: korean.with_overrides(&[day("2026-03-16")], &[day("2026-03-14")]),
            partial_cancel_rows: PartialCancelRows::PaymentAmount,
            accounts: [
                (AccountName::new("shop"), closed),
                (AccountName::new("other"), AccountSettings::default()),
            ]
            .into(),
        }
    }

    #[test]
    fn settings_are_read_as_they_were_stored() {
        let stored = settings();
        let read = VerdictSettings::parse(&stored.to_text()).unwrap();
        assert_eq!(read.accounts, stored.accounts);
        assert_eq!(read.partial_cancel_rows, stored.partial_cancel_rows);
        let (first, last) = (stored.calendar.first_day(), stored.calendar.last_day());
        assert_eq!(
            (read.calendar.first_day(), read.calendar.last_day()),
            (first, last)
        );
        let mut day = first;
        while day <= last {
            let open = stored.calendar.is_business_day(day);
            assert_eq!(read.calendar.is_business_day(day), open, "{day}");
            day = day.next();
        }
    }

    #[test]
    fn what_a_later_version_adds_is_not_guessed() {
        let text = settings().to_text();
        let later = text.replacen('{', "{\"later\":1,", 1);
        assert_eq!(VerdictSettings::parse(&later), None);
        assert_eq!(VerdictSettings::parse("{}"), None);
    }
}
