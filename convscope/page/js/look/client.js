/** The page's side of a large network in a worker. */

/** @import {ForwardSaid, SentNetwork} from "./worker.js" */

/** @typedef {ReturnType<typeof startForward>} Runner */

/** A question without its number, which it is given when it is sent. @typedef {any} Question */

/**
 * Start a worker from its script as text, which works from file:// too, where a page may read no other file. Throws
 * where a browser lets a page have none.
 * @param {string} script
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 * @param {SentNetwork | import("../learn/transfer/network.js").FrozenNetwork} network what the script begins with
 */
export function startForward(script, modules, network) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  /** @type {Map<number, {told: (share: number) => void, done: (result: any) => void, failed: (e: Error) => void}>} */
  const open = new Map();
  let next = 0;
  let broken = /** @type {Error | null} */ (null);
  worker.onmessage = (/** @type {MessageEvent<ForwardSaid>} */ { data }) => {
    if (data.say === "ready") return;
    const waiting = open.get(data.id);
    if (data.say === "progress") waiting?.told(data.share);
    else {
      open.delete(data.id);
      if (data.say === "done") waiting?.done(data.result);
      else waiting?.failed(new Error(data.message));
    }
  };
  worker.onerror = (event) => {
    broken = new Error(event.message || "the worker could not start");
    for (const waiting of open.values()) waiting.failed(broken);
    open.clear();
  };
  worker.postMessage({ ask: "begin", network, modules });

  return {
    /**
     * Ask something and wait for its result; `stop` lets it go. What is `moved` is the worker's from then on.
     * @param {Question} question @param {(share: number) => void} [told] 0…1 @param {Transferable[]} [moved]
     */
    ask: (question, told = () => {}, moved = []) => {
      const id = next++;
      const answer = new Promise((done, failed) => {
        if (broken) failed(broken);
        else open.set(id, { told, done, failed });
      });
      worker.postMessage({ ...question, id }, moved);
      const stop = () => {
        if (open.delete(id)) worker.postMessage({ ask: "stop", id });
      };
      return { answer, stop };
    },
    end: () => worker.terminate(),
  };
}
