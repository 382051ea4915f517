//! A mail as it is read: in the hand of the pages, as far as programs that show mail allow it.

use maud::{DOCTYPE, html};

// Such programs take no style but an element's own, and many no colour of their own in the dark.
const AROUND: &str = "margin:0;padding:24px 12px;background:#f7f5f2;color:#1d1b1a;\
     font:16px/1.6 -apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Roboto,sans-serif";
const CARD: &str =
    "max-width:560px;margin:0 auto;padding:20px 24px;background:#fff;border-radius:12px;border-top:4px solid ";
const HEADING: &str = "margin:0 0 12px;font-size:20px;line-height:1.35";
const LINE: &str = "margin:0;padding:10px 0;border-top:1px solid #e7e3dd";
const FOOT: &str = "max-width:560px;margin:12px auto 0;padding:0 24px;font-size:13px;color:#6b655e";

/// The page of a message: its heading and its lines. `colour` is the brand's, already checked to be `#rrggbb`.
pub(crate) fn page((title, lines): (&str, &[String]), colour: &str, from: &str, language: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
            }
            body style=(AROUND) {
                div style={ (CARD) (colour) } {
                    h1 style=(HEADING) { (title) }
                    @for line in lines { p style=(LINE) { (line) } }
                }
                p style=(FOOT) { (from) }
            }
        }
    };
    page.into_string()
}

/// The same for programs that show no page.
pub(crate) fn text((title, lines): (&str, &[String]), from: &str) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
    format!("{title}\n\n{}\n\n{from}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_line_acts() {
        let lines = ["<a href=\"http://x\">店 & 12</a>".to_owned()];
        let page = page(("回味：1 条通知", &lines), "#b4232a", "https://s.example.cn", "zh-CN");
        assert!(page.contains("&lt;a href=&quot;http://x&quot;&gt;店 &amp; 12&lt;/a&gt;"), "{page}");
        assert!(page.contains("border-top:4px solid #b4232a"));
        let text = text(("回味：1 条通知", &["一".to_owned(), "二".to_owned()]), "https://s.example.cn");
        assert_eq!(text, "回味：1 条通知\n\n- 一\n- 二\n\nhttps://s.example.cn\n");
    }
}
