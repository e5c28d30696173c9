//! The mark that this merchant's cancels bear, and whether a mark is one of them.

use reconciliation::{CancelMark, PaymentKey};

use crate::toss::{DigestPurpose, Toss};

/// The mark of the intent that this idempotency key names: the same also when this database has forgotten it.
pub(super) fn mark_of(toss: &Toss, idempotency_key: &str, payment: &PaymentKey) -> CancelMark {
    let name = toss.keyed_digest(DigestPurpose::Mark, &[Some("name"), Some(idempotency_key)]);
    // The proof is of the name as the mark shows it.
    let unproved = CancelMark::of_digests(&name, &[0; 32]);
    CancelMark::of_digests(&name, &proof(toss, &unproved, payment))
}

/// Whether a mark was made with this merchant's key for this payment, by whichever request.
pub(super) fn is_ours(toss: &Toss, mark: &CancelMark, payment: &PaymentKey) -> bool {
    mark.is_proved_by(&proof(toss, mark, payment))
}

fn proof(toss: &Toss, mark: &CancelMark, payment: &PaymentKey) -> [u8; 32] {
    let parts = [Some("proof"), Some(mark.name()), Some(payment.as_str())];
    toss.keyed_digest(DigestPurpose::Mark, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toss::{BaseUrl, SecretKey, TossSettings};

    fn toss(secret: &str) -> Toss {
        let address = BaseUrl::parse("http://127.0.0.1:9").unwrap();
        let key = SecretKey::parse(secret).unwrap();
        Toss::new(TossSettings::new(address, key)).unwrap()
    }

    #[test]
    fn a_mark_is_known_by_the_key_that_made_it_and_for_its_payment_alone() {
        let (ours, others) = (
            toss("live_sk_0000000000000001"),
            toss("live_sk_0000000000000002"),
        );
        let payment = |key| PaymentKey::parse(key).unwrap();
        let mark = mark_of(&ours, "cr-1", &payment("p1"));
        assert_eq!(mark, mark_of(&ours, "cr-1", &payment("p1")));
        assert_ne!(mark, mark_of(&ours, "cr-2", &payment("p1")));
        assert!(is_ours(&ours, &mark, &payment("p1")));
        assert!(!is_ours(&ours, &mark, &payment("p2")));
        assert!(!is_ours(&others, &mark, &payment("p1")));
        let of_before = CancelMark::of_request("0a1b2c3d");
        assert!(!is_ours(&ours, &of_before, &payment("p1")));
    }
}
