// The methods of the page with which guests come back to the case that their answer opened: the store's reply, whether it
// is solved, and how the store may reach them. The server shows it to the phone that sent the answer, by its submission.

const { drawnBrand } = require('./drawing');
const drafts = require('./drafts');
const platform = require('./platform');
const { call, kindOf } = require('./server');

// Problems after which there is no case to come back to.
const NO_CASE = ['link-unknown', 'case-not-yours', 'link-expired'];

const SYMBOLS = { CNY: '¥', TWD: 'NT$', HKD: 'HK$' };

/** An amount in the currency's smallest unit, as a receipt has it. */
function price({ amount, currency }) {
  const digits = currency === 'JPY' || currency === 'KRW' ? 0 : 2;
  const whole = amount / 10 ** digits;
  return (SYMBOLS[currency] || `${currency} `) + (Number.isInteger(whole) ? whole : whole.toFixed(digits));
}

/** What the page draws of a case. */
function drawnCase(seen, words) {
  const { state, said, reply, may_say: may, award, contact } = seen;
  const waits = state === 'open' || state === 'taken';
  let line = '';
  if (said === 'solved') line = words.saidSolved;
  if (said === 'not-solved' && waits) line = words.saidNotSolved;
  return {
    title: words[state],
    line,
    reply: reply || '',
    canSaySolved: may.solved,
    canSayNotSolved: may.not_solved,
    isSpent: may.reopenings_left === 0 && (may.solved || said === 'solved'),
    award: award ? { title: words.award.replace('{amount}', price(award)), code: award.redeemed ? '' : award.code } : null,
    hasContact: contact.left,
    canLeaveContact: contact.may_be_left && !contact.left,
  };
}

module.exports = {
  /** Fetches the case, and shows it; the survey where there is none. */
  loadCase() {
    this.askForCase('GET', undefined);
  },

  onSolved() {
    this.askForCase('POST', { said: 'solved' });
  },

  onNotSolved() {
    this.askForCase('POST', { said: 'not-solved' });
  },

  onContactType(event) {
    this.contactHow = event.detail.value;
  },

  onContactOpen() {
    this.setData({ isContactOpen: !this.data.isContactOpen, status: '' });
  },

  onAgree() {
    this.setData({ hasAgreed: !this.data.hasAgreed });
  },

  onLeaveContact() {
    const how = (this.contactHow || '').trim();
    if (!how || !this.data.hasAgreed) this.setData({ status: this.data.words.followUp.contactWrong });
    else this.askForCase('POST', { contact: { how } });
  },

  onForgetContact() {
    this.askForCase('POST', { contact: null });
  },

  /** `notice` is what to say below the case. */
  askForCase(method, body, notice) {
    if (this.isBusy) return;
    this.isBusy = true;
    if (this.data.stage !== 'case') this.setData({ stage: 'loading', end: null, status: '' });
    const submission = this.recorded;
    const path = `/s/${this.link}/case?lang=${this.language}`;
    const sent = body && Object.assign({ submission }, body);
    call(method, path, sent, (reply) => this.showCase(reply, notice), { Submission: submission });
  },

  showCase(reply, notice) {
    this.isBusy = false;
    if (this.isGone) return;
    const { words } = this.data;
    if (reply.status === 200 && reply.data && reply.data.may_say) {
      const { brand, store } = reply.data;
      const drawn = { brand: drawnBrand(brand), store, case: drawnCase(reply.data, words.followUp) };
      platform.setTitle(brand.name);
      this.setData(Object.assign(drawn, { stage: 'case', status: notice || '', isContactOpen: false, hasAgreed: false }));
      this.contactHow = '';
      platform.scrollTo({ scrollTop: 0 });
      return;
    }
    const kind = kindOf(reply);
    if (NO_CASE.includes(kind)) {
      this.followed = null;
      const draft = drafts.read(this.link);
      if (draft) drafts.keep(this.link, Object.assign(draft, { followed: null }));
      this.onCaseBack();
    } else if (kind === 'case-not-answered' || kind === 'reopened-too-often' || kind === 'not-of-this-case') {
      // What is drawn is not how things are any more.
      this.askForCase('GET', undefined, words.followUp.notNow);
    } else if (this.data.stage === 'case') {
      this.setData({ status: kind === 'invalid' ? words.followUp.contactWrong : words.tryLater });
    } else {
      this.showEnd(reply.status === 0 ? 'offline' : 'unavailable');
    }
  },

  /** Back to what was sent. */
  onCaseBack() {
    this.draft = Object.assign({}, drafts.read(this.link), { answered: true });
    this.setData({ stage: 'loading', status: '' });
    this.load();
  },
};
