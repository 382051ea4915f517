// All that the page asks of WeChat: see platform.js.

module.exports = {
  /** Calls a server; `done` gets `{ status, data }`, with the status 0 for no reply at all. */
  request({ method, url, header, body, timeout, done }) {
    return wx.request({
      method,
      url,
      header,
      data: body,
      timeout,
      success: ({ statusCode, data }) => done({ status: statusCode, data }),
      fail: () => done({ status: 0 }),
    });
  },

  /** What is kept under a key; nothing where nothing is. */
  read(key) {
    return wx.getStorageSync(key);
  },

  keep(key, data) {
    wx.setStorageSync(key, data);
  },

  forget(key) {
    wx.removeStorageSync(key);
  },

  /** The language of WeChat itself, such as `zh_CN`. */
  language() {
    const { language } = wx.getAppBaseInfo ? wx.getAppBaseInfo() : wx.getSystemInfoSync();
    return language;
  },

  setTitle(title) {
    wx.setNavigationBarTitle({ title });
  },

  /** Scrolls to a height, or so that a selector can be seen. */
  scrollTo(where) {
    wx.pageScrollTo(where);
  },

  /** Tells a listener `{ isConnected }` whenever the network comes or goes. */
  onNetwork(listener) {
    wx.onNetworkStatusChange(listener);
  },

  offNetwork(listener) {
    if (wx.offNetworkStatusChange) wx.offNetworkStatusChange(listener);
  },

  /** How a guest came: the `scene` of a mini-program code, or the `address` of an ordinary link. Both may be encoded. */
  arrival({ scene, q }) {
    return { scene, address: q };
  },

  /** What a `data-` attribute of the tapped or typed-in element says, by its name. */
  dataset(event) {
    return event.currentTarget.dataset;
  },

  /**
   * Makes the page. WeChat calls a page that is written as a component by `pageLifetimes`, or by the methods onShow, onHide
   * and onUnload, or by both. Each may be called twice.
   */
  page({ data, created, attached, detached, methods }) {
    Component({
      data,
      lifetimes: { created, attached, detached },
      pageLifetimes: {
        show() {
          this.onShow();
        },
        hide() {
          this.onHide();
        },
      },
      methods,
    });
  },
};
