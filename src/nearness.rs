//! How near two names are: what a misspelt one may have meant.

/// How many letters must be put in, left out or replaced to make one text of the other.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.bytes().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(other.bytes()) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted_that_differ() {
        for (one, other, differ) in [
            ("", "", 0),
            ("LOG", "LOG", 0),
            ("LOG", "", 3),
            ("", "LOG", 3),
            ("LOG", "LOGS", 1),
            ("LOGS", "LOG", 1),
            ("URL", "URI", 1),
            ("REQEST", "REQUEST", 1),
            ("REQEUST", "REQUEST", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), differ, "{one} {other}");
        }
    }
}
