//! Bodies damaged at random.

use rand::{Rng as _, rngs::StdRng};
use serde_json::{Value, json};

/// One of these, damaged.
pub(super) fn damaged(whole: &[Value], random: &mut StdRng) -> Vec<u8> {
    let mut body = whole[random.random_range(0..whole.len())].clone();
    if random.random_bool(0.3) {
        retyped(&mut body, random);
    }
    let mut bytes = body.to_string().into_bytes();
    for _ in 0..random.random_range(0..4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.random_range(0..bytes.len());
        let to = random.random_range(at..bytes.len());
        match random.random_range(0..5) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            _ => bytes.insert(at, random.random()),
        }
    }
    bytes
}

/// Puts something of another type somewhere.
fn retyped(value: &mut Value, random: &mut StdRng) {
    let deeper = random.random_bool(0.7);
    match value {
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let place = random.random_range(0..fields.len());
            if let Some(field) = fields.values_mut().nth(place) {
                retyped(field, random);
            }
        }
        other => {
            let others = [
                json!(null),
                json!(true),
                json!(-1),
                json!(1e300),
                json!(u64::MAX),
                json!(""),
                json!("\u{0}"),
                json!("\u{1f4b8}".repeat(300)),
                json!([]),
                json!([[[[1]]]]),
                json!({ "a": { "b": [null] } }),
            ];
            *other = others[random.random_range(0..others.len())].clone();
        }
    }
}
