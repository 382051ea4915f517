//! Masks what identifies a person in what a guest writes: phone numbers, identity numbers, card numbers, e-mail
//! addresses. A guest who leaves their number in a comment has not asked for it to be kept for two years.

use std::ops::Range;

/// The text in place of what was masked.
const MASK: &str = "***";

/// No number that is searched for has more digits.
const MOST_DIGITS: usize = 19;

/// The text without
///
/// - phone numbers: mobile ones of China, Taiwan and Hong Kong; China's and Taiwan's with an area code
/// - any phone number with a `+` that is as long as an international one (E.164)
/// - Chinese identity numbers: 18 places with a date of birth and their checksum (GB 11643)
/// - card numbers: 13 to 19 digits with their checksum (Luhn, ISO/IEC 7812)
/// - e-mail addresses
///
/// Full-width characters count as their half-width forms. Separators between groups of digits are ignored, if such a
/// number is usually grouped that way. So `138 1234 5678` is masked, and the prices `1588 2688 388` are not. Prices
/// that look exactly like a number, `138 1288 3888`, are masked too. A mask is never longer than the text it covers.
pub(super) fn without_personal_numbers(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let plain: Vec<Plain> = characters.iter().enumerate().filter_map(|(at, c)| Plain::of(*c, at)).collect();
    let mut covered = emails(&plain);
    covered.extend(numbers(&plain));
    covered.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in covered {
        // An address may contain a number, and one address run into the next: one mask for both.
        if range.start >= at {
            masked.extend(characters.iter().skip(at).take(range.start - at));
            masked.push_str(MASK);
        }
        at = at.max(range.end);
    }
    masked.extend(characters.iter().skip(at));
    masked
}

/// A character in its plain form, and where it stands in the text.
#[derive(Clone, Copy)]
struct Plain {
    c: char,
    at: usize,
}

impl Plain {
    /// `５` is `5`, every space a space, every dash a dash; none for what has no width.
    fn of(c: char, at: usize) -> Option<Self> {
        let c = match c {
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => return None,
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | 'ー' => '-',
            '•' | '・' => '·',
            c if c.is_whitespace() && c != '\n' => ' ',
            c => c,
        };
        Some(Self { c, at })
    }
}

/// Where some of the plain characters stand in the text.
fn place(plain: &[Plain], range: Range<usize>) -> Option<Range<usize>> {
    Some(plain.get(range.start)?.at..plain.get(range.end.checked_sub(1)?)?.at + 1)
}

/// Some digits without anything between them.
struct Digits {
    range: Range<usize>,
    text: String,
}

/// Where numbers are that identify somebody.
fn numbers(plain: &[Plain]) -> Vec<Range<usize>> {
    let groups = groups(plain);
    let mut found = Vec::new();
    let mut first = 0;
    while let Some(start) = groups.get(first) {
        let plus = has_plus(plain, start.range.start);
        // The longest first: an identity number also contains what could be a phone number.
        let number = joined(plain, &groups, first).into_iter().rev().find_map(|number| {
            let end = number.identifies(plain, plus)?;
            Some((number.shape.len(), start.range.start - usize::from(plus)..end))
        });
        first += number.as_ref().map_or(1, |(groups, _)| *groups);
        found.extend(number.and_then(|(_, range)| place(plain, range)));
    }
    found
}

fn groups(plain: &[Plain]) -> Vec<Digits> {
    let mut groups: Vec<Digits> = Vec::new();
    for (at, Plain { c, .. }) in plain.iter().enumerate().filter(|(_, plain)| plain.c.is_ascii_digit()) {
        match groups.last_mut().filter(|last| last.range.end == at) {
            Some(last) => {
                last.text.push(*c);
                last.range.end += 1;
            }
            None => groups.push(Digits { range: at..at + 1, text: c.to_string() }),
        }
    }
    groups
}

/// Whether a `+` stands before, that adds nothing to something.
fn has_plus(plain: &[Plain], start: usize) -> bool {
    let before = |back: usize| start.checked_sub(back).and_then(|at| plain.get(at)).map(|plain| plain.c);
    before(1) == Some('+') && !before(2).is_some_and(|c| c.is_ascii_alphanumeric())
}

/// Groups of digits, read as one number.
struct Number {
    digits: String,
    /// How long each group is.
    shape: Vec<usize>,
    /// Where the last group ends.
    end: usize,
}

