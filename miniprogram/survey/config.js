// The one thing to set: where Aftertaste listens. The same address as the stack's PUBLIC_URL, without a path; it has to
// be a legal request domain of the mini-program (see ../README.md).
//
// It is a file and not a property of the page, because WeChat fills a page's properties from its query: a code that
// somebody else printed could then send guests' answers to another server.
module.exports = { server: 'https://s.example.cn' };
