// The apps that every journey is made in.

import { alipay } from './alipay-app.mjs';
import { install } from './phone.mjs';
import { wechat } from './wechat-app.mjs';

install(wechat, alipay);

export { alipay, wechat };
