//! The mark at the end of a cancel's reason: Toss gives the reason back with the cancel, so that a cancel which carries the
//! mark of a request is proved to be that request's.
//!
//! A mark has two halves. The first names the request; the second can be made of the first by whoever has the merchant's
//! secret key, so that a mark of this merchant's is known as one even where its request has been forgotten.

use std::fmt;

const OPENING: &str = " [CR:";
const CLOSING: &str = "]";
const DIGITS: usize = 8;
const HALF: usize = DIGITS / 2;
/// Five bits a letter. Without i, l, o and u, no word of a language looks like a mark. Hexadecimal digits, of which marks were
/// made before, are among them.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The mark of one request, such as ` [CR:0a1b2c3d]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CancelMark(String);

impl CancelMark {
    /// How many characters a mark adds to a reason.
    pub const LENGTH: usize = OPENING.len() + DIGITS + CLOSING.len();

    /// The mark that these two digests give, of each the first 20 bits.
    pub fn of_digests(name: &[u8; 32], proof: &[u8; 32]) -> Self {
        let digits: String = half(name).chain(half(proof)).collect();
        Self(format!("{OPENING}{digits}{CLOSING}"))
    }

    /// The mark at the end of a reason, be it whose it may.
    pub fn at_end_of(reason: &str) -> Option<Self> {
        let (_, digits) = split_at_mark(reason)?;
        Some(Self(format!("{OPENING}{digits}{CLOSING}")))
    }

    /// The half that names the request.
    pub fn name(&self) -> &str {
        self.digits().get(..HALF).unwrap_or_default()
    }

    /// Whether the other half is what the key's holder makes of the first.
    pub fn is_proved_by(&self, proof: &[u8; 32]) -> bool {
        self.digits()
            .get(HALF..)
            .is_some_and(|proved| proved.chars().eq(half(proof)))
    }

    fn digits(&self) -> &str {
        let rest = self.0.strip_prefix(OPENING);
        rest.and_then(|rest| rest.strip_suffix(CLOSING))
            .unwrap_or_default()
    }

    /// The mark of the request with this id, as marks were made before they had two halves: the last hexadecimal digits of a UUID, which are random. It has to tell apart
    /// the cancels of one payment only.
    pub fn of_request(id: &str) -> Self {
        let mut digits: Vec<char> = id
            .chars()
            .rev()
            .filter(char::is_ascii_hexdigit)
            .map(|digit| digit.to_ascii_lowercase())
            .chain(std::iter::repeat('0'))
            .take(DIGITS)
            .collect();
        digits.reverse();
        let digits: String = digits.into_iter().collect();
        Self(format!("{OPENING}{digits}{CLOSING}"))
    }

    /// A mark as it was recorded.
    pub fn recorded(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The reason as it is sent to Toss.
    pub fn appended_to(&self, reason: &str) -> String {
        format!("{reason}{self}")
    }

    /// Whether a reason that Toss gave back carries this mark.
    pub fn is_on(&self, reason: &str) -> bool {
        reason.trim_end().ends_with(&self.0)
    }
}

impl fmt::Display for CancelMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CancelMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CancelMark({:?})", self.0)
    }
}

/// The first letters of a digest.
fn half(digest: &[u8; 32]) -> impl Iterator<Item = char> {
    let [a, b, c, ..] = *digest;
    let bits = u32::from_be_bytes([0, a, b, c]) >> 4;
    (0..HALF).rev().map(move |place| {
        let index = (bits >> (5 * place)) & 31;
        let letter = usize::try_from(index).ok().and_then(|at| LETTERS.get(at));
        char::from(*letter.unwrap_or(&b'0'))
    })
}

/// The reason as it was given, without a mark at its end, be it whose it may.
pub fn without_mark(reason: &str) -> &str {
    split_at_mark(reason).map_or(reason, |(given, _)| given)
}

/// What stands before a mark, and the mark's digits.
fn split_at_mark(reason: &str) -> Option<(&str, &str)> {
    let rest = reason.trim_end().strip_suffix(CLOSING)?;
    let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
    let given = rest.strip_suffix(OPENING)?;
    digits
        .bytes()
        .all(|byte| LETTERS.contains(&byte))
        .then_some((given, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019ab3de-1f00-7abc-8def-0123456789AB";

    #[test]
    fn a_mark_is_the_end_of_the_id_and_comes_off_again() {
        let mark = CancelMark::of_request(ID);
        assert_eq!(mark.to_string(), " [CR:456789ab]");
        let sent = mark.appended_to("고객 변심");
        assert_eq!(sent, "고객 변심 [CR:456789ab]");
        assert!(mark.is_on(&sent));
        assert_eq!(without_mark(&sent), "고객 변심");
        let length = sent.chars().count() - "고객 변심".chars().count();
        assert_eq!(length, CancelMark::LENGTH);
    }

    #[test]
    fn a_mark_of_two_halves_names_a_request_and_is_proved_by_the_holder_of_the_key() {
        let (name, mut proof) = ([0xff; 32], [0; 32]);
        proof[..3].copy_from_slice(&[0x00, 0x11, 0x0f]);
        let mark = CancelMark::of_digests(&name, &proof);
        assert_eq!(mark.to_string(), " [CR:zzzz008g]");
        assert_eq!(mark.to_string().chars().count(), CancelMark::LENGTH);
        let sent = mark.appended_to("고객 변심");
        assert_eq!(CancelMark::at_end_of(&sent), Some(mark.clone()));
        assert_eq!(without_mark(&sent), "고객 변심");
        assert_eq!(mark.name(), "zzzz");
        assert!(mark.is_proved_by(&proof));
        proof[1] = 0x12;
        assert!(!mark.is_proved_by(&proof));
        assert!(!CancelMark::of_request(ID).is_proved_by(&proof));
        assert_eq!(CancelMark::at_end_of("고객 변심"), None);
        assert_eq!(CancelMark::at_end_of("r [CR:customer]"), None);
    }

    #[test]
    fn a_short_id_has_a_mark_too() {
        assert_eq!(CancelMark::of_request("7").to_string(), " [CR:00000007]");
    }

    #[test]
    fn only_the_requests_own_mark_at_the_end_is_on_a_reason() {
        let mark = CancelMark::of_request(ID);
        for (reason, expected) in [
            ("r [CR:456789ab]", true),
            ("r [CR:456789ab]  ", true),
            (" [CR:456789ab]", true),
            ("r [CR:456789ac]", false),
            ("r [CR:456789ab] again", false),
            ("r[CR:456789ab]", false),
            ("r", false),
            ("", false),
        ] {
            assert_eq!(mark.is_on(reason), expected, "{reason:?}");
        }
    }

    #[test]
    fn what_is_not_quite_a_mark_stays() {
        for reason in [
            "r [CR:456789a]",
            "r [CR:456789AB]",
            "r [CR:456789ai]",
            "r [CR:456789ab",
            "r (CR:456789ab)",
            "r[CR:456789ab]",
            "가나다라]",
            "]",
            "",
        ] {
            assert_eq!(without_mark(reason), reason, "{reason:?}");
        }
        // One mark was appended, one is taken off.
        assert_eq!(
            without_mark("r [CR:00000001] [CR:00000002]"),
            "r [CR:00000001]"
        );
    }
}
