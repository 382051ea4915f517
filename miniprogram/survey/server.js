// How the server is called, and how its problems are told apart.

const config = require('./config');
const platform = require('./platform');

// The server ends a call after 8 seconds.
const LONGEST_CALL = 10000;

/**
 * Calls the server; `done` gets `{ status, data }`, with the status 0 for no reply at all. `header` holds the headers
 * beside those of every call.
 */
function call(method, path, body, done, header) {
  return platform.request({
    method,
    url: config.server + path,
    header: Object.assign({ 'accept': 'application/json', 'content-type': 'application/json' }, header),
    body,
    timeout: LONGEST_CALL,
    done,
  });
}

/** The kind of a problem: the end of its type, such as `link-expired`. */
function kindOf({ data }) {
  return String((data && data.type) || '').split('/').pop();
}

module.exports = { call, kindOf };
