// Notes of this phone about a link, under its path: a draft, or that the visit was answered. Then they have the
// submission of that answer, if this phone sent it. They also have until when the store's reply can be seen, if the
// answer is to be followed up. Storage may be forbidden or full.
const noteKey = location.pathname;
const notes = {
  read() {
    try { return JSON.parse(localStorage.getItem(noteKey)) || {}; } catch (error) { return {}; }
  },
  write(note) {
    try {
      localStorage.setItem(noteKey, JSON.stringify(note));
      return true;
    } catch (error) {
      return false;
    }
  },
  drop() {
    try { localStorage.removeItem(noteKey); } catch (error) { /* there is none */ }
  },
  // On a phone that many hands use, no comment stays longer than its link lives.
  dropExpired() {
    try {
      for (const other of Object.keys(localStorage)) {
        // Whether the link at hand still lives the server has said.
        if (other.startsWith('/s/') && other !== noteKey && !(JSON.parse(localStorage.getItem(other)).until > Date.now())) {
          localStorage.removeItem(other);
        }
      }
    } catch (error) { /* nothing to drop */ }
  },
};
