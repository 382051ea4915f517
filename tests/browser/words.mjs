// The words that are built in, as guests read them.

export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'];

export const WORDS = {
  'zh-CN': {
    replies: '我们会在这里回复您', see: '查看我们的回复', solved: '已解决', notSolved: '仍未解决',
    send: '提交', optional: '选填', reply: '请在这里回复我', missing: '请回答这一题。', thanks: '谢谢您！', answered: '已填写过',
    offer: '您可以撤回后重新填写。', tookBack: '您已撤回这份回答。如需重新填写，请再次提交。',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填写', noLink: '这不是问卷链接', own: '简体中文',
    offline: '网络不通。请不要关闭本页，网络恢复后会自动提交。',
    busy: '系统繁忙，请不要关闭本页，稍后会自动提交。',
  },
  'zh-TW': {
    replies: '我們會在這裡回覆您', see: '查看我們的回覆', solved: '已解決', notSolved: '仍未解決',
    send: '送出', optional: '選填', reply: '請在這裡回覆我', missing: '請回答這一題。', thanks: '謝謝您！', answered: '已填寫過',
    offer: '您可以撤回後重新填寫。', tookBack: '您已撤回這份回答。如需重新填寫，請再次送出。',
    takeBack: '撤回我的回答', takenBack: '已撤回', again: '重新填寫', noLink: '這不是問卷連結', own: '繁體中文',
    offline: '網路未連線。請保持本頁開啟，網路恢復後會自動送出。',
    busy: '系統忙碌中，請保持本頁開啟，稍後會自動送出。',
  },
  'en': {
    replies: 'We will reply to you here', see: 'See our reply', solved: 'Solved', notSolved: 'Not solved',
    send: 'Send', optional: 'optional', reply: 'Please reply to me here', missing: 'Please answer this question.', thanks: 'Thank you!',
    answered: 'Already answered', offer: 'You can take them back and answer again.',
    tookBack: 'You have taken these answers back. To answer again, please send them once more.',
    takeBack: 'Take my answers back', takenBack: 'Taken back', again: 'Answer again',
    noLink: 'Not a survey link', own: 'English',
    offline: 'No connection. Keep this page open: your answers will be sent automatically as soon as there is one.',
    busy: 'Many people are answering just now. Keep this page open: your answers will be sent automatically.',
  },
};

// The words of the pages behind the sign-in, as managers read them.
export const MANAGERS_WORDS = {
  'zh-CN': {
    signIn: '登录', asked: '已提交请求', asks: '索取登录链接', saved: '已保存。', notYours: '超出您的权限',
    wayOn: '登录，或前往您的首页', signedOut: '您已退出登录', linkUsed: '这个链接已失效', unchanged: '没有任何更改',
    notSaved: '尚未保存：', badScope: '没有这个门店或区域：', beyond: '您给的权限不能超过自己的权限。以下超出范围：',
    badMentions: '每行是机器人种类和账号，例如 wecom LinXia。这一行不是：', takenEmail: '另一个人已使用这个邮箱：',
    noRole: '请至少给一个角色，并填上门店或区域。', removed: '已从名单移除：', signInFirst: '请先登录',
    badAllows: '授权不能是：', badDays: '此类授权的天数：', badHours: '最近付款的小时数：',
  },
  'zh-TW': {
    signIn: '登入', asked: '已送出請求', asks: '索取登入連結', saved: '已儲存。', notYours: '超出您的權限',
    wayOn: '登入，或前往您的首頁', signedOut: '您已登出', linkUsed: '這個連結已失效', unchanged: '沒有任何變更',
    notSaved: '尚未儲存：', badScope: '沒有這個門市或區域：', beyond: '您給的權限不能超過自己的權限。以下超出範圍：',
    badMentions: '每行是機器人種類和帳號，例如 wecom LinXia。這一行不是：', takenEmail: '另一個人已使用這個電子信箱：',
    noRole: '請至少給一個角色，並填上門市或區域。', removed: '已從名單移除：', signInFirst: '請先登入',
    badAllows: '授權不能是：', badDays: '此類授權的天數：', badHours: '最近付款的小時數：',
  },
  'en': {
    signIn: 'Sign in', asked: 'Request sent', asks: 'asks for a sign-in link', saved: 'Saved.',
    notYours: 'You don’t have access', wayOn: 'Sign in, or go to your own page', signedOut: 'You are signed out',
    linkUsed: 'This link no longer works', unchanged: 'Nothing was changed', notSaved: 'Not saved yet:',
    badScope: 'There is no such store or region:',
    beyond: 'You can give no more than you may yourself. This goes beyond it:',
    badMentions: 'A line of the robots is a kind and an id, such as wecom LinXia. This is not:',
    takenEmail: 'Another person has this e-mail address:',
    noRole: 'Give at least one role, with a store or a region.', removed: 'Removed from the list:',
    signInFirst: 'Please sign in',
    badAllows: 'This is nothing that a grant allows:', badDays: 'A grant of this kind lives so many days:',
    badHours: 'Payments of the last so many hours:',
  },
};
