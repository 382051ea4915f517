// The surveys that the stores of the checks ask.

// A question of each kind, and conditions of each kind.
export const EVERYTHING = {
  id: 'everything',
  title: { 'zh-CN': '这顿饭怎么样？', 'zh-TW': '這頓飯怎麼樣？', 'en': 'How was your meal?' },
  questions: [
    {
      id: 'nps', kind: 'scale', min: 0, max: 10, measures: 'recommend', required: true,
      text: { 'zh-CN': '会推荐我们吗？', 'zh-TW': '會推薦我們嗎？', 'en': 'Would you recommend us?' },
      low_label: { 'zh-CN': '不会', 'en': 'Not at all' }, high_label: { 'zh-CN': '一定会', 'en': 'Certainly' },
    },
    {
      id: 'csat', kind: 'scale', min: 1, max: 5, measures: 'satisfaction', required: true,
      text: { 'zh-CN': '满意吗？', 'zh-TW': '滿意嗎？', 'en': 'How satisfied are you?' },
    },
    {
      id: 'what', kind: 'choice', many: true, required: true, ask_if: { question: 'nps', at_most: 6 },
      text: { 'zh-CN': '哪里不好？', 'en': 'What was not right?' },
      options: [
        { id: 'taste', text: { 'zh-CN': '味道', 'en': 'The taste' } },
        { id: 'wait', text: { 'zh-CN': '等待', 'en': 'The wait' } },
        { id: 'price', text: { 'zh-CN': '价格', 'en': 'The price' } },
      ],
    },
    {
      id: 'minutes', kind: 'scale', min: 0, max: 5, ask_if: { question: 'what', chose: 'wait' },
      text: { 'zh-CN': '等了多久？', 'en': 'How long was the wait?' },
    },
    {
      id: 'where', kind: 'choice',
      text: { 'zh-CN': '在哪里吃的？', 'en': 'Where did you eat?' },
      options: [{ id: 'in', text: { 'zh-CN': '堂食', 'en': 'Here' } }, { id: 'out', text: { 'zh-CN': '外带', 'en': 'Away' } }],
    },
    { id: 'why', kind: 'text', max_length: 40, text: { 'zh-CN': '还想说什么？', 'en': 'Anything else?' } },
  ],
};

// Another survey, whose links live for a day only.
export const SHORT = {
  id: 'short',
  title: { 'zh-CN': '一个问题', 'en': 'One question' },
  link_lifetime_days: 1,
  questions: [
    EVERYTHING.questions[0],
    { id: 'new', kind: 'choice', text: { 'zh-CN': '第一次来？', 'en': 'First time?' }, options: EVERYTHING.questions[4].options },
  ],
};

// One whose store replies to guests who ask for that.
export const REPLIES = {
  id: 'replies', title: EVERYTHING.title, questions: [EVERYTHING.questions[0]],
  follow_up: [{ severity: 'high', when: { asks_reply: true } }],
};

// One that nobody has to answer.
export const OPTIONAL = { id: 'optional', title: { en: 'A word?' }, questions: [EVERYTHING.questions[4], EVERYTHING.questions[5]] };

// One whose scales are no numbers. Nothing in it may be passed over.
export const LOOKS = {
  id: 'looks',
  title: { 'zh-CN': '打分', 'en': 'Your score' },
  questions: [
    { id: 'stars', kind: 'scale', min: 1, max: 5, look: 'stars', required: true, text: { 'zh-CN': '菜品？', 'en': 'The food?' } },
    {
      id: 'faces', kind: 'scale', min: 1, max: 5, look: 'faces', required: true,
      text: { 'zh-CN': '服务？', 'en': 'The service?' },
      low_label: { 'zh-CN': '差', 'en': 'Bad' }, high_label: { 'zh-CN': '好', 'en': 'Good' },
    },
  ],
};
