//! COPY into a table of PostgreSQL, in its binary format.

use std::sync::Arc;

use chrono::Datelike;
use sea_orm::sqlx::PgPool;
use sea_orm::sqlx::postgres::PgPoolCopyExt;
use sea_orm::{DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable, RuntimeErr, Value};
use tokio::sync::mpsc;

use super::ended_early;
use crate::store::StoreError;
use crate::store::db::insert_text::row_values;

/// What is copied is sent in pieces of about so many bytes.
const PIECE: usize = 1 << 20;
/// COPY's binary format begins with its signature, no flags and no extension.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// It ends with this instead of a row's number of columns.
const END: i16 = -1;
/// The length of a value that is null.
const ABSENT: i32 = -1;
/// PostgreSQL counts days from 2000-01-01; as chrono does, from the year 1.
const FIRST_DAY: i32 = 730_120;

/// Appends rows to a table.
pub(super) async fn copy<E>(
    pool: &PgPool,
    table: &str,
    models: Vec<E::Model>,
) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + 'static,
{
    let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let statement = format!(
        "COPY {table} ({}) FROM STDIN (FORMAT binary)",
        columns.join(", ")
    );
    let failed = |error| StoreError::from(DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error))));
    let mut copy = pool.copy_in_raw(&statement).await.map_err(failed)?;
    // The next piece is written while PostgreSQL takes the last one.
    let (pieces, mut ready) = mpsc::channel(1);
    let written = tokio::task::spawn_blocking(move || write_pieces::<E>(models, &pieces));
    while let Some(piece) = ready.recv().await {
        copy.send(piece).await.map_err(failed)?;
    }
    match written.await {
        Ok(Ok(())) => copy.finish().await.map(drop).map_err(failed),
        outcome => {
            copy.abort("not every row could be written")
                .await
                .map_err(failed)?;
            Err(outcome.err().map_or_else(not_copied, |_| ended_early()))
        }
    }
}

/// Writes rows in COPY's binary format.
fn write_pieces<E>(models: Vec<E::Model>, pieces: &mpsc::Sender<Vec<u8>>) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let columns = i16::try_from(E::Column::iter().count()).map_err(|_| not_copied())?;
    let mut piece = HEAD.to_vec();
    for model in models {
        piece.extend(columns.to_be_bytes());
        for value in row_values::<E>(model) {
            write_value(&mut piece, &value).ok_or_else(not_copied)?;
        }
        if piece.len() >= PIECE {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE + PIECE / 8));
            // Whoever takes them may have given up.
            if pieces.blocking_send(full).is_err() {
                return Ok(());
            }
        }
    }
    piece.extend(END.to_be_bytes());
    // As above.
    let _ = pieces.blocking_send(piece);
    Ok(())
}

/// A value in COPY's binary format: its length, then its bytes. `None` when it is of a type that no column has.
fn write_value(piece: &mut Vec<u8>, value: &Value) -> Option<()> {
    let mut write = |bytes: &[u8]| {
        piece.extend(i32::try_from(bytes.len()).ok()?.to_be_bytes());
        piece.extend_from_slice(bytes);
        Some(())
    };
    match value {
        Value::String(Some(value)) => write(value.as_bytes()),
        Value::BigInt(Some(value)) => write(&value.to_be_bytes()),
        Value::Bool(Some(value)) => write(&[u8::from(*value)]),
        Value::ChronoDate(Some(value)) => {
            let days = value.num_days_from_ce() - FIRST_DAY;
            write(&days.to_be_bytes())
        }
        Value::String(None) | Value::BigInt(None) | Value::Bool(None) | Value::ChronoDate(None) => {
            piece.extend(ABSENT.to_be_bytes());
            Some(())
        }
        _ => None,
    }
}

fn not_copied() -> StoreError {
    StoreError::Database {
        what: "a value of a type that is not copied".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn values_are_written_as_copy_takes_them() {
        let written = |value: Value| {
            let mut piece = Vec::new();
            write_value(&mut piece, &value).map(|()| piece)
        };
        assert_eq!(
            written("주".into()),
            Some(vec![0, 0, 0, 3, 0xEC, 0xA3, 0xBC])
        );
        assert_eq!(
            written((-2_i64).into()),
            Some([&[0, 0, 0, 8][..], &[255; 7], &[254]].concat())
        );
        assert_eq!(written(true.into()), Some(vec![0, 0, 0, 1, 1]));
        let day = NaiveDate::from_ymd_opt(2000, 1, 2).expect("a day");
        assert_eq!(written(day.into()), Some(vec![0, 0, 0, 4, 0, 0, 0, 1]));
        assert_eq!(written(Value::String(None)), Some(vec![255; 4]));
        assert_eq!(written(1.5_f64.into()), None);
    }
}
