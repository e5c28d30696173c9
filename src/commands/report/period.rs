//! `toss-recon report --period`: writes the report of a closed period as it was closed.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::CommandError;
use crate::periods::{KeptFile, WriteKeptError, write_kept};
use crate::report::{Format, put_again};
use crate::store::{PeriodId, Store, StoredPeriod};

/// What stands in front of a period's own name in the API's id of it.
const KIND: &str = "Period:";

/// Writes it and prints where it is.
pub(super) async fn write(
    store: Store,
    period: &str,
    format: Format,
    out: Option<PathBuf>,
) -> Result<(), CommandError> {
    let id = read_id(period);
    let Some(period) = store.period(&id).await? else {
        return Err(CommandError::Usage(format!(
            "--period {period}: there is no such period: give the `id` of a Period of the API"
        )));
    };
    let path = out.unwrap_or_else(|| usual_path(&period, format));
    let kept = tempfile::tempfile()?;
    let kind = match format {
        Format::Csv => KeptFile::Zip,
        Format::Xlsx => KeptFile::Xlsx,
        Format::Json => KeptFile::Json,
    };
    let found = write_kept(&store, &period.id, kind, &mut &kept).await;
    store.close().await?;
    match found {
        Ok(true) => {}
        Ok(false) => {
            return Err(CommandError::Failure(format!(
                "the report of period {id} is not in the database any more"
            )));
        }
        Err(WriteKeptError::Store(error)) => return Err(error.into()),
        Err(WriteKeptError::Write(error)) => return Err(error.into()),
    }
    place(format, kept, &path)?;
    writeln!(io::stdout(), "{}", path.display())?;
    Ok(())
}

fn place(format: Format, kept: File, path: &Path) -> Result<(), CommandError> {
    put_again(format, kept, path).map_err(Into::into)
}

/// The period that is meant: by the API's id, or by its own name, as the audit log and the report have it.
fn read_id(text: &str) -> PeriodId {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let plain = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    match plain.as_deref().and_then(|plain| plain.strip_prefix(KIND)) {
        Some(id) => PeriodId::new(id),
        None => PeriodId::new(text),
    }
}

fn usual_path(period: &StoredPeriod, format: Format) -> PathBuf {
    let StoredPeriod { mid, from, to, .. } = period;
    let ending = super::ending(format);
    PathBuf::from(format!("toss-recon-{mid}-{from}-{to}-closed{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_named_by_the_id_of_the_api_or_by_its_own() {
        let own = "019ae0f0-3b5c-7d1e-9b7a-0123456789ab";
        let of_api = BASE64_URL_SAFE_NO_PAD.encode(format!("{KIND}{own}"));
        assert_eq!(read_id(&of_api), PeriodId::new(own));
        assert_eq!(read_id(own), PeriodId::new(own));
        let of_payment = BASE64_URL_SAFE_NO_PAD.encode("Payment:abc");
        assert_eq!(read_id(&of_payment), PeriodId::new(&of_payment));
    }
}
