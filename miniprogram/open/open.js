// The first page of this project, for trying it out: it opens the survey of a link that a developer pastes or scans. It is
// not meant for guests, and no part of survey/: a link that it is given says which server gets the answers.

const config = require('../survey/config');

const ADDRESS = /^\s*(https?:\/\/[^/\s]+)\/s\/([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])/;
const inAlipay = typeof my !== 'undefined';

Page({
  data: { isWrong: false },

  onType(event) {
    this.typed = event.detail.value;
  },

  onOpen() {
    this.open(this.typed);
  },

  onScan() {
    if (inAlipay) my.scan({ scanType: ['qrCode'], success: ({ code }) => this.open(code) });
    else wx.scanCode({ scanType: ['qrCode'], success: ({ result }) => this.open(result) });
  },

  open(address) {
    const found = ADDRESS.exec(address || '');
    this.setData({ isWrong: !found });
    if (!found) return;
    config.server = found[1];
    const page = { url: `/survey/survey?scene=${found[2]}` };
    if (inAlipay) my.navigateTo(page);
    else wx.navigateTo(page);
  },
});
