// The phone that sent the answer has noted its submission: with that it is shown the store's reply. Another phone, and one
// that keeps no notes, is not. It also stands on the page of a link that has expired, which does not know whether there is
// a case. ES2017, as the survey's script.
(() => {
  const form = document.querySelector('form[hidden]');
  if (!form) return;
  try {
    const [, path, isCase] = /^(\/s\/[^/]+)(\/case)?$/.exec(location.pathname);
    const { submission, followed } = JSON.parse(localStorage.getItem(path));
    if (!submission || !(isCase || followed > Date.now())) return;
    form.querySelector('[name=submission]').value = submission;
    form.hidden = false;
    if (isCase) document.querySelector('.elsewhere').hidden = true;
  } catch (error) { /* it knows nothing of the answer */ }
})();
