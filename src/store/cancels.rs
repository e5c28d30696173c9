//! Cancel requests with all that happened to them, and the audit log.

pub(in crate::store) mod audit;
pub(in crate::store) mod audit_chain;
pub(in crate::store) mod audit_signatures;
pub(in crate::store) mod audit_signer;
pub(in crate::store) mod cancel_records;
pub(in crate::store) mod cancel_request;
pub(in crate::store) mod cancel_request_change;
pub(in crate::store) mod cancel_requests;
pub(in crate::store) mod epochs;
pub(in crate::store) mod forgotten_cancels;
pub(in crate::store) mod running_limits;
pub(in crate::store) mod secret_body;
