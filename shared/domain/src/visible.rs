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
    // An accent alone has no letter, and a noncharacter no shape.
    let shows = |c: char| {
        let alone = matches!(c, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}');
        !shows_nothing(c) && !alone && u32::from(c) & 0xfffe != 0xfffe
    };
    if text.chars().any(is_invisible) || !text.chars().any(shows) {
        return Err(Invalid(format!("{what} is of characters that can be seen; this is {:?}.", shortened(text))));
    }
    Ok(())
}

/// Whether a text shows nothing at all, whatever it is made of.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_invisible(c)
        || matches!(c, '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2800}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
        for blank in ["\u{2800}", "\u{34f}", "\u{e0041}", "\u{ffff}", "\u{301}"] {
            assert!(check_visible("name", blank).is_err(), "{blank:?}");
        }
        for seen in ["Café", "Cafe\u{301}", "👨\u{200d}🍳", "🏴\u{e0067}\u{e007f}", "می\u{200c}خواهم"] {
            assert!(check_visible("name", seen).is_ok(), "{seen}");
        }
        for seen in [".", "好", "👍🏽", "❤\u{fe0f}", "\u{200b}x"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }
}
