// Checks the types of the document's TypeScript, which is in the folder that is given, and takes them off. Then it is
// called with each case that is there too.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const installed = fileURLToPath(new URL("../mini-program/node_modules/", import.meta.url));
const ts = createRequire(installed)("typescript");
const folder = process.argv[2];

const program = ts.createProgram([join(folder, "verify.mts")], {
  strict: true,
  noUncheckedIndexedAccess: true,
  // Newer versions of Node run TypeScript whose types can just be cut out.
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.NodeNext,
  typeRoots: [join(installed, "@types")],
  types: ["node"],
  outDir: folder,
});
const mistakes = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
if (mistakes.length > 0) {
  const host = { getCurrentDirectory: () => folder, getCanonicalFileName: (name) => name, getNewLine: () => "\n" };
  throw new Error(ts.formatDiagnostics(mistakes, host));
}
const { verify } = await import(pathToFileURL(join(folder, "verify.mjs")));

// The headers as Node has them, but with each name as it was sent.
function headersOf(pairs) {
  const headers = {};
  for (const [name, value] of pairs) {
    headers[name] = name in headers ? [headers[name], value].flat() : value;
  }
  return headers;
}

function said({ secrets, headers, body, now }) {
  try {
    return { event: verify(secrets, headersOf(headers), Buffer.from(body, "base64"), now) };
  } catch (error) {
    return { error: error.message };
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(join(folder, "cases.json"))).map(said)));