/// The numbers that begin with a group: the group alone, with the next, and so on.
fn joined(plain: &[Plain], groups: &[Digits], first: usize) -> Vec<Number> {
    let mut numbers: Vec<Number> = Vec::new();
    for group in groups.iter().skip(first) {
        let (mut digits, mut shape) = (String::new(), Vec::new());
        if let Some(before) = numbers.last() {
            let between = plain.get(before.end..group.range.start).unwrap_or_default();
            if between.len() > 3 || !between.iter().all(|plain| " -./·_~()".contains(plain.c)) {
                break;
            }
            digits.push_str(&before.digits);
            shape.extend(&before.shape);
        }
        digits.push_str(&group.text);
        shape.push(group.text.len());
        if digits.len() > MOST_DIGITS {
            break;
        }
        numbers.push(Number { digits, shape, end: group.range.end });
    }
    numbers
}

impl Number {
    /// Where it ends, if it identifies somebody.
    fn identifies(&self, plain: &[Plain], plus: bool) -> Option<usize> {
        // The last place of an identity number may be an X, even after a space.
        let x = (0..2).find(|skip| {
            let at = |at: usize| plain.get(at).map(|plain| plain.c);
            (*skip == 0 || at(self.end) == Some(' '))
                && at(self.end + skip).is_some_and(|c| c.eq_ignore_ascii_case(&'x'))
        });
        match x {
            Some(skip) if is_identity_number(&format!("{}X", self.digits)) => Some(self.end + skip + 1),
            _ if is_identity_number(&self.digits) || self.is_card_number() || self.is_phone_number(plus) => {
                Some(self.end)
            }
            _ => None,
        }
    }

    fn is_card_number(&self) -> bool {
        let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
        let sum = self.digits.chars().rev().enumerate().try_fold(0, |sum, (i, c)| {
            let digit = c.to_digit(10)?;
            Some(sum + if i % 2 == 1 { doubled(digit) } else { digit })
        });
        let first_four: u32 = self.digits.get(..4).and_then(|four| four.parse().ok()).unwrap_or(0);
        // The networks' ranges. Numbers that begin with 20 are the time in an order's number.
        let of_a_network = matches!(first_four, 3000..=6999) || (2221..=2720).contains(&first_four);
        let in_fours = self
            .shape
            .split_last()
            .is_some_and(|(last, before)| (*last <= 4 || last % 4 == 0) && before.iter().all(|n| n % 4 == 0));
        let shape = matches!(self.shape.as_slice(), [_] | [4, 6, 4 | 5] | [6, _]) || in_fours;
        (13..=MOST_DIGITS).contains(&self.digits.len()) && of_a_network && shape && sum.is_some_and(|sum| sum % 10 == 0)
    }

    fn is_phone_number(&self, plus: bool) -> bool {
        let any = |countries: [&str; 2]| countries.into_iter().find_map(|country| self.without(country));
        if let Some(rest) = any(["0086", "86"]) {
            return self.is_national() || rest.is_mobile() || rest.is_chinese_line("");
        }
        if let Some(rest) = any(["00886", "886"]) {
            return self.is_national() || rest.is_taiwanese("");
        }
        if let Some(rest) = any(["00852", "852"]) {
            let shape = matches!(rest.shape.as_slice(), [8] | [4, 4]);
            return self.is_national() || shape && rest.digits.starts_with(['2', '3', '5', '6', '7', '9']);
        }
        self.is_national() || self.without("0").is_some_and(|rest| rest.is_mobile()) || plus && self.is_abroad()
    }

    /// A number after a `+` (E.164): of North America eleven digits, of others nine to fifteen. A sum that a guest
    /// writes is shorter, or has only small numbers.
    fn is_abroad(&self) -> bool {
        match self.digits.as_bytes() {
            [b'1', b'2'..=b'9', ..] => {
                self.digits.len() == 11
                    && matches!(self.shape.as_slice(), [11] | [1, 10] | [1, 3, 7] | [1, 3, 3, 4] | [4, 3, 4])
            }
            [b'2'..=b'9', ..] => (9..=15).contains(&self.digits.len()) && self.shape.iter().any(|n| *n > 2),
            _ => false,
        }
    }

