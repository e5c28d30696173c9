//! What a fault makes of an answer that was right.

use super::{Passage, Reply};
use crate::bodies::json::{Json, Object};
use crate::bodies::old_version::to_version_1_4;
use crate::faults::FaultKind;

const HTML: &[u8] = b"<!DOCTYPE html><html><head><title>503</title></head><body>Service under maintenance</body></html>";

/// Faults that change what a right answer says.
pub(super) fn reshape(json: &mut Json, fault: Option<&FaultKind>) {
    for (place, object) in json.top_objects().into_iter().enumerate() {
        match fault {
            Some(FaultKind::OddRow) if place == 0 && object.has("transactionKey") => {
                object.set("amount", "많이");
            }
            Some(FaultKind::UnknownStatus) if object.has("status") => {
                object.set("status", "UNDER_REVIEW");
            }
            Some(FaultKind::ExtraField) => {
                object.set("futureField", Object::new().with("since", "2027-01-01"));
            }
            Some(FaultKind::OldVersion) => to_version_1_4(object),
            _ => {}
        }
    }
}

/// Faults that change how, or whether, an answer arrives.
pub(super) fn shaped_by_fault(mut reply: Reply, fault: Option<&FaultKind>) -> Reply {
    match fault {
        Some(FaultKind::ExecuteThenHang) => reply.passage = Passage::Hanging,
        Some(FaultKind::ExecuteThenDrop) => reply.passage = Passage::Dropped,
        Some(FaultKind::HalfBody) => reply.passage = Passage::Half,
        Some(FaultKind::CutOff) => reply.body.truncate(reply.body.len() / 2),
        Some(FaultKind::ExecuteThenStatus(status)) => {
            reply.status = *status;
            reply.body.clear();
        }
        Some(FaultKind::Html) => {
            reply.status = 200;
            reply.html = true;
            reply.body = HTML.to_vec();
        }
        _ => {}
    }
    reply
}
