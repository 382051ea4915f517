//! Masks what identifies a person in what a guest writes: phone numbers, identity numbers, card numbers, e-mail
//! addresses. A guest who leaves her number in a comment has not asked for it to be kept for two years.

use std::ops::Range;

/// What stands where something was masked.
const MASK: &str = "***";

/// The text without phone numbers, Chinese identity numbers (18 places, with their checksum, GB 11643), card numbers
/// (13 to 19 digits, Luhn, ISO/IEC 7812) and e-mail addresses. Full-width digits count as digits, and single spaces and
/// dashes between digits are looked through. A mask is never longer than what it covers.
pub(super) fn without_personal_numbers(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut covered = emails(&characters);
    covered.extend(numbers(&characters));
    covered.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in covered {
        // An address may hold a number, and one address run into the next: one mask for both.
        if range.start < at {
            at = at.max(range.end);
            continue;
        }
        masked.extend(characters.iter().skip(at).take(range.start - at));
        masked.push_str(MASK);
        at = range.end;
    }
    masked.extend(characters.iter().skip(at));
    masked
}

/// A character as its half-width form: `５` is `5`, `＠` is `@`.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{2009}' | '\u{202f}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '。' => '.',
        _ => c,
    }
}

/// Some digits without anything between them, and where they stand.
struct Digits {
    at: Range<usize>,
    text: String,
    /// Whether a `+` stands before them.
    plus: bool,
}

/// Where numbers are that identify somebody. Digits are looked at in the groups in which they were written: whatever is
/// masked begins and ends with a group, so that a price beside a number stays.
fn numbers(characters: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in runs(characters) {
        let mut first = 0;
        while first < run.len() {
            // The longest match first: an identity number also holds what could be a phone number.
            match (first..run.len()).rev().find(|last| identifies(run.get(first..=*last).unwrap_or_default())) {
                Some(last) => {
                    let end = run.get(last).map_or(0, |group| group.at.end);
                    found.extend(run.get(first).map(|group| group.at.start - usize::from(group.plus)..end));
                    first = last + 1;
                }
                None => first += 1,
            }
        }
    }
    found
}

/// Groups of digits with a space or a dash between them.
fn runs(characters: &[char]) -> Vec<Vec<Digits>> {
    let mut runs: Vec<Vec<Digits>> = Vec::new();
    let plain = |at: usize| characters.get(at).map(|c| half_width(*c));
    let mut at = 0;
    while let Some(c) = plain(at) {
        if !c.is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut text = String::new();
        while let Some(c) = plain(at).filter(char::is_ascii_digit) {
            text.push(c);
            at += 1;
        }
        // The last place of an identity number may be an X. `17x` is no such place.
        if text.len() <= 17
            && plain(at).is_some_and(|c| c.eq_ignore_ascii_case(&'x'))
            && !plain(at + 1).is_some_and(|c| c.is_ascii_alphanumeric())
        {
            text.push('X');
            at += 1;
        }
        let before = start.checked_sub(1).and_then(plain);
        let group = Digits { at: start..at, text, plus: before == Some('+') };
        let joined = matches!(before, Some(' ' | '-'))
            && runs.last().and_then(|run| run.last()).is_some_and(|last| last.at.end + 1 == start);
        match runs.last_mut().filter(|_| joined) {
            Some(run) => run.push(group),
            None => runs.push(vec![group]),
        }
    }
    runs
}

fn identifies(groups: &[Digits]) -> bool {
    let number: String = groups.iter().map(|group| group.text.as_str()).collect();
    let plus = groups.first().is_some_and(|group| group.plus);
    is_identity_number(&number) || is_card_number(&number) || is_phone_number(&number, plus)
}

/// ISO 7064, MOD 11-2.
fn is_identity_number(number: &str) -> bool {
    let place = |c: char| if c == 'X' { Some(10) } else { c.to_digit(10) };
    let sum = number.chars().enumerate().try_fold(0, |sum, (i, c)| {
        let weight = 2_u32.pow(u32::try_from(17_usize.checked_sub(i)?).ok()?) % 11;
        Some(sum + place(c).filter(|place| *place < 10 || i == 17)? * weight)
    });
    number.len() == 18 && sum.is_some_and(|sum| sum % 11 == 1)
}

fn is_card_number(number: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum = number.chars().rev().enumerate().try_fold(0, |sum, (i, c)| {
        let digit = c.to_digit(10)?;
        Some(sum + if i % 2 == 1 { doubled(digit) } else { digit })
    });
    (13..=19).contains(&number.len()) && !number.starts_with('0') && sum.is_some_and(|sum| sum % 10 == 0)
}

