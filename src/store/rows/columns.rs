//! Rows by the places of their columns: where millions are read, looking each column up by its name takes longer than
//! everything else.

use chrono::DateTime;
use reconciliation::KstDate;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use sea_orm::prelude::{ChronoUnixTimestampMillis, Date};
use sea_orm::sqlx::{Decode, Postgres, Sqlite, Type};

use super::before::Before;
use crate::store::StoreError;

/// A value that is read from a row whose columns are taken in a fixed order.
pub(in crate::store) trait Placed: Sized {
    /// The table, or several that are joined.
    const FROM: &'static str;

    /// Its columns, in their order.
    fn columns() -> String;

    /// Takes them.
    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError>;
}

/// The columns of one row, taken one after the other.
pub(in crate::store) trait Columns<'r> {
    /// The next column.
    fn next<T: Column<'r>>(&mut self) -> Result<T, StoreError>;
}

/// A value that a column holds.
pub(in crate::store) trait Column<'r>: Sized {
    /// What the drivers make of it.
    type Read: Readable<'r>;

    /// The value, unless it cannot be null, or is beyond its bounds.
    fn of(read: Option<Self::Read>) -> Option<Self>;
}

/// What every driver can read, perhaps without taking it out of the row.
pub(in crate::store) trait Readable<'r>:
    Decode<'r, Postgres> + Decode<'r, Sqlite> + Type<Sqlite>
{
    /// Reads what stands in SQLite's own file.
    fn in_file(value: ValueRef<'r>) -> FromSqlResult<Self>;
}

/// Lists the columns of a row in the order of its fields: of a model, which is the value itself, or of columns that are
/// borrowed from the row, out of which a value is made.
macro_rules! placed {
    ($visibility:vis $row:ident<'r>, $($column:ident),+) => {
        impl<'r> $row<'r> {
            /// The columns of a table, in their order.
            $visibility fn columns(table: &str) -> String {
                let mut columns = String::new();
                for column in [$(stringify!($column)),+] {
                    let between = if columns.is_empty() { "" } else { ", " };
                    columns.extend([between, table, ".", column]);
                }
                columns
            }

            /// Takes them.
            $visibility fn take(
                columns: &mut impl $crate::store::rows::columns::Columns<'r>,
            ) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { $($column: columns.next()?),+ })
            }
        }
    };
    ($row:ty, from $from:literal, $($column:ident),+) => {
        impl $crate::store::rows::columns::Placed for $row {
            const FROM: &'static str = $from;

            fn columns() -> String {
                [$(stringify!($column)),+].join(", ")
            }

            fn take<'r>(
                columns: &mut impl $crate::store::rows::columns::Columns<'r>,
                _: &mut $crate::store::rows::before::Before,
            ) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { $($column: columns.next()?),+ })
            }
        }
    };
}
pub(super) use placed;

/// Values that drivers read as they are.
macro_rules! read_as_they_are {
    ($($value:ty, $in_file:expr);+) => {
        $(impl<'r> Column<'r> for $value {
            type Read = Self;

            fn of(read: Option<Self>) -> Option<Self> {
                read
            }
        }

        impl<'r> Readable<'r> for $value {
            fn in_file(value: ValueRef<'r>) -> FromSqlResult<Self> {
                $in_file(value)
            }
        })+
    };
}

read_as_they_are!(
    String, FromSql::column_result;
    &'r str, |value: ValueRef<'r>| value.as_str();
    i64, FromSql::column_result;
    i32, FromSql::column_result;
    bool, FromSql::column_result;
    Vec<u8>, |value: ValueRef<'r>| value.as_bytes().map(<[u8]>::to_vec);
    Date, day_in_file
);

/// The driver's own reading of a day takes any of the forms that SQLite knows, and ten times as long.
fn day_in_file(value: ValueRef<'_>) -> FromSqlResult<Date> {
    let day = KstDate::parse(value.as_str()?);
    day.map(KstDate::naive).map_err(FromSqlError::other)
}

impl Column<'_> for ChronoUnixTimestampMillis {
    type Read = i64;

    fn of(read: Option<i64>) -> Option<Self> {
        DateTime::from_timestamp_millis(read?).map(Self)
    }
}

impl<'r, T: Column<'r>> Column<'r> for Option<T> {
    type Read = T::Read;

    fn of(read: Option<T::Read>) -> Option<Self> {
        match read {
            Some(read) => T::of(Some(read)).map(Some),
            None => Some(None),
        }
    }
}
