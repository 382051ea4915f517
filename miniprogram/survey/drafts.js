// What a guest has answered and not sent, and which links are answered, on the guest's own phone, by link. Of an answer
// that this phone sent it is also the submission, without which nobody can take it back.
//
// All of it is under one key, so that what belongs to links that have expired goes when something is kept: nothing that
// a guest wrote stays longer than it can be of use.

const platform = require('./platform');

const KEY = 'aftertaste-drafts';

function all() {
  try {
    return platform.read(KEY) || {};
  } catch (error) {
    return {};
  }
}

// A phone that is full, or forbids storage, has no drafts; that must not keep anybody from answering.
function put(drafts) {
  try {
    if (Object.keys(drafts).length) platform.keep(KEY, drafts);
    else platform.forget(KEY);
  } catch (error) {
    // Nothing to be done.
  }
}

/** The draft of a link, if there is one. */
function read(link) {
  return all()[link];
}

/** Keeps a draft. Its `until` says when its link expires, in RFC 3339. */
function keep(link, draft) {
  const drafts = all();
  for (const other of Object.keys(drafts)) {
    if (Date.parse(drafts[other].until) < Date.now()) delete drafts[other];
  }
  drafts[link] = draft;
  put(drafts);
}

/** Forgets the draft of a link. */
function drop(link) {
  const drafts = all();
  if (!drafts[link]) return;
  delete drafts[link];
  put(drafts);
}

module.exports = { read, keep, drop };
