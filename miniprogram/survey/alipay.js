// All that the page asks of Alipay: see platform.js.

/**
 * A reply as the page takes it: what is JSON is read, and a status that is none of HTTP is no reply.
 *
 * @param {any} reply Alipay's types leave out that a failure has `status` and `data` too.
 */
function replied({ status, data }) {
  // Below 100 it is one of Alipay's own numbers for what went wrong, such as 12 for no network.
  if (!(status >= 100)) return { status: 0 };
  try {
    return { status: Number(status), data: typeof data === 'string' ? JSON.parse(data) : data };
  } catch (error) {
    return { status: Number(status), data };
  }
}

module.exports = {
  /** Calls a server; `done` gets `{ status, data }`, with the status 0 for no reply at all. */
  request({ method, url, header, body, timeout, done }) {
    /** @type {any} Alipay's types want more for `abort` than its documents. */
    const task = my.request({
      method,
      url,
      headers: header,
      // Alipay writes JSON for some methods and versions only.
      data: body && JSON.stringify(body),
      // With 'json', a 204 fails for not being any.
      dataType: 'text',
      timeout,
      // A reply with another status than 200 is a failure to Alipay, and comes there with its status and data.
      success: (reply) => done(replied(reply)),
      fail: (reply) => done(replied(reply)),
    });
    // It is a promise too, which fails besides.
    if (task && task.catch) task.catch(() => {});
    return { abort: () => task && task.abort && task.abort() };
  },

  /** What is kept under a key; nothing where nothing is. */
  read(key) {
    return my.getStorageSync({ key }).data;
  },

  keep(key, data) {
    my.setStorageSync({ key, data });
  },

  forget(key) {
    my.removeStorageSync({ key });
  },

  /** The language of Alipay itself, such as `zh-Hans`. */
  language() {
    const { language } = my.getAppBaseInfo ? my.getAppBaseInfo() : my.getSystemInfoSync();
    return language;
  },

  setTitle(title) {
    my.setNavigationBar({ title });
  },

  /** Scrolls to a height, or so that a selector can be seen. */
  scrollTo(where) {
    my.pageScrollTo(where);
  },

  /** Tells a listener `{ isConnected }` whenever the network comes or goes. */
  onNetwork(listener) {
    my.onNetworkStatusChange(listener);
  },

  offNetwork(listener) {
    my.offNetworkStatusChange(listener);
  },

  /**
   * How a guest came: the `scene` of a mini-program code, or the `address` of an ordinary link. Both may be encoded. Alipay
   * gives neither to the page but to the mini-program, where it stays: what another page hands over comes before it.
   */
  arrival(query) {
    const { scene, qrCode } = Object.assign({}, my.getEnterOptionsSync().query, query);
    return { scene, address: qrCode };
  },

  /** What a `data-` attribute of the tapped or typed-in element says, by its name. */
  dataset(event) {
    return event.target.dataset;
  },

  /** Makes the page. */
  page({ data, created, attached, detached, methods }) {
    Page(Object.assign({ data }, methods, {
      onLoad(query) {
        created.call(this);
        attached.call(this);
        methods.onLoad.call(this, query);
      },
      onUnload() {
        detached.call(this);
      },
    }));
  },
};
