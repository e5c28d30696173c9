//! What disagrees about the payments of a report's range, newest first, with the numbers that show it.

use reconciliation::{Language, Money, PaymentKey, TransactionKey};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::listing::each_page;
use super::section::{Column, Section};
use super::{Asked, Rows};
use crate::store::{DeskAction, DeskRecord, DiscrepancyFilter, Store, StoredDiscrepancy};

pub(super) const SECTION: Section = Section {
    field: "discrepancies",
    file: "discrepancies.csv",
    sheet: "불일치 Discrepancies",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("class", "유형 코드", "Class", 24),
        Column::new("type", "유형", "Type (Korean)", 24),
        Column::new("severity", "심각도", "Severity", 10),
        Column::new("state", "상태", "State", 14),
        Column::new("assignee", "담당자", "Assignee", 16),
        Column::new("note", "메모", "Note", 40),
        Column::new("paymentKey", "결제 키", "Payment key", 34),
        Column::new("transactionKey", "거래 키", "Transaction key", 34),
        Column::new("beganAt", "최초 거래 시각 (KST)", "Began (KST)", 20),
        Column::new("explanation", "설명 (영어)", "Explanation", 80),
        Column::new("explanationKo", "설명", "Explanation (Korean)", 80),
        Column::money("expected", "예상 금액", "Expected"),
        Column::currency_of("expectedCurrency", "예상 통화", "Expected currency"),
        Column::money("observed", "실제 금액", "Observed"),
        Column::currency_of("observedCurrency", "실제 통화", "Observed currency"),
        Column::money("delta", "차이", "Delta"),
        Column::currency_of("deltaCurrency", "차이 통화", "Delta currency"),
        Column::new("detectedAt", "최초 발견 시각 (KST)", "Detected (KST)", 20),
        Column::new("id", "식별자", "Id", 34),
    ],
};

/// Writes the section page by page.
pub(super) async fn write(
    book: &mut Book,
    store: &Store,
    asked: &Asked,
    rows: &Rows<'_>,
) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    let filter = DiscrepancyFilter {
        mids: asked.mids.clone(),
        began: Some(asked.range.instants()),
        ..DiscrepancyFilter::default()
    };
    let read = async |request| store.list_discrepancies(&filter, &request).await;
    let write = async |page: &[(_, StoredDiscrepancy)]| {
        let ids = page.iter().map(|(_, found)| found.record.id.clone());
        let desk = store.desk_of(&ids.collect::<Vec<_>>()).await?;
        page.iter().try_for_each(|(_, found)| {
            let note = desk.get(&found.record.id).and_then(last_note);
            sheet.row(&row(found, note))
        })
    };
    each_page(rows, read, write).await?;
    sheet.close()
}

/// What a person last wrote down.
fn last_note(desk: &DeskRecord) -> Option<&str> {
    let mut steps = desk.steps.iter().rev();
    let is_words = |action| !matches!(action, DeskAction::Assigned | DeskAction::Unassigned);
    steps.find_map(|step| step.words.as_deref().filter(|_| is_words(step.action)))
}

fn row(found: &StoredDiscrepancy, note: Option<&str>) -> [Cell; 20] {
    let record = &found.record;
    let amount = |money: Option<Money>| Cell::of(money, Cell::Money);
    let currency =
        |money: Option<Money>| Cell::of(money, |money| Cell::text(money.currency().code()));
    [
        Cell::text(record.mid.as_str()),
        Cell::text(record.class.as_str()),
        Cell::text(record.class.name(Language::Korean)),
        Cell::text(record.class.severity().as_str()),
        Cell::text(found.at_desk.state.as_str()),
        Cell::of(found.at_desk.assignee.as_deref(), Cell::text),
        Cell::of(note, Cell::text),
        Cell::of(
            record.payment_key.as_ref().map(PaymentKey::as_str),
            Cell::text,
        ),
        Cell::of(
            record.transaction_key.as_ref().map(TransactionKey::as_str),
            Cell::text,
        ),
        Cell::Instant(record.began_at),
        Cell::text(&record.explanation),
        Cell::of(record.explanation_ko.as_deref(), Cell::text),
        amount(record.expected),
        currency(record.expected),
        amount(record.observed),
        currency(record.observed),
        amount(record.delta),
        currency(record.delta),
        Cell::Instant(found.detected_at),
        Cell::text(record.id.as_str()),
    ]
}
