//! Closes a period.

use std::time::Duration;

use reconciliation::{DateBasis, KstDate, check_period};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::files::{Files, keep};
use super::{CloseAsked, CloseRefused, PeriodError, Periods};
use crate::report::{Asked, ClosedPeriod, Range, Written, unread_days};
use crate::store::{Closed, NewPeriod, PeriodId, PeriodSection, StoredPeriod};

/// How long verdicts that are due are waited for.
const CATCH_UP_TIME: Duration = Duration::from_secs(20);
/// How often it is tried while payments change meanwhile.
const ATTEMPTS: u32 = 3;

impl Periods {
    /// Closes a period: takes its figures by `EVENT`, and keeps its report in every format with them. It goes on when
    /// whoever asked has gone.
    ///
    /// # Errors
    /// [`PeriodError::Refused`] when it must not be closed; the others when something failed. Then nothing of it is left.
    pub async fn close(&self, asked: CloseAsked) -> Result<StoredPeriod, PeriodError> {
        let this = self.clone();
        // A report is written row by row, which holds a thread for as long as it takes.
        let closing = tokio::task::spawn_blocking(move || {
            Handle::current().block_on(async move { this.close_here(&asked).await })
        });
        closing
            .await
            .map_err(|error| PeriodError::File(std::io::Error::other(error)))?
    }

    async fn close_here(&self, asked: &CloseAsked) -> Result<StoredPeriod, PeriodError> {
        let today = KstDate::of(self.clock.now());
        check_period(asked.from, asked.to, today)
            .map_err(|fault| PeriodError::Refused(CloseRefused::Days(fault)))?;
        self.check_coverage(asked).await?;
        for _ in 0..ATTEMPTS {
            let caught_up = self.reconciler.catch_up_telling(CATCH_UP_TIME, |_| {});
            if caught_up.await?.is_behind || self.store.waits_for_books().await? {
                continue;
            }
            if let Some(closed) = self.try_close(asked).await? {
                return Ok(closed);
            }
        }
        Err(PeriodError::Refused(CloseRefused::Changing))
    }

    /// Whether every day of the period has been read completely, and every row of it could be.
    async fn check_coverage(&self, asked: &CloseAsked) -> Result<(), PeriodError> {
        let (now, days) = (self.clock.now(), (asked.from, asked.to));
        let mut lists = self.mirror.coverage().await?;
        lists.retain(|list| list.mid == asked.mid.as_str());
        if lists.is_empty() {
            return Err(PeriodError::Refused(CloseRefused::UnknownMerchant));
        }
        for list in lists.iter().filter(|list| list.unavailable.is_none()) {
            let unread = unread_days(list.source, &list.extent, days, now);
            if let Some(span) = unread.first() {
                return Err(PeriodError::Refused(CloseRefused::NotRead {
                    source: list.source,
                    days: *span,
                }));
            }
            let mut faults = list.faults.iter();
            if let Some(fault) = faults.find(|fault| (days.0..=days.1).contains(&fault.day)) {
                return Err(PeriodError::Refused(CloseRefused::Faulty {
                    source: list.source,
                    day: fault.day,
                }));
            }
        }
        Ok(())
    }

    /// `None` when payments changed while it was being closed; nothing is left then.
    async fn try_close(&self, asked: &CloseAsked) -> Result<Option<StoredPeriod>, PeriodError> {
        let new = NewPeriod {
            id: PeriodId::new(&Uuid::now_v7().to_string()),
            mid: asked.mid.clone(),
            from: asked.from,
            to: asked.to,
            by: asked.by.clone(),
            note: asked.note.clone(),
            at: self.clock.now(),
        };
        if let Err(other) = self.store.begin_closing(&new).await? {
            return Err(PeriodError::Refused(CloseRefused::Overlaps(other)));
        }
        let closed = self.keep_report(&new).await;
        if !matches!(closed, Ok(Some(_))) {
            self.store.abandon_closing(&new.id).await?;
        }
        closed
    }

    async fn keep_report(&self, new: &NewPeriod) -> Result<Option<StoredPeriod>, PeriodError> {
        let files = Files::new()?;
        let written = self
            .reporter
            .write_every_format(&report_of(new), files.to_write()?)
            .await?;
        let Written {
            is_consistent,
            sections,
            ..
        } = written;
        if !is_consistent {
            return Ok(None);
        }
        keep(&self.store, &new.id, files).await?;
        let sections = sections.into_iter().map(|(section, sha256)| PeriodSection {
            section: section.to_owned(),
            sha256,
        });
        let sections: Vec<PeriodSection> = sections.collect();
        let now = self.clock.now();
        match self.store.end_closing(&new.id, &sections, now).await? {
            Closed::Yes => Ok(self.store.period(&new.id).await?),
            Closed::Changed | Closed::Gone => Ok(None),
        }
    }
}

/// The report that a period is closed with.
fn report_of(new: &NewPeriod) -> Asked {
    Asked {
        range: Range {
            from: new.from,
            to: new.to,
        },
        mids: Some(vec![new.mid.clone()]),
        basis: DateBasis::Event,
        period: Some(ClosedPeriod {
            id: new.id.to_string(),
            mid: new.mid.clone(),
            from: new.from,
            to: new.to,
            closed_at: new.at,
            closed_by: new.by.clone(),
            note: new.note.clone(),
        }),
    }
}
