//! Characters that nobody sees.

use crate::{Invalid, shortened};

/// Whether a character shows nothing, or turns what is around it: people would take one name for another.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}')
}

/// A text without the characters that show nothing or turn what is around them. Phones put such around a number that is
/// pasted, and a person who pastes it sees none.
pub fn without_invisible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// Checks that a name by which people know whom they meet shows what it is, and something.
///
/// # Errors
/// Says that it does not.
pub fn check_visible(what: &str, text: &str) -> Result<(), Invalid> {
    let shows = text.chars().any(|c| !c.is_whitespace() && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}'));
    if text.chars().any(is_invisible) || !shows {
        return Err(Invalid(format!("{what} is of characters that can be seen; this is {:?}.", shortened(text))));
    }
    Ok(())
}

/// Whether a text shows nothing at all, whatever it is made of.
pub fn is_blank(text: &str) -> bool {
    let shows_nothing = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || is_invisible(c)
            || matches!(c, '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2800}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().all(shows_nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_characters_that_nobody_sees_is_blank() {
        for blank in [
            "",
            " \n\t",
            "\u{200b}",
            "\u{feff}\u{2060}",
            "\u{3000}",
            "\u{3164}",
            "\u{2800}",
            "\u{b}\u{8}\u{7f}\u{85}",
            "\u{fe0f}\u{200d}",
            "\u{e0041}\u{1d173}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in [".", "好", "👍🏽", "❤\u{fe0f}", "\u{200b}x"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }
}
