//! The desk: when an acknowledgement holds, who is told that somebody was first, and how old a discrepancy is.

use chrono::TimeDelta;
use reconciliation::{
    Acknowledgement, DeskRefusal, DeskStanding, DeskState, DeskStep, DiscrepancyClass, Language,
    RetryAdvice, Severity, age_in_business_days, check_step, desk_state,
};

use crate::made::second;
use crate::made_books::{calendar, day};

fn known(evidence: Option<&str>, until: Option<&str>) -> Acknowledgement {
    Acknowledgement {
        evidence: evidence.map(ToOwned::to_owned),
        until: until.map(day),
    }
}

#[test]
fn an_acknowledgement_holds_while_the_evidence_is_the_same_and_its_day_has_not_come() {
    let today = day("2026-03-10");
    for (acknowledged, evidence, state) in [
        (None, Some("a"), DeskState::Open),
        (
            Some(known(Some("a"), None)),
            Some("a"),
            DeskState::Acknowledged,
        ),
        (Some(known(Some("a"), None)), Some("b"), DeskState::Open),
        (Some(known(None, None)), Some("a"), DeskState::Open),
        (
            Some(known(Some("a"), Some("2026-03-11"))),
            Some("a"),
            DeskState::Acknowledged,
        ),
        (
            Some(known(Some("a"), Some("2026-03-10"))),
            Some("a"),
            DeskState::Open,
        ),
        (Some(known(Some("a"), None)), None, DeskState::Resolved),
        (None, None, DeskState::Resolved),
    ] {
        let found = desk_state(acknowledged.as_ref(), evidence, today);
        assert_eq!(found, state, "{acknowledged:?} {evidence:?}");
    }
}

fn standing(state: DeskState, assignee: Option<&str>) -> DeskStanding {
    DeskStanding {
        state,
        assignee: assignee.map(ToOwned::to_owned),
        changed_at: Some(second(0)),
    }
}

#[test]
fn whoever_comes_second_is_told_unless_they_saw_what_the_first_did() {
    let today = day("2026-03-10");
    let acknowledge = || DeskStep::Acknowledge { until: None };
    let to = |who: &str| DeskStep::Assign {
        assignee: Some(who.to_owned()),
    };
    let nobody = || DeskStep::Assign { assignee: None };
    let (open, known, gone) = (
        DeskState::Open,
        DeskState::Acknowledged,
        DeskState::Resolved,
    );
    let saw = Some(second(0));
    for (step, state, has, seen, expected) in [
        (acknowledge(), open, None, None, Ok(())),
        (
            acknowledge(),
            known,
            None,
            None,
            Err(DeskRefusal::AlreadyAcknowledged),
        ),
        (acknowledge(), known, None, saw, Ok(())),
        (acknowledge(), gone, None, None, Err(DeskRefusal::Resolved)),
        (to("kim"), open, None, None, Ok(())),
        (to("kim"), open, Some("kim"), None, Ok(())),
        (
            to("kim"),
            open,
            Some("lee"),
            None,
            Err(DeskRefusal::AlreadyAssigned),
        ),
        (to("kim"), known, Some("lee"), saw, Ok(())),
        (nobody(), open, Some("lee"), None, Ok(())),
        (to("kim"), gone, None, None, Err(DeskRefusal::Resolved)),
        (DeskStep::Reopen, known, None, None, Ok(())),
        (
            DeskStep::Reopen,
            open,
            None,
            None,
            Err(DeskRefusal::NotAcknowledged),
        ),
        (DeskStep::Note, gone, None, None, Ok(())),
    ] {
        let found = check_step(&step, &standing(state, has), seen, today);
        assert_eq!(found, expected, "{step:?} {state:?} {has:?} {seen:?}");
    }
    let before = Some(second(0) - TimeDelta::milliseconds(1));
    for step in [
        acknowledge(),
        to("kim"),
        nobody(),
        DeskStep::Note,
        DeskStep::Reopen,
    ] {
        let late = check_step(&step, &standing(open, None), before, today);
        assert_eq!(late, Err(DeskRefusal::ChangedSince), "{step:?}");
    }
}

#[test]
fn it_comes_back_on_a_day_that_is_still_to_come() {
    let until = |text| DeskStep::Acknowledge {
        until: Some(day(text)),
    };
    let open = standing(DeskState::Open, None);
    let today = day("2026-03-10");
    let checked = |text| check_step(&until(text), &open, None, today);
    assert_eq!(checked("2026-03-11"), Ok(()));
    assert_eq!(checked("2026-03-10"), Err(DeskRefusal::DayHasCome));
    assert_eq!(checked("2026-03-09"), Err(DeskRefusal::DayHasCome));
}

#[test]
fn the_age_counts_business_days_and_weekdays_where_no_holidays_are_known() {
    for (found, until, age) in [
        ("2026-03-06", "2026-03-06", 0),
        ("2026-03-06", "2026-03-08", 0),
        ("2026-03-06", "2026-03-09", 1),
        // Children's Day.
        ("2026-05-04", "2026-05-06", 1),
        ("2026-03-09", "2026-03-06", 0),
        ("2090-01-02", "2090-01-16", 10),
        ("2090-01-06", "2090-01-09", 1),
    ] {
        let counted = age_in_business_days(calendar(), day(found), day(until));
        assert_eq!(counted, age, "{found} {until}");
    }
}

#[test]
fn no_code_lacks_its_words_in_either_language() {
    let mut words: Vec<(&str, &str)> = Vec::new();
    let in_both =
        |told: &dyn Fn(Language) -> &'static str| (told(Language::Korean), told(Language::English));
    for class in DiscrepancyClass::ALL {
        words.push(in_both(&|language| class.name(language)));
    }
    for severity in Severity::ALL {
        words.push(in_both(&|language| severity.name(language)));
    }
    for state in DeskState::ALL {
        assert_eq!(DeskState::parse(state.as_str()), Some(state));
        words.push(in_both(&|language| state.name(language)));
    }
    for advice in RetryAdvice::ALL {
        words.push(in_both(&|language| advice.sentence(language)));
    }
    let is_hangul = |c: char| ('가'..='힣').contains(&c);
    for (korean, english) in &words {
        assert!(korean.contains(is_hangul), "{korean}");
        assert!(
            !english.is_empty() && !english.contains(is_hangul),
            "{english}"
        );
    }
    let classes = DiscrepancyClass::ALL.len();
    let mut names: Vec<&str> = words[..classes].iter().map(|(korean, _)| *korean).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), classes, "two classes have one name");
}
