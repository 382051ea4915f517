// The words that are built in, as guests read them.

export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'];

export const WORDS = {
  'zh-CN': {
    send: '提交', optional: '选填', missing: '请回答这一题。', thanks: '谢谢您！', answered: '已填写过',
    offer: '您可以撤回后重新填写。', tookBack: '您已撤回这份回答。如需重新填写，请再次提交。',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填写', noLink: '这不是问卷链接', own: '简体中文',
    offline: '网络不通。请不要关闭本页，网络恢复后会自动提交。',
    busy: '系统繁忙，请不要关闭本页，稍后会自动提交。',
  },
  'zh-TW': {
    send: '送出', optional: '選填', missing: '請回答這一題。', thanks: '謝謝您！', answered: '已填寫過',
    offer: '您可以撤回後重新填寫。', tookBack: '您已撤回這份回答。如需重新填寫，請再次送出。',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填寫', noLink: '這不是問卷連結', own: '繁體中文',
    offline: '網路不通。請保持本頁開啟，網路恢復後會自動送出。',
    busy: '系統忙碌，請保持本頁開啟，稍後會自動送出。',
  },
  'en': {
    send: 'Send', optional: 'optional', missing: 'Please answer this one.', thanks: 'Thank you!',
    answered: 'Already answered', offer: 'You can take it back and answer anew.',
    tookBack: 'You have taken this answer back. To answer anew, please send it again.',
    takeBack: 'Take my answer back', takenBack: 'Taken back', again: 'Answer anew',
    noLink: 'Not a survey link', own: 'English',
    offline: 'No connection. Keep this page open: your answer goes out by itself as soon as there is one.',
    busy: 'Many are answering just now. Keep this page open: your answer goes out by itself.',
  },
};
