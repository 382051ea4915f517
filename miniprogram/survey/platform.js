// All that WeChat and Alipay do each in their own way: wechat.js and alipay.js have the same functions. No other file of
// this page calls `wx` or `my`.

module.exports = typeof my === 'undefined' ? require('./wechat') : require('./alipay');
