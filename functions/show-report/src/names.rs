//! What things are called on the report's page.

use aftertaste::domain::{
    count::Sign,
    report::{Advice, Class, Meal, Method, SilentGuests},
    visit::Channel,
};

use crate::{figures::signed, words::Words};

impl Words {
    fn chinese(&self) -> bool {
        self.other_language.0 == "en"
    }

    pub fn class(&self, class: Class) -> &'static str {
        match (class, self.chinese()) {
            (Class::Basic, false) => "basic: its lack punishes",
            (Class::Performance, false) => "performance: both count",
            (Class::Excitement, false) => "excitement: its presence delights",
            (Class::Unclassified, false) => "unclassified",
            (Class::Basic, true) => "基本型：缺了会失分",
            (Class::Performance, true) => "期望型：好坏都计较",
            (Class::Excitement, true) => "魅力型：有了会加分",
            (Class::Unclassified, true) => "未分类",
        }
    }

    pub fn advice(&self, advice: Advice) -> &'static str {
        match (advice, self.chinese()) {
            (Advice::FixFirst, false) => "Fix first",
            (Advice::Protect, false) => "Protect",
            (Advice::Keep, false) => "Keep",
            (Advice::Watch, false) => "Watch",
            (Advice::FixFirst, true) => "先改",
            (Advice::Protect, true) => "守住",
            (Advice::Keep, true) => "保持",
            (Advice::Watch, true) => "留意",
        }
    }

    /// The names of the ten experience themes.
    pub fn theme(&self, theme: &str) -> Option<&'static str> {
        let (english, chinese) = match theme {
            "convenience" => ("Convenience", "便捷"),
            "respect" => ("Courtesy", "尊重"),
            "trust" => ("Trust", "放心"),
            "promises" => ("Promises kept", "守诺"),
            "autonomy" => ("Own pace", "自主"),
            "choice" => ("Choice", "选择"),
            "knowledge" => ("Expert advice", "专业"),
            "identity" => ("Fit", "认同"),
            "benefit" => ("Value for money", "实惠"),
            "recognition" => ("Recognition", "重视"),
            _ => return None,
        };
        Some(if self.chinese() { chinese } else { english })
    }

    pub fn method(&self, method: Method, n: u64) -> String {
        match (method, self.chinese()) {
            (Method::Joint, false) => format!("All drivers in one regression over {n} answers."),
            (Method::Pairs, false) => {
                format!(
                    "All drivers in one regression, from each two that guests answered together: up to {n} answers each."
                )
            }
            (Method::Marginal, false) => format!(
                "Each driver on its own, up to {n} answers each. What it shows takes along what hangs together with it."
            ),
            (Method::Joint, true) => format!("全部因素一次回归，共 {n} 份回答。"),
            (Method::Pairs, true) => format!("由顾客同时回答的每两项合成一次回归，每项最多 {n} 份回答。"),
            (Method::Marginal, true) => format!("逐项计算，每项最多 {n} 份回答；每项都带着与它相关的其他因素的影响。"),
        }
    }

    /// The score of all guests, if those who did not answer are less happy.
    pub fn silent(&self, SilentGuests { less_happy_by, nps }: &SilentGuests) -> String {
        let nps = signed(*nps);
        if self.chinese() {
            format!("如果没有回答的顾客的 NPS 低 {less_happy_by:.0} 分，那么全部顾客的 NPS 是 {nps}。")
        } else {
            format!(
                "If guests who did not answer are {less_happy_by:.0} points less happy, the NPS of all guests is {nps}."
            )
        }
    }

    pub fn sign(&self, sign: Sign) -> &'static str {
        match (sign, self.chinese()) {
            (Sign::MoreAnswersThanOrders, false) => "days of a store with more answers than orders",
            (Sign::TakenBack, false) => "answers taken back",
            (Sign::WithinAMinute, false) => "answered in the minute of payment",
            (Sign::UnderThreeSeconds, false) => "answered in under three seconds",
            (Sign::AllAlike, false) => "the same place on every scale",
            (Sign::OneNetwork, false) => "from the commonest network of the day",
            (Sign::MoreAnswersThanOrders, true) => "回答多于订单的门店日",
            (Sign::TakenBack, true) => "被撤回的回答",
            (Sign::WithinAMinute, true) => "付款当分钟内就回答",
            (Sign::UnderThreeSeconds, true) => "三秒内答完",
            (Sign::AllAlike, true) => "每题都选同一档",
            (Sign::OneNetwork, true) => "来自当天最常见的网络",
        }
    }

    /// A band of amounts: its lower end is in it, its upper end in the next.
    pub fn band(&self, currency: &str, from: u64, below: u64) -> String {
        if self.chinese() {
            format!("{currency} {from} 至不足 {below}")
        } else {
            format!("{currency} {from} to under {below}")
        }
    }

    pub fn meal(&self, meal: Meal) -> &'static str {
        match (meal, self.chinese()) {
            (Meal::Breakfast, false) => "breakfast",
            (Meal::Lunch, false) => "lunch",
            (Meal::Afternoon, false) => "afternoon",
            (Meal::Dinner, false) => "dinner",
            (Meal::Night, false) => "night",
            (Meal::Breakfast, true) => "早餐",
            (Meal::Lunch, true) => "午餐",
            (Meal::Afternoon, true) => "下午",
            (Meal::Dinner, true) => "晚餐",
            (Meal::Night, true) => "夜间",
        }
    }

    pub fn channel(&self, channel: Channel) -> &'static str {
        if !self.chinese() {
            return match channel {
                Channel::Unknown => "unknown",
                Channel::Receipt => "receipt",
                Channel::Table => "table",
                Channel::WechatMiniProgram => "WeChat mini-program",
                Channel::WechatMessage => "WeChat message",
                Channel::AlipayMiniProgram => "Alipay mini-program",
                Channel::Sms => "text message",
                Channel::Email => "e-mail",
                Channel::App => "app",
                Channel::Delivery => "delivery",
                Channel::Kiosk => "kiosk",
                Channel::Web => "web",
                Channel::Test => "test",
                Channel::Staff => "staff",
            };
        }
        match channel {
            Channel::Unknown => "未知",
            Channel::Receipt => "小票",
            Channel::Table => "桌码",
            Channel::WechatMiniProgram => "微信小程序",
            Channel::WechatMessage => "微信消息",
            Channel::AlipayMiniProgram => "支付宝小程序",
            Channel::Sms => "短信",
            Channel::Email => "邮件",
            Channel::App => "App",
            Channel::Delivery => "外卖",
            Channel::Kiosk => "自助机",
            Channel::Web => "网页",
            Channel::Test => "试填",
            Channel::Staff => "员工",
        }
    }
}