    fn is_national(&self) -> bool {
        self.is_mobile() || self.is_chinese_line("0") || self.is_taiwanese("0")
    }

    /// The number without what it begins with, when that is a group or the beginning of one.
    fn without(&self, prefix: &str) -> Option<Self> {
        let digits = self.digits.strip_prefix(prefix)?.to_owned();
        let (first, rest) = self.shape.split_first()?;
        let left = first.checked_sub(prefix.len())?;
        let shape = Some(left).filter(|left| *left > 0).into_iter().chain(rest.iter().copied()).collect();
        Some(Self { digits, shape, end: self.end })
    }

    fn is_mobile(&self) -> bool {
        let shape = match self.shape.as_slice() {
            [11] | [7, 4] => true,
            [3, 4, 4] | [3, 8] => !self.ends_in_a_time(),
            shape => shape.iter().all(|n| *n == 1),
        };
        let [b'1', b'3'..=b'9', ..] = self.digits.as_bytes() else { return false };
        self.digits.len() == 11 && shape
    }

    /// A line with its area code: 010, 02x, 03xx to 09xx (`trunk` is that 0), before seven or eight digits. No line's
    /// number begins with 0, 1 or 9, so hours such as `0900-1400` are none.
    fn is_chinese_line(&self, trunk: &str) -> bool {
        let Some(rest) = self.digits.strip_prefix(trunk) else { return false };
        let area = match rest.as_bytes() {
            [b'1', b'0', ..] | [b'2', ..] => 2,
            [b'3'..=b'9', ..] => 3,
            _ => return false,
        };
        self.is_line(trunk.len() + area, &[7, 8], |first| (b'2'..=b'8').contains(&first))
    }

    /// Mobile numbers `09xx xxx xxx`, and lines: an area code of one or two digits before seven or eight.
    fn is_taiwanese(&self, trunk: &str) -> bool {
        let Some(rest) = self.digits.strip_prefix(trunk) else { return false };
        let t = trunk.len();
        match rest.as_bytes() {
            [b'9', ..] => {
                rest.len() == 9
                    && matches!(self.shape.as_slice(), [_] | [_, 3, 3] | [_, 6])
                    && matches!(self.shape.first(), Some(n) if *n == t + 3 || *n == t + 9)
            }
            [b'2'..=b'8', ..] => {
                self.is_line(t + 1, &[7, 8], |first| (b'2'..=b'8').contains(&first)) && (8..=9).contains(&rest.len())
            }
            _ => false,
        }
    }

    /// Whether the last eight digits are a day, `20261121`, or two hours, `0900 2130`. Then the digits before are the
    /// number of a table, or a price.
    fn ends_in_a_time(&self) -> bool {
        let Some(last) = self.digits.len().checked_sub(8).and_then(|from| self.digits.get(from..)) else {
            return false;
        };
        let part = |range: Range<usize>| last.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(u32::MAX);
        let day = part(0..2) == 20 && (1..=12).contains(&part(4..6)) && (1..=31).contains(&part(6..8));
        let hour = |from: usize| {
            part(from..from + 2) < 24 && part(from + 2..from + 4) < 60 && part(from + 3..from + 4) % 5 == 0
        };
        day || hour(0) && hour(4)
    }

    /// Whether so many digits of an area code stand before a line of one of these lengths, in one piece or in groups.
    fn is_line(&self, area: usize, lengths: &[usize], begins: fn(u8) -> bool) -> bool {
        let line = self.digits.len().saturating_sub(area);
        let grouped = match self.shape.as_slice() {
            [_] => true,
            [first, rest @ ..] => *first == area && matches!(rest, [7 | 8] | [4, 4] | [3, 4]) && !self.ends_in_a_time(),
            [] => false,
        };
        grouped && lengths.contains(&line) && self.digits.as_bytes().get(area).is_some_and(|first| begins(*first))
    }
}

/// ISO 7064, MOD 11-2, over six digits of the place, eight of the date of birth, three more and the check.
fn is_identity_number(number: &str) -> bool {
    let part = |range: Range<usize>| number.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let born =
        (1850..=2099).contains(&part(6..10)) && (1..=12).contains(&part(10..12)) && (1..=31).contains(&part(12..14));
    let place = |c: char| if c == 'X' { Some(10) } else { c.to_digit(10) };
    let sum = number.chars().enumerate().try_fold(0, |sum, (i, c)| {
        let weight = 2_u32.pow(u32::try_from(17_usize.checked_sub(i)?).ok()?) % 11;
        Some(sum + place(c).filter(|place| *place < 10 || i == 17)? * weight)
    });
    number.len() == 18 && born && sum.is_some_and(|sum| sum % 11 == 1)
}

