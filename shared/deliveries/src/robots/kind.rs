//! The provider of a robot, and how much it takes.

use serde::{Deserialize, Serialize};

/// The provider of the chat that a robot writes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 企业微信.
    WeCom,
    /// 钉钉.
    DingTalk,
    /// 飞书, and the same outside China: Lark.
    Feishu,
}

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// With a title in bold and a link with words of its own.
    Markdown,
    /// As bare text. Members who read `WeCom` in WeChat see only this.
    Text,
}

impl Kind {
    /// Its name, as in `{"robot": "wecom"}`.
    pub fn name(self) -> &'static str {
        match self {
            Self::WeCom => "wecom",
            Self::DingTalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }

    /// How many bytes fit. `WeCom` counts those of the text, the others those of the whole body.
    pub fn limit(self, form: Form) -> usize {
        match (self, form) {
            (Self::WeCom, Form::Markdown) => 4_096,
            (Self::WeCom, Form::Text) => 2_048,
            // Feishu says 20 KB: this is the smaller of both readings.
            (Self::DingTalk | Self::Feishu, _) => 20_000,
        }
    }
}
