// The words that are built in, as guests read them.

export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'];

export const WORDS = {
  'zh-CN': {
    send: '提交', optional: '选填', missing: '请回答这一题。', thanks: '谢谢您！', answered: '已填写过',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填写', noLink: '这不是问卷链接', own: '简体中文',
    offline: '网络不通。请不要关闭本页，网络恢复后会自动提交。',
    busy: '系统繁忙，请不要关闭本页，稍后会自动提交。',
  },
  'zh-TW': {
    send: '送出', optional: '選填', missing: '請回答這一題。', thanks: '謝謝您！', answered: '已填寫過',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填寫', noLink: '這不是問卷連結', own: '繁體中文',
    offline: '網路不通。請保持本頁開啟，網路恢復後會自動送出。',
    busy: '系統忙碌，請保持本頁開啟，稍後會自動送出。',
  },
  'en': {
    send: 'Send', optional: 'optional', missing: 'Please answer this one.', thanks: 'Thank you!',
    answered: 'Already answered', takeBack: 'Take my answer back', takenBack: 'Taken back', again: 'Answer anew',
    noLink: 'Not a survey link', own: 'English',
    offline: 'No connection. Keep this page open: your answer goes out by itself as soon as there is one.',
    busy: 'Many are answering just now. Keep this page open: your answer goes out by itself.',
  },
};
