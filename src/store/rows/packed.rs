//! Toss's texts as their columns hold them: word for word, and packed, since all of a kind say much the same.
//!
//! A packed text begins with `z1:`, which no JSON does, and goes on with base64 of a Zstandard frame, made with the
//! dictionary `packed/texts-1.dict`. It is that of the mark `z1:` for ever: another one needs another mark. Within the
//! frame, what columns of the same row hold stands as one byte. A text without the mark is what it says, as older
//! programs wrote it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::RawText;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

const MARK: &str = "z1:";
/// Learned from made-up rows and payments of every kind: `docs/operations.md` says how a text is unpacked with it by hand.
const DICTIONARY: &[u8] = include_bytes!("packed/texts-1.dict");
/// Above it, a text takes ten times as long and becomes no shorter.
const LEVEL: i32 = 3;
/// The longest text that is unpacked, in bytes: Toss's answers are read up to less.
const LONGEST: usize = 64 << 20;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

/// What columns of the row hold and its text repeats.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct RowKeys<'r> {
    /// The byte 1.
    pub(in crate::store) payment_key: Option<&'r str>,
    /// The byte 2; not of a payment, whose last transaction may become another.
    pub(in crate::store) transaction_key: Option<&'r str>,
    /// The byte 3.
    pub(in crate::store) order_id: &'r str,
    /// The byte 4.
    pub(in crate::store) mid: &'r str,
}

impl<'r> RowKeys<'r> {
    /// Each with what stands for it. No JSON has such a byte outside of an escape.
    fn each(self) -> impl Iterator<Item = (&'r str, &'static str)> {
        let keys = [
            self.payment_key.unwrap_or_default(),
            self.transaction_key.unwrap_or_default(),
            self.order_id,
            self.mid,
        ];
        let is_worth_it = |(key, _): &(&str, _)| key.len() > 3 && !key.contains(char::is_control);
        keys.into_iter().zip(SIGNS).filter(is_worth_it)
    }
}

const SIGNS: [&str; 4] = ["\u{1}", "\u{2}", "\u{3}", "\u{4}"];

thread_local! {
    /// One for each thread, since making it takes as long as a hundred texts.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// A text as a column holds it. The same text of the same row is always the same.
pub(in crate::store) fn packed(text: &str, keys: RowKeys<'_>) -> RawText {
    let mut short = Cow::Borrowed(text);
    if SIGNS.iter().any(|sign| text.contains(sign)) {
        return RawText(text.to_owned());
    }
    for (key, sign) in keys.each() {
        short = Cow::Owned(short.replace(key, sign));
    }
    let frame = COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(compressor()?),
        };
        compressor.compress(short.as_bytes())
    });
    match frame {
        Ok(frame) => {
            let mut column = String::with_capacity(MARK.len() + frame.len().div_ceil(3) * 4);
            column.push_str(MARK);
            STANDARD.encode_string(frame, &mut column);
            RawText(column)
        }
        // Without the memory for it, the text stays as it is.
        Err(_) => RawText(text.to_owned()),
    }
}

fn compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::with_prepared_dictionary(&ENCODER)?;
    // The mark names the dictionary.
    compressor.include_dictid(false)?;
    // With another dictionary, or a byte astray, a frame would say something else.
    compressor.include_checksum(true)?;
    Ok(compressor)
}

