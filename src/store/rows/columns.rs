//! Rows by the places of their columns: where millions are read, looking each column up by its name takes longer than
//! everything else.

use chrono::DateTime;
use rusqlite::types::FromSql;
use sea_orm::prelude::{ChronoUnixTimestampMillis, Date};
use sea_orm::sqlx::{Decode, Postgres, Sqlite, Type};

use crate::store::StoreError;

/// A row whose columns are taken in a fixed order.
pub(in crate::store) trait Placed: Sized {
    /// The table, or several that are joined.
    const FROM: &'static str;

    /// Its columns, in their order.
    fn columns() -> String;

    /// Takes them.
    fn take(columns: &mut impl Columns) -> Result<Self, StoreError>;
}

/// The columns of one row, taken one after the other.
pub(in crate::store) trait Columns {
    /// The next column.
    fn next<T: Column>(&mut self) -> Result<T, StoreError>;
}

/// A value that a column holds.
pub(in crate::store) trait Column: Sized {
    /// What the drivers make of it.
    type Read: Readable;

    /// The value, unless it cannot be null, or is beyond its bounds.
    fn of(read: Option<Self::Read>) -> Option<Self>;
}

/// What every driver can read.
pub(in crate::store) trait Readable:
    for<'r> Decode<'r, Postgres> + for<'r> Decode<'r, Sqlite> + Type<Sqlite> + FromSql
{
}

impl<T> Readable for T where
    T: for<'r> Decode<'r, Postgres> + for<'r> Decode<'r, Sqlite> + Type<Sqlite> + FromSql
{
}

/// Lists the columns of a row in the order of its fields. What is no column is said behind them.
macro_rules! placed {
    ($row:ty, from $from:literal, $($column:ident),+ $(; $other:ident: $value:expr)?) => {
        impl $crate::store::rows::columns::Placed for $row {
            const FROM: &'static str = $from;

            fn columns() -> String {
                [$(concat!($from, ".", stringify!($column))),+].join(", ")
            }

            fn take(
                columns: &mut impl $crate::store::rows::columns::Columns,
            ) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { $($column: columns.next()?,)+ $($other: $value)? })
            }
        }
    };
}
pub(super) use placed;

/// Values that drivers read as they are.
macro_rules! read_as_they_are {
    ($($value:ty),+) => {
        $(impl Column for $value {
            type Read = Self;

            fn of(read: Option<Self>) -> Option<Self> {
                read
            }
        })+
    };
}

read_as_they_are!(String, i64, i32, bool, Date, Vec<u8>);

impl Column for ChronoUnixTimestampMillis {
    type Read = i64;

    fn of(read: Option<i64>) -> Option<Self> {
        DateTime::from_timestamp_millis(read?).map(Self)
    }
}

impl<T: Column> Column for Option<T> {
    type Read = T::Read;

    fn of(read: Option<T::Read>) -> Option<Self> {
        match read {
            Some(read) => T::of(Some(read)).map(Some),
            None => Some(None),
        }
    }
}
