//! A section of a report: its names in every format, and its columns.

/// One table of a report.
#[derive(Debug)]
pub(super) struct Section {
    /// Its field in JSON, and its name in the manifest.
    pub(super) field: &'static str,
    /// Its CSV file.
    pub(super) file: &'static str,
    /// Its sheet in a workbook.
    pub(super) sheet: &'static str,
    /// What each row says.
    pub(super) columns: &'static [Column],
}

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    /// Its field in JSON, as in the GraphQL API where that has it.
    pub(super) field: &'static str,
    korean: &'static str,
    english: &'static str,
    /// Its width in a workbook, in characters.
    pub(super) width: u16,
    /// Whether its amounts are added up for the manifest.
    pub(super) is_summed: bool,
    /// Whether JSON has it. There an amount brings its currency with it.
    pub(super) in_json: bool,
}

impl Column {
    /// A column of every format.
    pub(super) const fn new(
        field: &'static str,
        korean: &'static str,
        english: &'static str,
        width: u16,
    ) -> Self {
        Self {
            field,
            korean,
            english,
            width,
            is_summed: true,
            in_json: true,
        }
    }

    /// A column of an amount.
    pub(super) const fn money(
        field: &'static str,
        korean: &'static str,
        english: &'static str,
    ) -> Self {
        Self::new(field, korean, english, 18)
    }

    /// A column of an amount that stands at an instant: no sum of several says anything.
    pub(super) const fn balance(
        field: &'static str,
        korean: &'static str,
        english: &'static str,
    ) -> Self {
        Self {
            is_summed: false,
            ..Self::money(field, korean, english)
        }
    }

    /// The column of the currency of one amount, which JSON leaves out.
    pub(super) const fn currency_of(
        field: &'static str,
        korean: &'static str,
        english: &'static str,
    ) -> Self {
        Self {
            in_json: false,
            ..Self::new(field, korean, english, 12)
        }
    }

    /// What stands above it, for readers of either language.
    pub(super) fn heading(&self) -> String {
        format!("{} / {}", self.korean, self.english)
    }
}
