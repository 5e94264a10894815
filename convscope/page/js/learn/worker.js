/** What a worker begins with: messages to a training, and its own back. */

import { makeSession } from "./session.js";
import { makeHelper, makeTeam } from "./team.js";

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
    if (data.ask === "help") help(data.port, data.modules);
    else if (data.ask === "modules") {
      const team = data.ports?.length ? makeTeam(data.ports) : null;
      session = makeSession((said) => own.postMessage(said), later, data.modules, undefined, team);
    } else if (session) session(data);
  };
}

/** Be another worker's helper. @param {MessagePort} port @param {Record<string, string>} modules */
function help(port, modules) {
  const helper = makeHelper((answer, moved) => port.postMessage(answer, moved ?? []), modules);
  port.onmessage = ({ data }) => helper(data);
}
