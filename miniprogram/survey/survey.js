// The survey as a page of a mini-program, WeChat's or Alipay's. It asks what the web page asks, of the same functions:
// GET /s/{link} for the questions, POST /s/{link} for the answers, DELETE /s/{link} to take them back (docs/http-api.md).
//
// What guests see is in `data`. What they answered and how far the visit is stands in the fields that `created` lists.
// Here a guest comes and goes; the other methods of the page are in opening.js, answering.js, sending.js and following.js.

const answering = require('./answering');
const drafts = require('./drafts');
const following = require('./following');
const logic = require('./logic');
const opening = require('./opening');
const platform = require('./platform');
const sending = require('./sending');
const { wordsIn } = require('./words');

const LINK = /^[A-Za-z0-9_-]{32}$/;
const LINK_IN_ADDRESS = /\/s\/([A-Za-z0-9_-]{32})/;
const LANGUAGE_IN_ADDRESS = /[?&]lang=([A-Za-z0-9_-]{2,35})/;

/** What may be encoded once; nothing if it is not there or mangled. */
function decoded(parameter) {
  try {
    return decodeURIComponent(parameter || '');
  } catch (error) {
    return '';
  }
}

platform.page({
  data: {
    // 'loading', 'survey', 'end' or 'case'.
    stage: 'loading',
    words: wordsIn('zh-CN'),
    brand: null,
    store: '',
    // When it was, or at which table.
    visit: '',
    title: '',
    // What to say above the questions, and what below the button.
    notices: [],
    status: '',
    // Where questions stand, and whether there is anything in the second.
    groups: [{ name: 'first', isRest: false }, { name: 'rest', isRest: true }],
    hasRest: false,
    questions: [],
    progress: { done: 0, of: 0, percent: 0, text: '' },
    // Whether the guest may ask the store to reply, and does.
    offersReply: false,
    asksReply: false,
    sending: false,
    privacy: '',
    languages: [],
    end: null,
    // The case as it is drawn; whether its contact is unfolded, and agreed to.
    case: null,
    isContactOpen: false,
    hasAgreed: false,
  },

  created() {
    // Where the visit is asked about, and in which language.
    this.link = '';
    this.language = '';
    // The survey as the server gave it, and what was answered: see logic.js.
    this.survey = null;
    this.answers = {};
    // Whether the guest asks the store to reply.
    this.asksReply = false;
    // What is wrong, by question.
    this.mistakes = {};
    // One id for everything that this guest sends of this visit.
    this.submission = '';
    // The submission of the answer that is there, if this phone sent it: with it the answer can be taken back.
    this.recorded = '';
    // Of an answer that is followed up: until when its case can be seen, and whether the store is to reply.
    this.followed = null;
    this.contactHow = '';
    // Milliseconds that the survey was looked at before, and since when it is again; 0 while it is not.
    this.looked = 0;
    this.lookingSince = 0;
    // Whether a request is under way that the guest waits for. Taps are passed over meanwhile, so that no impatient
    // one sends anything twice.
    this.isBusy = false;
    // The whole submission from the tap on "send" until the server has decided; and whether it is on its way, or
    // waits for `timer` or the network.
    this.whole = null;
    this.isOnItsWay = false;
    this.attempt = 0;
    this.timer = null;
    // The partial answers that were sent last, as JSON, and their request.
    this.partial = '';
    this.partialRequest = null;
    // After this there is no page to draw on.
    this.isGone = false;
  },

  attached() {
    this.onNetwork = ({ isConnected }) => {
      if (!isConnected) return;
      if (this.whole) this.sendWhole();
      else if (this.data.end && this.data.end.name === 'offline' && !this.isBusy) this.onEndButton();
    };
    platform.onNetwork(this.onNetwork);
  },

  detached() {
    this.leave();
    this.isGone = true;
    if (!this.whole) this.stopListening();
  },

  methods: Object.assign({}, opening, answering, sending, following, {
    // ── Coming and going ───────────────────────────────────────────────────────────────────────────────────────────

    onLoad(query) {
      const arrival = platform.arrival(query);
      const scene = decoded(arrival.scene);
      const address = decoded(arrival.address);
      const inAddress = LINK_IN_ADDRESS.exec(address);
      const language = LANGUAGE_IN_ADDRESS.exec(address);
      if (LINK.test(scene)) this.link = scene;
      else if (inAddress) this.link = inAddress[1];
      this.language = language ? language[1] : (platform.language() || 'zh-CN').replace(/_/g, '-');
      if (this.link) this.restore();
      this.setData({ words: wordsIn(this.language) });
      // Whoever comes back to an answer that is followed up comes for the store's reply.
      if (this.link && this.followed && this.recorded) this.loadCase();
      else if (this.link) this.load();
      else this.showEnd('link-unknown');
    },

    onShow() {
      this.comeBack();
    },

    onHide() {
      this.leave();
    },

    onUnload() {
      this.leave();
    },

    comeBack() {
      if (this.survey && this.data.stage === 'survey' && !this.lookingSince) this.lookingSince = Date.now();
      // A phone in a pocket stops timers and cuts requests off.
      if (this.whole) this.sendWhole();
    },

    /** The guest goes, for a moment or for good: what is answered is kept, and sent. */
    leave() {
      if (this.whole) {
        this.sendWhole();
        return;
      }
      if (!this.survey || this.data.stage !== 'survey') return;
      this.looked += this.lookingSince && Date.now() - this.lookingSince;
      this.lookingSince = 0;
      this.sendPartial();
      this.keepDraft();
    },

    stopListening() {
      platform.offNetwork(this.onNetwork);
    },

    // ── The draft ──────────────────────────────────────────────────────────────────────────────────────────────────

    restore() {
      this.draft = drafts.read(this.link);
      if (!this.draft) return;
      // What the guest chose comes before what the link or the phone says.
      this.language = this.draft.language;
      this.looked = this.draft.looked || 0;
      this.submission = this.draft.submission || '';
      this.partial = this.draft.partial || '';
      this.recorded = this.draft.recorded || '';
      this.followed = this.draft.followed || null;
    },

    /** Keeps what is answered, and what is on its way. */
    keepDraft() {
      // Another page of this phone may have sent its answer meanwhile: that is not written over.
      if ((drafts.read(this.link) || {}).recorded) return;
      const { survey, questions, expires_at: until } = this.survey;
      const { answers, asksReply, language, looked, submission, partial, whole } = this;
      if (asksReply || Object.keys(logic.kept(questions, answers)).length) {
        const draft = { survey, until, answers, asksReply, language, looked, submission, partial, whole };
        drafts.keep(this.link, draft);
      } else {
        drafts.drop(this.link);
      }
    },

    /** Of an answered visit, the phone keeps only that it is, how to take the answer back, and that it is followed up. */
    keepAnswered() {
      const { language, recorded, followed } = this;
      const end = this.survey.expires_at;
      const until = followed && Date.parse(followed.until) > Date.parse(end) ? followed.until : end;
      drafts.keep(this.link, { until, language, answered: true, recorded, followed });
    },
  }),
});
