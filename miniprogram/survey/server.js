// How the server is called, and how its problems are told apart.

const config = require('./config');

// The server ends a call after 8 seconds.
const LONGEST_CALL = 10000;

/**
 * Calls the server; `done` gets `{ status, data }`, with the status 0 for no reply at all. `header` holds the headers
 * beside those of every call.
 */
function call(method, path, body, done, header) {
  return wx.request({
    url: config.server + path,
    method,
    data: body,
    header: Object.assign({ 'Accept': 'application/json', 'Content-Type': 'application/json' }, header),
    timeout: LONGEST_CALL,
    success: ({ statusCode, data }) => done({ status: statusCode, data }),
    fail: () => done({ status: 0 }),
  });
}

/** The kind of a problem: the end of its type, such as `link-expired`. */
function kindOf({ data }) {
  return String((data && data.type) || '').split('/').pop();
}

module.exports = { call, kindOf };
