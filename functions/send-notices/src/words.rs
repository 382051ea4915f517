//! What people read, in their language.

use aftertaste::table::Delivery;
use serde_json::Value;

/// The heading of a message of so many lines.
pub(crate) fn title(lines: usize, language: &str) -> String {
    match (language, lines) {
        ("en", 1) => "Aftertaste: 1 notice".to_owned(),
        ("en", _) => format!("Aftertaste: {lines} notices"),
        ("zh-TW", _) => format!("回味：{lines} 則通知"),
        _ => format!("回味：{lines} 条通知"),
    }
}

/// What happened, on one line.
pub(crate) fn line(delivery: &Delivery, language: &str) -> String {
    let data: Value = serde_json::from_str(&delivery.data).unwrap_or_default();
    let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| data.get(name).and_then(Value::as_u64).unwrap_or_default();
    let endpoint = text("endpoint");
    match (delivery.kind.as_str(), language) {
        ("count.failed", "en") => {
            format!(
                "A count is not whole: {} stores or scopes are behind. The next one tries again.",
                number("failures")
            )
        }
        ("count.failed", "zh-TW") => {
            format!("統計未完成：{} 個門市或範圍尚未更新，下次統計時會重試。", number("failures"))
        }
        ("count.failed", _) => format!("统计未完成：{} 个门店或范围尚未更新，下次统计时会重试。", number("failures")),
        ("endpoint.switched_off", "en") => format!("The endpoint {endpoint} was switched off. {}", text("why")),
        ("endpoint.switched_off", "zh-TW") => format!("推送端點 {endpoint} 已停用。{}", text("why")),
        ("endpoint.switched_off", _) => format!("推送端点 {endpoint} 已停用。{}", text("why")),
        ("endpoint.test", "en") => format!("A test of the endpoint {endpoint}: messages arrive here."),
        ("endpoint.test", "zh-TW") => format!("推送端點 {endpoint} 的測試：訊息可以送達。"),
        ("endpoint.test", _) => format!("推送端点 {endpoint} 的测试：消息可以送达。"),
        (kind, _) => kind.to_owned(),
    }
}
