//! Reading a list to its end page by page, so that a month of a large shop is never held at once.

use super::Rows;
use super::error::ReportError;
use crate::store::{Page, PageRequest, StoreError, Toward};

/// Rows of a list that are read, and held, at once.
pub(super) const PAGE_ROWS: u64 = 500;

/// Asks for page after page, newest first, passes each on, and counts its rows.
pub(super) async fn each_page<P, T>(
    rows: &Rows<'_>,
    read: impl AsyncFn(PageRequest<P>) -> Result<Page<(P, T)>, StoreError>,
    mut write: impl AsyncFnMut(&[(P, T)]) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let mut past = None;
    loop {
        let request = PageRequest {
            rows: PAGE_ROWS,
            past,
            toward: Toward::Older,
        };
        let page = read(request).await?;
        write(&page.rows).await?;
        rows.add(page.rows.len());
        past = page.rows.into_iter().next_back().map(|(place, _)| place);
        if !page.has_more || past.is_none() {
            return Ok(());
        }
    }
}
