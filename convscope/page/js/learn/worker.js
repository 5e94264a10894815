/** What a worker begins with: messages to a training, and its own back. */

import { makeSession } from "./session.js";

/** @type {any} a worker's own global, which tsc takes for a window's */
const own = globalThis;

/** A message to itself comes after those that wait already, and at once: a timer would come 4 ms late. */
const turns = new MessageChannel();

start();

function start() {
  /** @type {(() => void)[]} */
  const due = [];
  turns.port1.onmessage = () => due.shift()?.();
  const later = (/** @type {() => void} */ go) => {
    due.push(go);
    turns.port2.postMessage(null);
  };
  /** @type {ReturnType<typeof makeSession> | null} */
  let session = null;
  own.onmessage = (/** @type {MessageEvent} */ { data }) => {
    if (data.ask === "modules") session = makeSession((said) => own.postMessage(said), later, data.modules);
    else if (session) session(data);
  };
}
