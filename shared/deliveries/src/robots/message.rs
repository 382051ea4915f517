//! The message of a robot. Nothing in it acts but our own link and mentions: a store may be named `<@all>` or
//! `](http://x)`.

use domain::Invalid;

use super::kind::{Form, Kind};

/// How many characters of the title, of a line and of a link's words are shown. They keep a message without any lines
/// within the smallest limit, whatever it says.
const LONGEST_TITLE: usize = 100;
const LONGEST_LINE: usize = 200;
const LONGEST_LABEL: usize = 20;
const LONGEST_LINK: usize = 350;
const MOST_LINKS: usize = 2;
const MOST_MENTIONS: usize = 10;
const LONGEST_MENTION: usize = 64;

/// A message of a title, lines, perhaps a link or two, and people whom it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    title: String,
    lines: Vec<String>,
    links: Vec<Link>,
    mentions: Vec<Mention>,
}

/// A link with words of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    label: String,
    url: String,
}

/// Somebody to be called, by the id that the chat knows them by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention(String);

impl Message {
    /// A message. Long texts are cut, and characters that a chat could act on are replaced by their wide forms. Only
    /// the first two links are shown, and only the first ten people called.
    pub fn new(title: &str, lines: &[String], links: &[Link], mentions: &[Mention]) -> Self {
        Self {
            title: plain(title, LONGEST_TITLE),
            lines: lines.iter().map(|line| plain(line, LONGEST_LINE)).collect(),
            links: links.iter().take(MOST_LINKS).cloned().collect(),
            mentions: mentions.iter().take(MOST_MENTIONS).cloned().collect(),
        }
    }

    /// The title.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// How many lines it has.
    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The ids of the people whom it calls.
    pub(crate) fn mentions(&self) -> Vec<&str> {
        self.mentions.iter().map(|mention| mention.0.as_str()).collect()
    }

    /// The text with so many of its lines, and how many were left out.
    pub(crate) fn text(&self, kind: Kind, form: Form, shown: usize) -> String {
        let title = match (kind, form) {
            (_, Form::Text) => Some(self.title.clone()),
            (Kind::WeCom, _) => Some(format!("**{}**", self.title)),
            (Kind::DingTalk, _) => Some(format!("### {}", self.title)),
            // The card has it above.
            (Kind::Feishu, _) => None,
        };
        let bullet = match (kind, form) {
            (_, Form::Text) => "",
            (Kind::WeCom, _) => "> ",
            (Kind::DingTalk | Kind::Feishu, _) => "- ",
        };
        let left_out = self.lines.len().saturating_sub(shown);
        let left_out = (left_out > 0).then(|| format!("{bullet}… +{left_out}"));
        let lines = self.lines.iter().take(shown).map(|line| format!("{bullet}{line}"));
        let links = self.links.iter().map(|link| match form {
            Form::Markdown => format!("[{}]({})", link.label, link.url),
            Form::Text => format!("{} {}", link.label, link.url),
        });
        let mentions: Vec<_> = self.mentions.iter().map(|mention| mention.written(kind, form)).collect();
        let end: Vec<_> = links.chain(mentions).collect();
        // Without an empty line, DingTalk takes what follows a list for a part of its last item.
        let apart = kind == Kind::DingTalk && form == Form::Markdown && !end.is_empty();
        let end = (!end.is_empty()).then(|| end.join(" "));
        let all = title.into_iter().chain(lines).chain(left_out).chain(apart.then(String::new)).chain(end);
        all.collect::<Vec<_>>().join("\n")
    }
}

impl Link {
    /// A link.
    ///
    /// # Errors
    /// When the address is not https, is longer than 350 bytes, or has a character that would end it within a text.
    pub fn new(label: &str, url: &str) -> Result<Self, Invalid> {
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"<>()[]\"'`\\".contains(&byte);
        if !url.starts_with("https://") || url.len() > LONGEST_LINK || !url.bytes().all(fits) {
            return Err(Invalid(
                "A link in a message begins with https://, has 350 bytes at the most, and no blanks, brackets or quotes."
                    .to_owned(),
            ));
        }
        Ok(Self { label: plain(label, LONGEST_LABEL), url: url.to_owned() })
    }
}