/// Mobile numbers of China, Taiwan and Hong Kong; China's numbers with an area code; anything with a `+` that is as long
/// as an international number (E.164: 15 digits at most).
fn is_phone_number(number: &str, plus: bool) -> bool {
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    if plus && (8..=15).contains(&number.len()) {
        return true;
    }
    let national = ["0086", "86", "0"].iter().filter_map(|prefix| number.strip_prefix(prefix));
    let is_mobile = |number: &str| {
        number.len() == 11
            && number.starts_with('1')
            && number.as_bytes().get(1).is_some_and(|b| (b'3'..=b'9').contains(b))
    };
    if is_mobile(number) || national.into_iter().any(is_mobile) {
        return true;
    }
    let taiwan = number.len() == 10 && number.starts_with("09");
    // An area code: 010, 02x, 03xx to 09xx, before seven or eight digits.
    let area = match number.as_bytes() {
        [b'0', b'1' | b'2', ..] => number.len() == 11,
        [b'0', b'3'..=b'9', ..] => matches!(number.len(), 11 | 12),
        _ => false,
    };
    let hong_kong =
        number.strip_prefix("852").is_some_and(|rest| rest.len() == 8 && rest.starts_with(['5', '6', '7', '9']));
    taiwan || area || hong_kong
}

/// Where e-mail addresses are: what stands around an `@`, as far as it is of the characters that addresses are made of.
fn emails(characters: &[char]) -> Vec<Range<usize>> {
    let plain: Vec<char> = characters.iter().map(|c| half_width(*c)).collect();
    let mut found = Vec::new();
    for (at, _) in plain.iter().enumerate().filter(|(_, c)| **c == '@') {
        let local = plain.iter().take(at).rev();
        let local = local.take_while(|c| c.is_ascii_alphanumeric() || "._%+-".contains(**c)).count();
        let domain: String =
            plain.iter().skip(at + 1).take_while(|c| c.is_ascii_alphanumeric() || ".-".contains(**c)).collect();
        // A full stop after an address ends the sentence.
        let domain = domain.trim_end_matches(['.', '-']);
        let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
        if local > 0
            && domain.starts_with(|c: char| c.is_ascii_alphanumeric())
            && ending.len() >= 2
            && ending.bytes().all(|b| b.is_ascii_alphabetic())
        {
            found.push(at - local..at + 1 + domain.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phone_numbers_are_masked() {
        for (written, kept) in [
            ("电话13812345678谢谢", "电话***谢谢"),
            ("我的号码：１３８　１２３４　５６７８。", "我的号码：***。"),
            ("138-1234-5678", "***"),
            ("1 3 8 1 2 3 4 5 6 7 8", "***"),
            ("138—1234—5678", "***"),
            ("+86 138 1234 5678", "***"),
            ("＋８６13812345678", "***"),
            ("0086-13812345678", "***"),
            ("call +44 20 7946 0958 please", "call *** please"),
            ("021-62345678转3", "***转3"),
            ("0755-26001234", "***"),
            ("0912-345-678", "***"),
            ("852 6123 4567", "***"),
            ("两位，2 13812345678", "两位，2 ***"),
            ("13812345678 13912345678", "*** ***"),
        ] {
            assert_eq!(without_personal_numbers(written), kept, "{written}");
        }
    }

    #[test]
    fn identity_numbers_are_masked_by_their_checksum() {
        // The example of GB 11643, its last place, and the same with a wrong last place.
        assert_eq!(without_personal_numbers("身份证11010519491231002X。"), "身份证***。");
        assert_eq!(without_personal_numbers("110105 19491231 002x"), "***");
        assert_eq!(without_personal_numbers("４４０５２４１８８００１０１００１４"), "***");
        assert_eq!(without_personal_numbers("110105194912310021"), "110105194912310021");
    }

    #[test]
    fn card_numbers_are_masked_by_their_checksum() {
        assert_eq!(without_personal_numbers("卡号 4111 1111 1111 1111"), "卡号 ***");
        assert_eq!(without_personal_numbers("5500-0055-5555-5559"), "***");
        assert_eq!(without_personal_numbers("378282246310005!"), "***!");
        assert_eq!(without_personal_numbers("6222 0212 3456 7890 128"), "***");
        assert_eq!(without_personal_numbers("4111 1111 1111 1112"), "4111 1111 1111 1112");
    }

    #[test]
    fn e_mail_addresses_are_masked() {
        assert_eq!(without_personal_numbers("写信给li.lei+x@mail.example.cn谢谢"), "写信给***谢谢");
        assert_eq!(without_personal_numbers("13812345678@qq.com"), "***");
        assert_eq!(without_personal_numbers("ｌｉ＠ｑｑ．ｃｏｍ"), "***");
        assert_eq!(without_personal_numbers("Me: a@b.io. Thanks"), "Me: ***. Thanks");
        assert_eq!(without_personal_numbers("2 @ 5.50, @home, a@b"), "2 @ 5.50, @home, a@b");
    }

    #[test]
    fn what_guests_write_otherwise_stays() {
        for text in [
            "等了45分钟，花了1280元，3个人。",
            "2026-11-21 12:31 来的，8号桌",
            "订单 20261121123108 少一份",
            "100% 好吃 10/10 👍🏽",
            "11:30-13:30 太挤",
            "房间 1203，Wi-Fi 88888888",
            "x17 y",
            "",
        ] {
            assert_eq!(without_personal_numbers(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_mask_never_lengthens_a_text_and_masking_again_changes_nothing(text in "[0-9０-９ xX@.a-c+\\-—好]{0,60}") {
            let once = without_personal_numbers(&text);
            prop_assert!(once.chars().count() <= text.chars().count());
            prop_assert_eq!(without_personal_numbers(&once), once);
        }
    }
}