/// Where e-mail addresses are: what stands around an `@`, as far as it is of the characters that addresses are made of.
fn emails(plain: &[Plain]) -> Vec<Range<usize>> {
    let at = |at: usize| plain.get(at).map(|plain| plain.c);
    let mut found = Vec::new();
    for (sign, _) in plain.iter().enumerate().filter(|(_, plain)| plain.c == '@') {
        // `name @ example.com`, `name @example.com`
        let (spaced_before, spaced_after) = (sign > 0 && at(sign - 1) == Some(' '), at(sign + 1) == Some(' '));
        let (before, after) = (sign - usize::from(spaced_before), sign + 1 + usize::from(spaced_after));
        let local = plain.iter().take(before).rev();
        let local = local.take_while(|plain| plain.c.is_ascii_alphanumeric() || "._%+-".contains(plain.c)).count();
        let domain = plain.iter().skip(after).map(|plain| if plain.c == '。' { '.' } else { plain.c });
        let domain: String = domain.take_while(|c| c.is_ascii_alphanumeric() || ".-".contains(*c)).collect();
        let length = domain_length(&domain, spaced_before || spaced_after);
        if local > 0 && length > 0 {
            found.extend(place(plain, before - local..after + length));
        }
    }
    found
}

/// How much of a text is a domain: labels up to the last that begins with letters, and of that only its letters.
/// Attached text, such as the number of a table, does not belong to it.
fn domain_length(text: &str, strict: bool) -> usize {
    let labels: Vec<&str> = text.split('.').collect();
    let letters = |label: &str| label.bytes().take_while(u8::is_ascii_alphabetic).count();
    let Some(top) = labels.iter().rposition(|label| letters(label) >= 2).filter(|top| *top > 0) else { return 0 };
    let ending = labels.get(top).map_or("", |label| label.get(..letters(label)).unwrap_or_default());
    let before = labels.get(..top).unwrap_or_default();
    // A price is no domain: `5.each`. The large providers of China that are called by a number are.
    let named = |label: &&str| {
        label.bytes().any(|b| b.is_ascii_alphabetic()) || ["126", "139", "163", "188", "189"].contains(label)
    };
    let known = ["com", "cn", "net", "org", "tw", "hk"].contains(&ending.to_ascii_lowercase().as_str());
    if before.iter().all(|label| !label.is_empty()) && before.iter().any(named) && (known || !strict) {
        before.iter().map(|label| label.len() + 1).sum::<usize>() + ending.len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(cases: &[(&str, &str)]) {
        for (written, kept) in cases {
            assert_eq!(without_personal_numbers(written), *kept, "{written}");
        }
    }

    #[test]
    fn phone_numbers_are_masked() {
        check(&[
            ("电话13812345678谢谢", "电话***谢谢"),
            ("我的号码：１３８　１２３４　５６７８。", "我的号码：***。"),
            ("138-1234-5678", "***"),
            ("138 1234  5678 或 138 - 1234 - 5678", "*** 或 ***"),
            ("138.1234.5678，138/1234/5678，138·1234·5678", "***，***，***"),
            ("138\u{200b}1234\u{2003}5678", "***"),
            ("1 3 8 1 2 3 4 5 6 7 8", "***"),
            ("138—1234—5678", "***"),
            ("微信13812345678X张先生", "微信***X张先生"),
            ("+86 138 1234 5678", "***"),
            ("+86(138)12345678", "***"),
            ("＋８６13812345678", "***"),
            ("0086-13812345678，8613812345678", "***，***"),
            ("call +44 20 7946 0958 please", "call *** please"),
            ("+1 (415) 555-2671", "***"),
            ("电话+86 13812345678 3个人", "电话*** 3个人"),
            ("+86 138 1234 5678 10分好评，+886 912 345 678 5 stars", "*** 10分好评，*** 5 stars"),
            ("021-62345678转3", "***转3"),
            ("（021）62345678，(0755) 2600-1234", "（***，(***"),
            ("0755-26001234", "***"),
            ("86-21-62345678", "***"),
            ("0086 21 6234 5678", "***"),
            ("0912-345-678，0912345678", "***，***"),
            ("02-2345-6789，886912345678", "***，***"),
            ("852 6123 4567", "***"),
            ("两位，2 13812345678", "两位，2 ***"),
            ("13812345678 13912345678", "*** ***"),
        ]);
    }

    #[test]
    fn identity_numbers_are_masked_by_their_checksum() {
        // The example of GB 11643, and the same with a wrong last place.
        check(&[
            ("身份证11010519491231002X。", "身份证***。"),
            ("110105 19491231 002x", "***"),
            ("11010519491231002 X", "***"),
            ("11010519491231002Xthanks", "***thanks"),
            ("４４０５２４１８８００１０１００１４", "***"),
            ("１１０１０５１９４９１２３１００２Ｘ", "***"),
            ("110105194912310021", "110105194912310021"),
        ]);
    }

    #[test]
    fn card_numbers_are_masked_by_their_checksum() {
        check(&[
            ("卡号 4111 1111 1111 1111", "卡号 ***"),
            ("5500-0055-5555-5559", "***"),
            ("4111.1111.1111.1111", "***"),
            ("378282246310005!", "***!"),
            ("3782 822463 10005", "***"),
            ("4111 1111 11111111", "***"),
            ("6222 0212 3456 7890 128", "***"),
            ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ]);
    }

    #[test]
    fn e_mail_addresses_are_masked() {
        check(&[
            ("写信给li.lei+x@mail.example.cn谢谢", "写信给***谢谢"),
            ("13812345678@qq.com", "***"),
            ("13812345678@163.com", "***"),
            ("ｌｉ＠ｑｑ．ｃｏｍ", "***"),
            ("lilei @ qq.com，lilei @qq.com，lilei@ qq.com", "***，***，***"),
            ("lilei@qq.com2号桌，lilei@qq.com.5号", "***2号桌，***.5号"),
            ("Me: a@b.io. Thanks", "Me: ***. Thanks"),
        ]);
    }

    #[test]
    fn what_guests_write_otherwise_stays() {
        for text in [
            "等了45分钟，花了1280元，3个人。",
            "2026-11-21 12:31 来的，8号桌",
            "订单 20261121123107 少一份",
            "消费 1588 2688 388，人均 158 168 178 88",
            "18 28 38 48 128，1688 1288 688",
            "05-01 05-03 05-05 都来过，国庆 09-28 09-30 10 月再来",
            "营业 0900-1400 1700，11:30-13:30 太挤",
            "买1+1 2026-11-21，满100+20 30 40 50",
            "支持+1 2026-11-21 来的，推荐+1 10/10 100分，加料+10 20 30 40，加价+1000 2000",
            "好吃+1。20261121来过",
            "桌号08 20261121，人均158 20261121到店，花了158 2026 1121",
            "包间03 2030-2130，11-02 2000-2200 用餐，营业0900-2200 2300",
            "1888 388 1688，138 138 13888",
            "100% 好吃 10/10 👍🏽",
            "房间 1203，Wi-Fi 88888888",
            "2 @ 5.50, 2@5.each, @home, a@b, see you @ cafe.next",
            "x17 y",
            "",
        ] {
            assert_eq!(without_personal_numbers(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_mask_never_lengthens_a_text_and_masking_again_changes_nothing(text in "[0-9０-９ xX@.a-c+\\-—()好]{0,60}") {
            let once = without_personal_numbers(&text);
            prop_assert!(once.chars().count() <= text.chars().count());
            prop_assert_eq!(without_personal_numbers(&once), once);
        }

        #[test]
        fn a_mobile_number_is_found_however_it_is_grouped(
            number in "1[3-9][0-9][3-9][0-9]{7}", between in "[ \\-.－　]{0,3}", grouping in 0_usize..4, before in "[好，a ]{0,3}",
        ) {
            let cuts: &[usize] = [&[][..], &[3, 7], &[3], &[7]][grouping];
            let mut written = before.clone();
            for (i, digit) in number.chars().enumerate() {
                if cuts.contains(&i) { written.push_str(&between); }
                written.push(digit);
            }
            prop_assert_eq!(without_personal_numbers(&written), format!("{before}***"));
        }
    }
}
