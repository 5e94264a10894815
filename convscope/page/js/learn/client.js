/** The page's side of a training in a worker. */

/** @import {Asked, Said} from "./session.js" */

/**
 * Start a worker from its script as text, which works from file:// too, where a page may read no other file.
 * @param {string} script
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 * @param {(said: Said) => void} hear
 */
export function startLearning(script, modules, hear) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = (event) => hear({ say: "failed", message: event.message || "the worker could not start" });
  worker.postMessage({ ask: "modules", modules });
  return {
    /** @param {Asked} asked */
    ask: (asked) => worker.postMessage(asked),
    /** End the worker at once, whatever it does. */
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
