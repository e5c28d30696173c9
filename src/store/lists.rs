//! Pages of what is stored, each along an index.

mod counting;
pub(in crate::store) mod discrepancy_list;
pub(in crate::store) mod event_lines;
pub(in crate::store) mod keyset;
pub(in crate::store) mod payment_list;
pub(in crate::store) mod scoped_lists;
pub(in crate::store) mod settlement_list;
pub(in crate::store) mod transaction_list;
