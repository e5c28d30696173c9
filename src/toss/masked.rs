//! Toss's words without long numbers: a refusal may repeat the account number that it is about.

/// From so many digits on, a run is masked.
const LONG_RUN: usize = 6;

/// The text with every run of six digits or more masked. A hyphen or space between two digits does not end a run, as account
/// numbers are written; a date such as 2026-11-30 stays.
pub(super) fn masked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&char) = chars.get(at) {
        if !char.is_ascii_digit() {
            shown.push(char);
            at += 1;
            continue;
        }
        let run = run_from(chars.get(at..).unwrap_or_default());
        let digits = run.iter().filter(|char| char.is_ascii_digit()).count();
        let hides = digits >= LONG_RUN && !is_date(run);
        shown.extend(run.iter().map(|&char| {
            if hides && char.is_ascii_digit() {
                '*'
            } else {
                char
            }
        }));
        at += run.len();
    }
    shown
}

/// The digits at the beginning, with single hyphens and spaces between them.
fn run_from(chars: &[char]) -> &[char] {
    let mut length = 0;
    while let Some(char) = chars.get(length) {
        let goes_on = char.is_ascii_digit()
            || (matches!(char, '-' | ' ')
                && chars.get(length + 1).is_some_and(char::is_ascii_digit));
        if !goes_on {
            break;
        }
        length += 1;
    }
    chars.get(..length).unwrap_or_default()
}

fn is_date(run: &[char]) -> bool {
    let lengths: Vec<usize> = run.split(|&char| char == '-').map(<[char]>::len).collect();
    lengths == [4, 2, 2] && !run.contains(&' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_of_digits_are_masked_and_everything_else_stays() {
        for (text, expected) in [
            ("계좌 110123456789 오류", "계좌 ************ 오류"),
            ("110-123-456789", "***-***-******"),
            ("110 123 456789 님", "*** *** ****** 님"),
            ("123456", "******"),
            ("12345", "12345"),
            ("[ES12] 에스크로", "[ES12] 에스크로"),
            (
                "잔액 10,000원, 한도 1,234,567원",
                "잔액 10,000원, 한도 1,234,567원",
            ),
            ("2026-11-30 이후", "2026-11-30 이후"),
            ("2026-1130-1", "****-****-*"),
            ("a1b2c3d4e5f6", "a1b2c3d4e5f6"),
            ("1 - 2 - 3 - 4 - 5 - 6", "1 - 2 - 3 - 4 - 5 - 6"),
            ("", ""),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }
}
