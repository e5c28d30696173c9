//! Periods whose books were closed: what stands in the way of closing one, and what has changed since.

use crate::{BookedSums, KstDate, Money, MoneyError};

/// The most days of one period: a year, and the days of a month more.
pub const MOST_PERIOD_DAYS: u32 = 400;

/// An amount that a period was closed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodFigure {
    /// Received.
    Paid,
    /// Given back.
    EffectiveRefund,
    /// Cancelled without money moving.
    Voided,
    /// Received and not given back.
    Net,
    /// Settled for the period's events, before fees.
    Settled,
    /// The fees of that.
    Fee,
    /// The fees without their VAT, as far as rows tell it.
    SupplyAmount,
    /// The VAT of the fees, as far as rows tell it.
    Vat,
    /// Paid out.
    PayOut,
    /// Still owed.
    Unsettled,
}

impl PeriodFigure {
    /// Every figure, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::Paid,
        Self::EffectiveRefund,
        Self::Voided,
        Self::Net,
        Self::Settled,
        Self::Fee,
        Self::SupplyAmount,
        Self::Vat,
        Self::PayOut,
        Self::Unsettled,
    ];

    /// Its name, which is that of the field in a summary of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paidAmount",
            Self::EffectiveRefund => "effectiveRefund",
            Self::Voided => "voidedAmount",
            Self::Net => "netAmount",
            Self::Settled => "settledAmount",
            Self::Fee => "fee",
            Self::SupplyAmount => "supplyAmount",
            Self::Vat => "vat",
            Self::PayOut => "payOutAmount",
            Self::Unsettled => "unsettledAmount",
        }
    }

    /// What it is in these sums.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn of(self, sums: &BookedSums) -> Result<Money, MoneyError> {
        Ok(match self {
            Self::Paid => sums.paid,
            Self::EffectiveRefund => sums.effective_refund,
            Self::Voided => sums.voided,
            Self::Net => sums.net()?,
            Self::Settled => sums.settled,
            Self::Fee => sums.fee,
            Self::SupplyAmount => sums.supply_amount,
            Self::Vat => sums.vat,
            Self::PayOut => sums.pay_out,
            Self::Unsettled => sums.unsettled()?,
        })
    }
}

/// A figure that is not what it was when the period was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureChange {
    /// Which one.
    pub figure: PeriodFigure,
    /// As the period was closed.
    pub closed: Money,
    /// As it would be now.
    pub now: Money,
}

/// The figures that have changed, in the order of [`PeriodFigure::ALL`]; both sums are of one currency.
///
/// # Errors
/// When a figure does not fit.
pub fn figure_changes(
    closed: &BookedSums,
    now: &BookedSums,
) -> Result<Vec<FigureChange>, MoneyError> {
    let mut changes = Vec::new();
    for figure in PeriodFigure::ALL {
        let (closed, now) = (figure.of(closed)?, figure.of(now)?);
        if closed != now {
            changes.push(FigureChange {
                figure,
                closed,
                now,
            });
        }
    }
    Ok(changes)
}

/// Why the days of a period cannot be closed, whatever has been read of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodFault {
    /// It ends before it begins.
    Reversed,
    /// It has more than [`MOST_PERIOD_DAYS`] days.
    TooLong,
    /// Its last day has not ended in Seoul.
    NotOver,
}

/// Looks at the days of a period, both included; `today` is the day in Seoul.
///
/// # Errors
/// What is wrong with them.
pub fn check_period(from: KstDate, to: KstDate, today: KstDate) -> Result<(), PeriodFault> {
    if from > to {
        return Err(PeriodFault::Reversed);
    }
    if to >= today {
        return Err(PeriodFault::NotOver);
    }
    if to > from.plus_days(MOST_PERIOD_DAYS - 1) {
        return Err(PeriodFault::TooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn won(minor: i64) -> Money {
        Money::from_minor(minor, Currency::KRW)
    }

    fn closed() -> BookedSums {
        BookedSums {
            paid: won(10_000),
            effective_refund: won(3_000),
            settled: won(7_000),
            fee: won(231),
            pay_out: won(6_769),
            ..BookedSums::zero(Currency::KRW)
        }
    }

    fn figures(now: &BookedSums) -> Vec<(&'static str, i64)> {
        let changes = figure_changes(&closed(), now).unwrap();
        let told = changes.iter().map(|change| {
            let difference = change.now.minus(change.closed).unwrap();
            (change.figure.as_str(), difference.minor())
        });
        told.collect()
    }

    #[test]
    fn what_stayed_the_same_is_no_change() {
        assert_eq!(figures(&closed()), []);
        let more_rows = BookedSums {
            rows: 9,
            ..closed()
        };
        assert_eq!(figures(&more_rows), []);
    }

    #[test]
    fn a_refund_dated_into_it_changes_every_figure_that_follows_from_it() {
        let now = BookedSums {
            effective_refund: won(4_000),
            ..closed()
        };
        assert_eq!(
            figures(&now),
            [
                ("effectiveRefund", 1_000),
                ("netAmount", -1_000),
                ("unsettledAmount", -1_000)
            ]
        );
    }

    #[test]
    fn a_restated_fee_changes_the_fee_and_what_was_paid_out() {
        let now = BookedSums {
            fee: won(331),
            pay_out: won(6_669),
            ..closed()
        };
        assert_eq!(figures(&now), [("fee", 100), ("payOutAmount", -100)]);
    }

    #[test]
    fn a_period_is_over_when_its_last_day_is() {
        let day = |text| KstDate::parse(text).unwrap();
        let check = |from, to, today| check_period(day(from), day(to), day(today));
        assert_eq!(check("2026-03-01", "2026-03-31", "2026-04-01"), Ok(()));
        assert_eq!(
            check("2026-03-01", "2026-03-31", "2026-03-31"),
            Err(PeriodFault::NotOver)
        );
        assert_eq!(check("2026-03-31", "2026-03-31", "2026-04-01"), Ok(()));
        assert_eq!(
            check("2026-03-31", "2026-03-30", "2026-04-01"),
            Err(PeriodFault::Reversed)
        );
        let (first, last) = (day("2025-01-01"), day("2025-01-01").plus_days(399));
        let today = day("2027-01-01");
        assert_eq!(check_period(first, last, today), Ok(()));
        assert_eq!(
            check_period(first, last.next(), today),
            Err(PeriodFault::TooLong)
        );
    }
}
