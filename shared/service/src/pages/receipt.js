// The messages to WeChat Pay's frame: that the page is there, and the request for the way out.
(() => {
  // Opened by itself, the page is a page and its link a link.
  if (parent === window) return;
  const tell = (message) => parent.postMessage(JSON.stringify(message), 'https://payapp.weixin.qq.com');
  tell({ action: 'onIframeReady', displayStyle: 'SHOW_CUSTOM_PAGE' });
  const out = document.querySelector('.out');
  out.addEventListener('click', (event) => {
    event.preventDefault();
    tell({ action: 'jumpOut', jumpOutUrl: out.href });
  });
})();
