//! The words of a guest's pages.

use super::shell::built_in_language;

/// The words of a guest's pages.
pub(super) struct Words {
    pub submit: &'static str,
    pub optional: &'static str,
    pub progress: &'static str,
    pub mend: &'static str,
    pub sending: &'static str,
    pub offline: &'static str,
    pub busy: &'static str,
    pub later: &'static str,
    pub missing: &'static str,
    pub nothing: &'static str,
    pub too_long: &'static str,
    pub control_characters: &'static str,
    pub questions_changed: &'static str,
    pub thanks: &'static str,
    pub thanks_more: &'static str,
    pub answered: &'static str,
    pub answered_more: &'static str,
    pub take_back: &'static str,
    pub taken_back: &'static str,
    pub taken_back_more: &'static str,
    pub again: &'static str,
    pub privacy: &'static str,
    pub of_payment: &'static str,
    pub of_opening: &'static str,
}

/// The words in a language, or in the nearest that is built in.
pub(super) fn words(language: &str) -> &'static Words {
    match built_in_language(&[language.to_owned()]) {
        "en" => &ENGLISH,
        "zh-TW" => &TRADITIONAL,
        _ => &SIMPLIFIED,
    }
}

const ENGLISH: Words = Words {
    submit: "Send",
    optional: "optional",
    progress: "Answered",
    mend: "Not sent yet: please look at your answers again.",
    sending: "Sending…",
    offline: "No connection. Keep this page open: your answer goes out by itself as soon as there is one.",
    busy: "Many are answering just now. Keep this page open: your answer goes out by itself.",
    later: "Not sent. Please try again in a moment.",
    missing: "Please answer this one.",
    nothing: "Please answer at least one question.",
    too_long: "Please shorten this to {most} characters.",
    control_characters: "Something in here can't be shown. Please type it anew.",
    questions_changed: "The store has just changed its questions. Please look at them again.",
    thanks: "Thank you!",
    thanks_more: "Your answer has reached the store.",
    answered: "Already answered",
    answered_more: "This visit has been answered; the first answer stands. You can take it back and answer anew.",
    take_back: "Take my answer back",
    taken_back: "Taken back",
    taken_back_more: "Your answer is gone.",
    again: "Answer anew",
    privacy: "We keep your answers, also if you leave half-way, with the store and {when}, not with \
              your name, for {days} days. Phone numbers and the like in what you write are masked. Once sent, you can take \
              your answers back here for as long as the link works.",
    of_payment: "the minute of your payment",
    of_opening: "the minute in which you opened this page",
};

const TRADITIONAL: Words = Words {
    submit: "送出",
    optional: "選填",
    progress: "已答",
    mend: "尚未送出，請再看一下您的回答。",
    sending: "正在送出……",
    offline: "網路不通。請保持本頁開啟，網路恢復後會自動送出。",
    busy: "系統忙碌，請保持本頁開啟，稍後會自動送出。",
    later: "尚未送出，請稍候再試。",
    missing: "請回答這一題。",
    nothing: "請至少回答一題。",
    too_long: "請縮短到 {most} 個字以內。",
    control_characters: "文字中有無法顯示的字元，請重新輸入。",
    questions_changed: "門市剛剛更新了問卷，請再看一下。",
    thanks: "謝謝您！",
    thanks_more: "門市已收到您的回饋。",
    answered: "已填寫過",
    answered_more: "這次消費已經填寫過問卷，以第一次的回答為準。您可以撤回後重新填寫。",
    take_back: "撤回我的回答",
    taken_back: "已撤回",
    taken_back_more: "您的回答已刪除。",
    again: "重新填寫",
    privacy: "我們會將您的回答（包括中途離開時已填的）與門市及{when}（精確到分鐘）一併保存 {days} 天，不含您的姓名；留言中的電話號碼等個人資訊會自動遮蔽。提交後，連結有效期間內可隨時在此撤回。",
    of_payment: "付款時間",
    of_opening: "開啟本頁的時間",
};

const SIMPLIFIED: Words = Words {
    submit: "提交",
    optional: "选填",
    progress: "已答",
    mend: "尚未提交，请再看一下您的回答。",
    sending: "正在提交……",
    offline: "网络不通。请不要关闭本页，网络恢复后会自动提交。",
    busy: "系统繁忙，请不要关闭本页，稍后会自动提交。",
    later: "尚未提交，请稍候再试。",
    missing: "请回答这一题。",
    nothing: "请至少回答一题。",
    too_long: "请缩短到 {most} 个字以内。",
    control_characters: "文字中有无法显示的字符，请重新输入。",
    questions_changed: "门店刚刚更新了问卷，请再看一下。",
    thanks: "谢谢您！",
    thanks_more: "门店已收到您的反馈。",
    answered: "已填写过",
    answered_more: "这次消费已经填写过问卷，以第一次的回答为准。您可以撤回后重新填写。",
    take_back: "撤回我的回答",
    taken_back: "已撤回",
    taken_back_more: "您的回答已删除。",
    again: "重新填写",
    privacy: "我们会将您的回答（包括中途离开时已填的）与门店及{when}（精确到分钟）一起保存 {days} 天，不含您的姓名；留言中的电话号码等个人信息会自动遮蔽。提交后，链接有效期内可随时在此撤回。",
    of_payment: "付款时间",
    of_opening: "打开本页的时间",
};
