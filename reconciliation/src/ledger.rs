//! The books of one payment laid out for the checks: each event with its settlement rows and what it is due, and the
//! rows that no event claims. Nothing here depends on the order or the repetition of what the books hold.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use crate::{
    Books, Contract, Effect, Event, KstDate, ListedSettlement, MatchStrength, PaymentKey,
    PaymentStatus, RowWait, Settlement, Terms, TransactionKey, late_from, match_settlement,
    row_wait,
};

/// The books of one payment as the checks see them.
pub(crate) struct Ledger<'a> {
    pub(crate) books: &'a Books,
    pub(crate) terms: &'a Terms,
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) payment_key: Option<&'a PaymentKey>,
    /// One per event, also of those that only the payment shows, in the order of the walk.
    pub(crate) lines: Vec<Line<'a>>,
    /// Rows that fit several events equally well.
    pub(crate) groups: Vec<Group<'a>>,
    /// Rows that fit no event, in a fixed order.
    pub(crate) strays: Vec<&'a ListedSettlement>,
    /// Whether events moved money of which Toss has no settlements to give, as under a test key.
    pub(crate) lacks_settlements: bool,
}

/// An event with what is known of its settlement.
pub(crate) struct Line<'a> {
    pub(crate) event: &'a Event,
    pub(crate) contract: Contract,
    /// The last sold date that the contract allows: the only one, unless the cycle is unknown.
    pub(crate) sold: KstDate,
    /// Its rows, the one that fits best first: one, unless Toss settles it in parts or lists it several times.
    pub(crate) rows: Vec<&'a ListedSettlement>,
    /// Whether it moves money that Toss settles.
    pub(crate) due: bool,
    /// Whether it is one of the events of a group.
    pub(crate) grouped: bool,
}

/// Rows that fit several events equally well, with those events.
pub(crate) struct Group<'a> {
    /// In the order of the keys.
    pub(crate) candidates: Vec<TransactionKey>,
    pub(crate) rows: Vec<&'a ListedSettlement>,
}

impl Line<'_> {
    pub(crate) fn key(&self) -> &TransactionKey {
        &self.event.transaction.transaction_key
    }

    /// Whether it still lacks a row that it is due. The lines of a group are counted together, elsewhere.
    pub(crate) fn lacks_row(&self) -> bool {
        self.due && self.rows.is_empty() && !self.grouped
    }

    pub(crate) fn has_unknown_status(&self) -> bool {
        matches!(self.event.transaction.status, PaymentStatus::Other(_))
    }
}

impl<'a> Ledger<'a> {
    pub(crate) fn of(books: &'a Books, terms: &'a Terms, as_of: DateTime<Utc>) -> Self {
        let events = books.history.known_events();
        let mut lines: Vec<Line<'a>> = events.iter().map(|event| line(event, terms)).collect();
        let payment_key = payment_key(books);
        let settlements = if has_settlements(books, &lines) {
            rows_of(books, payment_key)
        } else {
            Vec::new()
        };
        let (groups, strays) = claim(&mut lines, settlements, events);
        mark_what_is_due(&mut lines);
        let is_unavailable = books.coverage.settlements_unavailable();
        let lacks_settlements = is_unavailable && lines.iter().any(|line| line.due);
        for line in &mut lines {
            line.due &= !is_unavailable && !line.contract.is_never_settled;
        }
        for line in &mut lines {
            line.grouped = line.rows.is_empty()
                && groups
                    .iter()
                    .any(|group| group.candidates.contains(line.key()));
        }
        Self {
            books,
            terms,
            as_of,
            payment_key,
            lines,
            groups,
            strays,
            lacks_settlements,
        }
    }

    /// Whether Toss settles the event of a line at all.
    pub(crate) fn is_settled(&self, line: &Line<'_>) -> bool {
        !self.books.coverage.settlements_unavailable() && !line.contract.is_never_settled
    }

    /// Whether settlement rows count: not under a test key, where they are samples, nor where every event is of a method
    /// that Toss never settles.
    pub(crate) fn has_settlements(&self) -> bool {
        has_settlements(self.books, &self.lines)
    }