impl Mention {
    /// Somebody's id.
    ///
    /// # Errors
    /// When it is not 1 to 64 letters, digits and `_-@.`, the first a letter or digit, or would call everybody.
    pub fn new(id: &str) -> Result<Self, Invalid> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-@.".contains(&byte);
        let fits = id.len() <= LONGEST_MENTION && id.bytes().all(fits);
        if !fits || !id.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Err(Invalid(
                "The id of somebody to call is 1 to 64 letters, digits and _-@., the first a letter or digit."
                    .to_owned(),
            ));
        }
        if id.eq_ignore_ascii_case("all") {
            return Err(Invalid("A message never calls everybody: name those who answer for it.".to_owned()));
        }
        Ok(Self(id.to_owned()))
    }

    fn written(&self, kind: Kind, form: Form) -> String {
        match (kind, form) {
            (Kind::WeCom, _) => format!("<@{}>", self.0),
            (Kind::DingTalk, _) => format!("@{}", self.0),
            (Kind::Feishu, Form::Markdown) => format!("<at id={}></at>", self.0),
            (Kind::Feishu, Form::Text) => format!("<at user_id=\"{}\"></at>", self.0),
        }
    }
}

/// A text that nothing acts in, on one line, and of so many characters at the most. The wide forms read the same.
pub(crate) fn plain(text: &str, most: usize) -> String {
    // Not one character more than can be shown is read.
    let start: String = text.chars().take(most + 1).map(harmless).collect();
    let start = start.replace("://", "：//");
    if start.chars().nth(most).is_none() {
        return start;
    }
    start.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

fn harmless(character: char) -> char {
    match character {
        '<' => '＜',
        '>' => '＞',
        '[' => '［',
        ']' => '］',
        '*' => '＊',
        '_' => '＿',
        '~' => '～',
        '`' => '｀',
        '#' => '＃',
        '|' => '｜',
        '@' => '＠',
        '&' => '＆',
        '\\' => '＼',
        // These part lines, or turn the direction of all that follows.
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        other if other.is_control() => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_in_a_name_acts() {
        assert_eq!(plain("<@all>](http://x) <font>&lt;**", 99), "＜＠all＞］(http：//x) ＜font＞＆lt;＊＊");
        assert_eq!(plain("a\nb\u{2028}c\u{202e}d", 99), "a b c d");
    }

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        assert_eq!(plain("南京路店", 4), "南京路店");
        assert_eq!(plain("南京路店", 3), "南京…");
        assert_eq!(plain("", 3), "");
    }

    #[test]
    fn a_link_that_would_end_early_or_leads_nowhere_safe_is_refused() {
        assert!(Link::new("打开", "https://s.example.cn/cases/cn/east/shanghai?a=1&b=%20#c").is_ok());
        let long = format!("https://{}", "a".repeat(343));
        for url in ["http://a.cn", "javascript:alert(1)", "https://a.cn/)", "https://a.cn/ b", "https://a.cn/南", &long]
        {
            assert!(Link::new("打开", url).is_err(), "{url}");
        }
    }

    #[test]
    fn nobody_calls_everybody() {
        for id in ["lin", "ou_18eac85d35a26f989317ad4f02e8bbbb", "lin.wei@example-1", "allan"] {
            assert_eq!(Mention::new(id), Ok(Mention(id.to_owned())));
        }
        let long = "a".repeat(65);
        for id in ["all", "ALL", "@all", "", "a b", "a>", "林", &long] {
            assert!(Mention::new(id).is_err(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_text_grows_beyond_its_characters_or_can_act(text in any::<String>(), most in 1_usize..50) {
            let plain = plain(&text, most);
            prop_assert!(plain.chars().count() <= most);
            prop_assert!(!plain.contains(['<', '>', '[', ']', '*', '@', '&', '`', '\n']) && !plain.contains("://"));
            prop_assert!(plain.ends_with('…') || plain.chars().count() == text.chars().count());
        }
    }
}
