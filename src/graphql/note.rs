//! The words that people write down with what they do.

use reconciliation::Language;

use super::user_error::UserError;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// The words of an input's field `note`, without what is blank around them.
///
/// # Errors
/// `INVALID_INPUT` for more than a note holds, for what is no text, and for nothing where something is needed.
pub(super) fn note(text: &str, is_needed: bool, language: Language) -> Result<String, UserError> {
    let text = text.trim();
    let is_text = !text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t');
    let length = text.chars().count();
    if length <= LONGEST_NOTE && is_text && (length > 0 || !is_needed) {
        return Ok(text.to_owned());
    }
    let message = language.choose(
        "메모는 1자 이상 500자 이하로 적으세요.",
        "Give 1 to 500 characters.",
    );
    Err(UserError::of_field("INVALID_INPUT", "note", message))
}
