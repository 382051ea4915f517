//! A mail as it is read: in the hand of the pages, as far as programs that show mail allow it.

use maud::{DOCTYPE, html};

// Such programs take no style but an element's own, and many no colour of their own in the dark.
const AROUND: &str = "margin:0;padding:24px 12px;background:#f7f5f2;color:#1d1b1a;\
     font:16px/1.6 -apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Roboto,sans-serif";
const CARD: &str =
    "max-width:560px;margin:0 auto;padding:20px 24px;background:#fff;border-radius:12px;border-top:4px solid ";
const HEADING: &str = "margin:0 0 12px;font-size:20px;line-height:1.35";
const LINE: &str = "margin:0;padding:10px 0;border-top:1px solid #e7e3dd";
const LINKS: &str = "margin:16px 0 0";
const LINK: &str = "display:inline-block;margin:0 20px 0 0;padding:10px 0;color:#1d1b1a;font-weight:600";
const FOOT: &str = "max-width:560px;margin:12px auto 0;padding:0 24px;font-size:13px;color:#6b655e";

/// A message as a mail.
pub(crate) struct Letter<'a> {
    /// Its heading.
    pub(crate) title: &'a str,
    /// The lines of its text.
    pub(crate) lines: &'a [String],
    /// Where it leads, each with its words.
    pub(crate) links: &'a [(&'static str, String)],
    /// The address of the stack.
    pub(crate) from: &'a str,
}

impl Letter<'_> {
    /// Its page. `colour` is the brand's, already checked to be `#rrggbb`.
    pub(crate) fn page(&self, colour: &str, language: &str) -> String {
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                }
                body style=(AROUND) {
                    div style={ (CARD) (colour) } {
                        h1 style=(HEADING) { (self.title) }
                        @for line in self.lines { p style=(LINE) { (line) } }
                        @if !self.links.is_empty() {
                            p style=(LINKS) { @for (words, url) in self.links { a style=(LINK) href=(url) { (words) } } }
                        }
                    }
                    p style=(FOOT) { (self.from) }
                }
            }
        };
        page.into_string()
    }

    /// The same for programs that show no page.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| format!("- {line}\n")).collect();
        let links: Vec<String> = self.links.iter().map(|(words, url)| format!("{words}: {url}\n")).collect();
        let parts = [lines.concat(), links.concat()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}\n\n{}\n{}\n", self.title, parts.join("\n"), self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_line_acts() {
        let lines = ["<a href=\"http://x\">店 & 12</a>".to_owned()];
        let from = "https://s.example.cn";
        let letter = Letter { title: "回味：1 条通知", lines: &lines, links: &[], from };
        let page = letter.page("#b4232a", "zh-CN");
        assert!(page.contains("&lt;a href=&quot;http://x&quot;&gt;店 &amp; 12&lt;/a&gt;"), "{page}");
        assert!(page.contains("border-top:4px solid #b4232a") && !page.contains("<a "));
        let lines = ["一".to_owned(), "二".to_owned()];
        let text = Letter { lines: &lines, ..letter }.text();
        assert_eq!(text, "回味：1 条通知\n\n- 一\n- 二\n\nhttps://s.example.cn\n");
    }

    #[test]
    fn a_letter_leads_to_what_it_is_about() {
        let (lines, from) = (["一".to_owned()], "https://s.example.cn");
        let links = [("去处理", format!("{from}/cases/cn/east"))];
        let letter = Letter { title: "1 条反馈待处理", lines: &lines, links: &links, from };
        let page = letter.page("#b4232a", "zh-CN");
        assert!(page.contains("href=\"https://s.example.cn/cases/cn/east\">去处理</a>"), "{page}");
        let text = "1 条反馈待处理\n\n- 一\n\n去处理: https://s.example.cn/cases/cn/east\n\nhttps://s.example.cn\n";
        assert_eq!(letter.text(), text);
    }
}
