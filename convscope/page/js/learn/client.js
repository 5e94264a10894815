/** The page's side of a training in a worker. */

/** @import {Asked, Said} from "./session.js" */

const MOST = 4; // a batch of 128 has four shares of 32

/** How many workers learn where nobody says: one core is left to the page, which draws. */
function workersHere() {
  return Math.max(1, Math.min(MOST, (navigator.hardwareConcurrency ?? 1) - 1));
}

/**
 * Start a worker from its script as text, which works from file:// too, where a page may read no other file.
 * @param {string} script
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 * @param {(said: Said) => void} hear
 * @param {number} [workers] how many learn together
 */
export function startLearning(script, modules, hear, workers = workersHere()) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const all = Array.from({ length: workers }, () => new Worker(address));
  const [worker, ...helpers] = all;
  worker.onmessage = ({ data }) => hear(data);
  for (const one of all) {
    one.onerror = (event) => hear({ say: "failed", message: event.message || "the worker could not start" });
  }
  const channels = helpers.map(() => new MessageChannel());
  const ports = channels.map(({ port1 }) => port1);
  worker.postMessage({ ask: "modules", modules, ports }, ports);
  helpers.forEach((helper, i) => {
    const port = channels[i].port2;
    helper.postMessage({ ask: "help", modules, port }, [port]);
  });
  return {
    /** @param {Asked} asked */
    ask: (asked) => worker.postMessage(asked),
    /** End the workers at once, whatever they do. */
    end: () => {
      for (const one of all) one.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
