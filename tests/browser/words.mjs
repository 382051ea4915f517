// The words that are built in, as guests and managers read them.

import { readFileSync } from 'node:fs';

export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'];

export const WORDS = {
  'zh-CN': {
    replies: '我们会在这里回复您', see: '查看我们的回复', solved: '已解决', notSolved: '仍未解决',
    send: '提交', optional: '选填', reply: '请在这里回复我', missing: '请回答这一题。', thanks: '谢谢您！',
    sorry: '感谢您的坦诚', answered: '已填写过',
    offer: '您可以撤回后重新填写。', tookBack: '您已撤回这份回答。如需重新填写，请再次提交。',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填写', noLink: '这不是问卷链接', own: '简体中文',
    offline: '网络不通。请不要关闭本页，网络恢复后会自动提交。',
    busy: '系统繁忙，请不要关闭本页，稍后会自动提交。',
  },
  'zh-TW': {
    replies: '我們會在這裡回覆您', see: '查看我們的回覆', solved: '已解決', notSolved: '仍未解決',
    send: '送出', optional: '選填', reply: '請在這裡回覆我', missing: '請回答這一題。', thanks: '謝謝您！',
    sorry: '謝謝您的坦率', answered: '已填寫過',
    offer: '您可以撤回後重新填寫。', tookBack: '您已撤回這份回答。如需重新填寫，請再次送出。',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填寫', noLink: '這不是問卷連結', own: '繁體中文',
    offline: '網路未連線。請保持本頁開啟，網路恢復後會自動送出。',
    busy: '系統忙碌中，請保持本頁開啟，稍後會自動送出。',
  },
  'en': {
    replies: 'We will reply to you here', see: 'See our reply', solved: 'Solved', notSolved: 'Not solved',
    send: 'Send', optional: 'optional', reply: 'Please reply to me here', missing: 'Please answer this question.', thanks: 'Thank you!',
    sorry: 'Thank you for being so open',
    answered: 'Already answered', offer: 'You can take them back and answer again.',
    tookBack: 'You have taken these answers back. To answer again, please send them once more.',
    takeBack: 'Take my answers back', takenBack: 'Taken back', again: 'Answer again',
    noLink: 'Not a survey link', own: 'English',
    offline: 'No connection. Keep this page open: your answers will be sent automatically as soon as there is one.',
    busy: 'Many people are answering just now. Keep this page open: your answers will be sent automatically.',
  },
};

// The words for managers where a call is refused.
const REFUSED = {
  'zh-CN': {
    notYours: '超出您的权限', wayOn: '登录，或前往您的首页', signedOut: '您已退出登录', linkUsed: '这个链接已失效', unchanged: '没有任何更改',
    signInFirst: '请先登录',
  },
  'zh-TW': {
    notYours: '超出您的權限', wayOn: '登入，或前往您的首頁', signedOut: '您已登出', linkUsed: '這個連結已失效', unchanged: '沒有任何變更',
    signInFirst: '請先登入',
  },
  'en': {
    notYours: 'You don’t have access', wayOn: 'Sign in, or go to your own page', signedOut: 'You are signed out',
    linkUsed: 'This link no longer works', unchanged: 'Nothing was changed', signInFirst: 'Please sign in',
  },
};

/** The words of the pages behind the sign-in, from the file that the pages have them from. */
function managersWords(language) {
  const file = new URL(`../../words/people/${language}.json`, import.meta.url);
  const { people } = JSON.parse(readFileSync(file, 'utf8'));
  const about = (text) => (what) => text.replace(/\{\w+\}/, () => what);
  const before = (text) => text.split('{')[0];
  return {
    ...REFUSED[language],
    signIn: people.sign_in, asked: people.asked, asks: people.asks, saved: people.saved, notSaved: people.not_saved,
    noRole: people.no_role, badDays: before(people.bad_days), badHours: before(people.bad_hours),
    badScope: about(people.bad_scope), beyond: about(people.not_yours), badMentions: about(people.bad_mentions),
    takenEmail: about(people.taken_email), removed: about(people.removed), badAllows: about(people.bad_allows),
  };
}

export const MANAGERS_WORDS = Object.fromEntries(LANGUAGES.map((language) => [language, managersWords(language)]));
