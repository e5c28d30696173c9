//! Bodies as they came over the wire.

use std::fmt;

use sea_orm::DeriveValueType;

/// A body word for word. It may name people and accounts, so its `Debug` tells the length only.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
#[sea_orm(column_type = "Text")]
pub struct RawText(pub String);

impl fmt::Debug for RawText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawText({} bytes)", self.0.len())
    }
}
