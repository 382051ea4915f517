// What WeChat Pay's frame expects of a page in it: to say that it is there, and to ask for the way out.
(() => {
  const tell = (message) => parent.postMessage(JSON.stringify(message), 'https://payapp.weixin.qq.com');
  tell({ action: 'onIframeReady', displayStyle: 'SHOW_CUSTOM_PAGE' });
  const out = document.querySelector('.out');
  out.addEventListener('click', (event) => {
    // Opened by itself, the link is a link.
    if (parent === window) return;
    event.preventDefault();
    tell({ action: 'jumpOut', jumpOutUrl: out.href });
  });
})();
