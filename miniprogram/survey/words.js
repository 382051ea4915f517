// The words around the questions, in the languages that the web pages have, and in the same words wherever both say
// the same. What the store asks, and what it says about privacy, comes with the survey.

const WORDS = {
  'zh-CN': {
    loading: '正在打开……',
    send: '提交',
    sending: '正在提交……',
    optional: '选填',
    asksReply: '请门店在这里回复我',
    progress: '已答 {done} 题，共 {of} 题',
    mend: '尚未提交，请再看一下您的回答。',
    missing: '请回答这一题。',
    nothing: '请至少回答一题。',
    controlCharacters: '文字中有无法显示的字符，请重新输入。',
    questionsChanged: '门店刚刚更新了问卷，请再看一下。',
    tookBack: '您已撤回这份回答。如需重新填写，请再次提交。',
    notTakenBack: '只能在提交回答的手机上撤回。',
    offline: '网络不通。请不要关闭本页，网络恢复后会自动提交。',
    busy: '系统繁忙，请不要关闭本页，稍后会自动提交。',
    tooLong: '内容太长，请缩短文字后再提交。',
    tryLater: '没有成功，请稍后再试。',
    ends: {
      'thanks': { title: '谢谢您！', more: '门店已收到您的反馈。', button: '撤回我的回答' },
      'answered': {
        title: '已填写过',
        more: '这次消费已经填写过问卷，以第一次的回答为准。',
        offer: '您可以撤回后重新填写。',
        button: '撤回我的回答',
      },
      'taken-back': { title: '已撤回', more: '您的回答已删除，只留下曾经撤回的记录。', button: '重新填写' },
      'link-unknown': { title: '这不是问卷链接', more: '请重新扫描小票上的二维码。' },
      'link-expired': { title: '链接已过期', more: '感谢您回来看看，期待下次听到您的意见。' },
      'link-from-the-future': { title: '时间未到', more: '收银机的时间有误，请稍后再试。', button: '再试一次' },
      'survey-over': { title: '问卷已结束', more: '门店已不再使用这份问卷，仍然感谢您。' },
      'offline': { title: '网络不通', more: '请检查网络后再试。', button: '再试一次' },
      'unavailable': { title: '请稍候', more: '服务器没有回应，请过几秒再试。', button: '再试一次' },
    },
  },

  'zh-TW': {
    loading: '正在開啟……',
    send: '送出',
    sending: '正在送出……',
    optional: '選填',
    asksReply: '請門市在這裡回覆我',
    progress: '已答 {done} 題，共 {of} 題',
    mend: '尚未送出，請再看一下您的回答。',
    missing: '請回答這一題。',
    nothing: '請至少回答一題。',
    controlCharacters: '文字中有無法顯示的字元，請重新輸入。',
    questionsChanged: '門市剛剛更新了問卷，請再看一下。',
    tookBack: '您已撤回這份回答。如需重新填寫，請再次送出。',
    notTakenBack: '只能在送出回答的手機上撤回。',
    offline: '網路不通。請保持本頁開啟，網路恢復後會自動送出。',
    busy: '系統忙碌，請保持本頁開啟，稍後會自動送出。',
    tooLong: '內容太長，請縮短文字後再送出。',
    tryLater: '沒有成功，請稍後再試。',
    ends: {
      'thanks': { title: '謝謝您！', more: '門市已收到您的回饋。', button: '撤回我的回答' },
      'answered': {
        title: '已填寫過',
        more: '這次消費已經填寫過問卷，以第一次的回答為準。',
        offer: '您可以撤回後重新填寫。',
        button: '撤回我的回答',
      },
      'taken-back': { title: '已撤回', more: '您的回答已刪除，只留下曾經撤回的記錄。', button: '重新填寫' },
      'link-unknown': { title: '這不是問卷連結', more: '請重新掃描小票上的二維碼。' },
      'link-expired': { title: '連結已過期', more: '感謝您回來看看，期待下次聽到您的意見。' },
      'link-from-the-future': { title: '時間未到', more: '收銀機的時間有誤，請稍後再試。', button: '再試一次' },
      'survey-over': { title: '問卷已結束', more: '門市已不再使用這份問卷，仍然感謝您。' },
      'offline': { title: '網路不通', more: '請檢查網路後再試。', button: '再試一次' },
      'unavailable': { title: '請稍候', more: '伺服器沒有回應，請過幾秒再試。', button: '再試一次' },
    },
  },

  'en': {
    loading: 'Opening…',
    send: 'Send',
    sending: 'Sending…',
    optional: 'optional',
    asksReply: "I'd like the store to reply to me here",
    progress: '{done} of {of} answered',
    mend: 'Not sent yet: please look at your answers again.',
    missing: 'Please answer this one.',
    nothing: 'Please answer at least one question.',
    controlCharacters: "Something in here can't be shown. Please type it anew.",
    questionsChanged: 'The store has just changed its questions. Please look at them again.',
    tookBack: 'You have taken this answer back. To answer anew, please send it again.',
    notTakenBack: 'Only the phone that sent an answer can take it back.',
    offline: 'No connection. Keep this page open: your answer goes out by itself as soon as there is one.',
    busy: 'Many are answering just now. Keep this page open: your answer goes out by itself.',
    tooLong: 'Too long. Please shorten what you wrote and send it again.',
    tryLater: 'That did not work. Please try again in a moment.',
    ends: {
      'thanks': { title: 'Thank you!', more: 'Your answer has reached the store.', button: 'Take my answer back' },
      'answered': {
        title: 'Already answered',
        more: 'This visit has been answered; the first answer stands.',
        offer: 'You can take it back and answer anew.',
        button: 'Take my answer back',
      },
      'taken-back': { title: 'Taken back', more: 'Your answer is gone. All that is kept is that it was taken back.', button: 'Answer anew' },
      'link-unknown': { title: 'Not a survey link', more: 'Please scan the code on your receipt again.' },
      'link-expired': {
        title: 'This link has expired',
        more: "Thank you for coming back to it. Next time we'd love to hear from you.",
      },
      'link-from-the-future': {
        title: 'Not yet',
        more: 'The clock of the till is wrong. Please try again later.',
        button: 'Try again',
      },
      'survey-over': {
        title: 'This survey is over',
        more: 'The store no longer asks it. Thank you all the same.',
      },
      'offline': { title: 'No connection', more: 'Please try again when there is one.', button: 'Try again' },
      'unavailable': {
        title: 'Just a moment',
        more: 'The server did not answer. Please try again in a few seconds.',
        button: 'Try again',
      },
    },
  },
};

const NAMES = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', 'en': 'English' };

/** The words nearest to a language: Chinese by its script, English for every other language. */
function wordsIn(language) {
  const parts = language.toLowerCase().split('-');
  if (parts[0] !== 'zh') return WORDS['en'];
  return WORDS[parts.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-TW' : 'zh-CN'];
}

/** What a language calls itself. */
function languageName(language) {
  return NAMES[language] || language;
}

module.exports = { wordsIn, languageName };
