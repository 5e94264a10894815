/** As much of a browser as the page's numbers need: opens a page's script and runs functions with it, a line of JSON
 * each way. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createContext, runInContext } from "node:vm";

let page = createContext({});

/** @param {string} path */
function open(path) {
  const html = readFileSync(path, "utf8");
  const [, script] = /** @type {string[]} */ (html.match(/<script type="module">([^]*?)<\/script>/));
  const getElementById = (/** @type {string} */ id) => ({
    textContent: (html.match(new RegExp(`<script type="application/json" id="${id}">([^]*?)</script>`)) ?? [])[1],
  });
  page = createContext({ document: { getElementById }, atob, btoa, TextEncoder, performance, console: { log() {} } });
  runInContext(`(function () { "use strict";\n${script}\n})()`, page);
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    if (asked.open) open(asked.open);
    else page.given = JSON.stringify(asked.given);
    const run = `(async function () { ${asked.script} }).apply(null, JSON.parse(given))`;
    answer = { result: asked.open ? null : ((await runInContext(run, page)) ?? null) };
  } catch (error) {
    answer = { error: String(/** @type {any} */ (error)?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
