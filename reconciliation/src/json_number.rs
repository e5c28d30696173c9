//! JSON numbers as exact counts of minor units.

/// Largest amount that is read, in minor units: 2^53 − 1, the largest integer that every JSON reader keeps exactly.
pub(crate) const MAX_MINOR: i64 = 9_007_199_254_740_991;

/// Why a text is no count of minor units.
pub(crate) enum Misfit {
    /// It does not follow JSON's grammar.
    NotANumber,
    /// It holds a fraction of a minor unit.
    TooManyDecimals,
    /// It is beyond [`MAX_MINOR`].
    TooLarge,
}

/// A JSON number in minor units, by shifting its decimal point. Decimal libraries also take `_` and `+`, and either
/// round or refuse zeros beyond their own precision; money may do none of these.
pub(crate) fn minor_units(text: &str, decimals: u32) -> Result<i64, Misfit> {
    let JsonNumber {
        negative,
        whole,
        fraction,
        exponent,
    } = JsonNumber::read(text).ok_or(Misfit::NotANumber)?;
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let dropped_zeros = digits.len() - digits.trim_end_matches('0').len();
    let length = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let shift = exponent
        .saturating_sub(length(fraction.len()))
        .saturating_add(length(dropped_zeros))
        .saturating_add(i64::from(decimals));
    if shift < 0 {
        return Err(Misfit::TooManyDecimals);
    }
    let magnitude = u32::try_from(shift)
        .ok()
        .and_then(|shift| 10_i64.checked_pow(shift))
        .zip(significant.parse::<i64>().ok())
        .and_then(|(factor, count)| count.checked_mul(factor))
        .filter(|minor| *minor <= MAX_MINOR)
        .ok_or(Misfit::TooLarge)?;
    Ok(if negative { -magnitude } else { magnitude })
}

/// The parts of a number as JSON's grammar has them.
struct JsonNumber<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> JsonNumber<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        let sound = is_digits(whole) && !leading_zero && fraction.is_none_or(is_digits);
        sound.then_some(Self {
            negative,
            whole,
            fraction: fraction.unwrap_or(""),
            exponent,
        })
    }
}

/// The power of ten behind an `e`; one beyond all reason becomes the largest of its sign.
fn read_exponent(text: &str) -> Option<i64> {
    let (limit, digits) = match text.strip_prefix('-') {
        Some(digits) => (i64::MIN, digits),
        None => (i64::MAX, text.strip_prefix('+').unwrap_or(text)),
    };
    is_digits(digits).then(|| text.parse().unwrap_or(limit))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
