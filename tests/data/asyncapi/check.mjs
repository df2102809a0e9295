// SPDX-License-Identifier: GPL-3.0-only
// Reads an AsyncAPI document with the reference parser: its errors on stderr, what it found as JSON on stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Parser } = createRequire(`${process.cwd()}/`)("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const errors = diagnostics.filter((one) => one.severity === 0);
for (const one of errors) console.error(one.path.join("/"), one.message);
if (document) {
  console.log(JSON.stringify({
    version: document.version(),
    operations: document.operations().all().map((one) => one.id()),
  }));
}
process.exit(errors.length || !document ? 1 : 0);