/// What a column holds, as Toss said it, given the columns of the same row; `None` when it cannot be unpacked.
pub(in crate::store) fn unpacked<'c>(column: &'c str, keys: RowKeys<'_>) -> Option<Cow<'c, str>> {
    let Some(frame) = column.strip_prefix(MARK) else {
        return Some(Cow::Borrowed(column));
    };
    let frame = STANDARD
        .decode(frame)
        .ok()
        .filter(|frame| !frame.is_empty())?;
    let mut decompressor = Decompressor::with_prepared_dictionary(&DECODER).ok()?;
    let length = Decompressor::upper_bound(&frame).filter(|length| *length <= LONGEST)?;
    let text = decompressor.decompress(&frame, length).ok()?;
    let mut text = String::from_utf8(text).ok()?;
    for (key, sign) in keys.each() {
        text = text.replace(sign, key);
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of the settlements list, as Toss lists them.
    const ROW: &str = r#"{"mId":"tdemoshop01","paymentKey":"tdemo20260910000000rStoQ","transactionKey":"EA863058231C83CB4A3F2B1C9D8E7F60","orderId":"order-20260910-3","currency":"KRW","method":"가상계좌","fees":[{"type":"BASE","fee":366}],"approvedAt":"2026-09-10T00:11:12+09:00","soldDate":"2026-09-10","paidOutDate":"2026-09-12","card":null,"cancel":null,"amount":11100,"interestFee":0,"fee":366,"supplyAmount":333,"vat":33,"payOutAmount":10734}"#;
    const KEYS: RowKeys<'_> = RowKeys {
        payment_key: Some("tdemo20260910000000rStoQ"),
        transaction_key: Some("EA863058231C83CB4A3F2B1C9D8E7F60"),
        order_id: "order-20260910-3",
        mid: "tdemoshop01",
    };
    const NO_KEYS: RowKeys<'_> = RowKeys {
        payment_key: None,
        transaction_key: None,
        order_id: "",
        mid: "",
    };

    #[test]
    fn a_text_is_unpacked_word_for_word() {
        let odd = "{\"orderId\": \"\\u0001 주문 \u{1F4B3}\",\n\t\"amount\":1e3}  ";
        // One key within another, and one that stands everywhere.
        let within = RowKeys {
            payment_key: Some("order"),
            order_id: "order-20260910-3",
            mid: "1110",
            ..KEYS
        };
        let long = "긴 문장".repeat(100_000);
        for text in ["", "{}", ROW, odd, "z1:", "z1:AAAA", &long] {
            for keys in [KEYS, NO_KEYS, within] {
                let RawText(column) = packed(text, keys);
                assert!(column.starts_with(MARK));
                assert_eq!(unpacked(&column, keys).as_deref(), Some(text));
                assert_eq!(packed(text, keys).0, column, "always the same");
            }
        }
    }

    #[test]
    fn what_an_older_program_wrote_is_what_it_says() {
        for text in [ROW, "", "{}"] {
            assert_eq!(unpacked(text, KEYS).as_deref(), Some(text));
        }
        // What no JSON holds is left as it is, so that nothing is read back that was not there.
        let signs = "a\u{2}b";
        assert_eq!(packed(signs, KEYS), RawText(signs.to_owned()));
    }

    #[test]
    fn a_row_takes_a_quarter_of_its_length() {
        let column = packed(ROW, KEYS).0;
        assert!(column.len() * 4 <= ROW.len(), "{}", column.len());
    }

    #[test]
    fn what_is_no_packed_text_is_not_taken_for_one() {
        let RawText(column) = packed(ROW, KEYS);
        let half = &column[..column.len() / 2];
        let other = format!("{}AAAA", &column[..column.len() - 4]);
        for spoilt in [half, &other, "z1:", "z1:not base64!", "z1:AAAA"] {
            assert_eq!(unpacked(spoilt, KEYS), None, "{spoilt}");
        }
    }

    /// The dictionary is part of every database: one byte more or less, and nothing of them can be read.
    #[test]
    fn texts_that_were_packed_when_the_mark_was_new_are_still_read() {
        assert_eq!(unpacked(FIRST, KEYS).as_deref(), Some(ROW));
    }

    const FIRST: &str = "z1:KLUv/WRbAPUBAHNBAxvvY+76YmZmlpkhahsR/ABjWzGcL4ezf+1qnRkgIjSvfS0thVIHKgFt7MxImmupzHLe1dZ9zzIZbGoBr3YPwA==";
}