    /// How the wait for a line's row stands.
    pub(crate) fn wait(&self, line: &Line<'_>) -> RowWait {
        row_wait(line.sold, &self.terms.calendar, self.as_of)
    }

    /// Since when a line's row is late, once it is.
    pub(crate) fn late_since(&self, line: &Line<'_>) -> Option<DateTime<Utc>> {
        late_from(line.sold, &self.terms.calendar).filter(|late| *late <= self.as_of)
    }

    /// The events that are due a row and have neither one of their own nor one in common with others.
    pub(crate) fn unsettled_lines(&self) -> impl Iterator<Item = &Line<'a>> {
        self.lines
            .iter()
            .filter(|line| line.due && line.rows.is_empty() && self.rows_of_group(line).is_none())
    }

    /// The events of a group that have no row of their own.
    pub(crate) fn open_lines(&self, group: &Group<'_>) -> impl Iterator<Item = &Line<'a>> {
        self.lines
            .iter()
            .filter(|line| line.rows.is_empty() && group.candidates.contains(line.key()))
    }

    /// The rows of a line's group, if there are enough of them for every event that has none of its own.
    pub(crate) fn rows_of_group(&self, line: &Line<'_>) -> Option<&[&'a ListedSettlement]> {
        let group = self
            .groups
            .iter()
            .find(|group| line.grouped && group.candidates.contains(line.key()))?;
        (group.rows.len() >= self.open_lines(group).count()).then_some(&group.rows)
    }
}

fn line<'a>(event: &'a Event, terms: &Terms) -> Line<'a> {
    let row = &event.transaction;
    let contract = terms.contracts.of(&row.mid, row.method().as_ref());
    Line {
        event,
        contract,
        sold: contract.latest_sold_date(row.transaction_at),
        rows: Vec::new(),
        due: false,
        grouped: false,
    }
}

fn has_settlements(books: &Books, lines: &[Line<'_>]) -> bool {
    let all_never_settled =
        !lines.is_empty() && lines.iter().all(|line| line.contract.is_never_settled);
    !books.coverage.settlements_unavailable() && !all_never_settled
}

fn payment_key(books: &Books) -> Option<&PaymentKey> {
    let of_payment = books.payment.as_ref().map(|read| &read.payment.payment_key);
    let of_history = books
        .history
        .known_events()
        .first()
        .map(|event| &event.transaction.payment_key);
    let of_rows = || {
        let keys = books.settlements.iter();
        keys.filter_map(|row| row.settlement.payment_key.as_ref())
            .min()
    };
    of_payment.or(of_history).or_else(of_rows)
}

/// The rows of this payment in a fixed order, each once.
fn rows_of<'a>(books: &'a Books, payment_key: Option<&PaymentKey>) -> Vec<&'a ListedSettlement> {
    let names_an_event = |row: &Settlement| {
        row.transaction_key.as_ref().is_some_and(|key| {
            let mut events = books.history.known_events().iter();
            events.any(|event| event.transaction.transaction_key == *key)
        })
    };
    let mut rows: Vec<&ListedSettlement> = books
        .settlements
        .iter()
        .filter(|row| {
            let named = row.settlement.payment_key.as_ref();
            named.is_none() || named == payment_key || names_an_event(&row.settlement)
        })
        .collect();
    rows.sort_by(|a, b| {
        let by_content = fixed_order(&a.settlement, &b.settlement);
        by_content
            .then(a.place.cmp(&b.place))
            .then(b.read_at.cmp(&a.read_at))
    });
    rows.dedup_by(|a, b| a.place == b.place && a.settlement == b.settlement);
    rows
}

