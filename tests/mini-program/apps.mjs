// The apps that every journey is made in. WeChat's pages are loaded first: they look whether Alipay is there.

import { install } from './phone.mjs';
import { wechat } from './wechat-app.mjs';
import { alipay } from './alipay-app.mjs';

install(wechat, alipay);

export { alipay, wechat };