/// An order of rows that depends on their content alone.
pub(crate) fn fixed_order(a: &Settlement, b: &Settlement) -> Ordering {
    let key = |row: &Settlement| {
        (
            row.sold_date,
            row.paid_out_date,
            row.kind,
            row.amount.currency(),
            row.amount.minor(),
            row.pay_out_amount.minor(),
        )
    };
    let names = |row: &Settlement| (row.transaction_key.clone(), row.order_id.clone());
    key(a)
        .cmp(&key(b))
        .then_with(|| names(a).cmp(&names(b)))
        .then_with(|| {
            if a == b {
                Ordering::Equal
            } else {
                // Whatever else may differ: rare, and only the order matters.
                format!("{a:?}").cmp(&format!("{b:?}"))
            }
        })
}

/// Gives every row to the event that it settles. What fits several events, or none, is left over.
fn claim<'a>(
    lines: &mut [Line<'a>],
    rows: Vec<&'a ListedSettlement>,
    events: &'a [Event],
) -> (Vec<Group<'a>>, Vec<&'a ListedSettlement>) {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut strays = Vec::new();
    for row in rows {
        let found = match_settlement(&row.settlement, events);
        match (found.strength, found.candidates.first()) {
            (MatchStrength::Ambiguous, _) => {
                match groups
                    .iter_mut()
                    .find(|group| group.candidates == found.candidates)
                {
                    Some(group) => group.rows.push(row),
                    None => groups.push(Group {
                        candidates: found.candidates,
                        rows: vec![row],
                    }),
                }
            }
            (MatchStrength::Exact | MatchStrength::Weak, Some(key)) => {
                let of_merchant = |line: &&mut Line<'_>| {
                    line.event.transaction.mid == row.settlement.mid && line.key() == key
                };
                match lines.iter_mut().find(of_merchant) {
                    Some(line) => line.rows.push(row),
                    None => strays.push(row),
                }
            }
            _ => strays.push(row),
        }
    }
    for line in lines.iter_mut().filter(|line| line.rows.len() > 1) {
        strays.extend(send_away_rows_of_others(line));
        let expected = line.event.effective_amount;
        // The order within equals stays: it is fixed.
        line.rows
            .sort_by_key(|row| row.settlement.amount != expected);
    }
    strays.sort_by(|a, b| fixed_order(&a.settlement, &b.settlement).then(a.place.cmp(&b.place)));
    (groups, strays)
}

/// Rows that name another event than the one they fell back to, once a row names that event itself: they settle
/// something that has not been listed, not this event a second time.
fn send_away_rows_of_others<'a>(line: &mut Line<'a>) -> Vec<&'a ListedSettlement> {
    let own = &line.event.transaction.transaction_key;
    let named = |row: &ListedSettlement| row.settlement.transaction_key.as_ref() == Some(own);
    if !line.rows.iter().any(|row| named(row)) {
        return Vec::new();
    }
    let (others, kept) = line
        .rows
        .iter()
        .partition(|row| row.settlement.transaction_key.is_some() && !named(row));
    line.rows = kept;
    others
}

/// Marks the events whose money Toss settles. A deposit that bounced whole, and its bounce, move nothing between them:
/// they are due rows for both or for neither, so the bounce is due one when the deposit has one.
fn mark_what_is_due(lines: &mut [Line<'_>]) {
    let mut deposits: Vec<usize> = Vec::new();
    let mut refunded = false;
    for place in 0..lines.len() {
        let Some(line) = lines.get_mut(place) else {
            continue;
        };
        line.due = !line.event.effective_amount.is_zero();
        match line.event.effect {
            Effect::Paid => deposits.push(place),
            Effect::Refunded => refunded = true,
            Effect::PaymentReversed => {
                if !refunded {
                    let settled = settle_bounced(lines, &deposits);
                    if let Some(bounce) = lines.get_mut(place) {
                        bounce.due = settled;
                    }
                }
                deposits.clear();
                refunded = false;
            }
            Effect::None | Effect::Voided => {}
        }
    }
}

/// Deposits that bounced are not waited for. Says whether any has been settled all the same.
fn settle_bounced(lines: &mut [Line<'_>], deposits: &[usize]) -> bool {
    let mut settled = false;
    for place in deposits {
        if let Some(deposit) = lines.get_mut(*place) {
            deposit.due = !deposit.rows.is_empty();
            settled |= deposit.due;
        }
    }
    settled
}
