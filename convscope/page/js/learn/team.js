/** One training by several workers: each has its share of every batch, and all make the same step from the sum. */

import { kernelsFor } from "./kernels/choice.js";
import { makeTraining } from "./training.js";
/** @import {Training} from "./training.js" */

/*
 * The first worker holds the session; the others are asked for their share of a batch and are told the sum, which is
 * added up in the order of the workers, so that the same number of workers gives the same bits. Numbers are copied from
 * worker to worker: memory that they share would need a page that is isolated from others, which one from file:// is
 * not.
 *
 * Batch normalisation goes by each worker's own pictures, as torch's DistributedDataParallel does it: their statistics
 * would have to be waited for within the pass, twice a layer. The running statistics are the mean of the workers'.
 */

const FEWEST = 32; // pictures of a share: statistics of fewer are poor, and their gradient is not worth its way

/** @typedef {Parameters<typeof makeTraining>[0]} Options */
/** @typedef {Omit<Options, "kernelsOn"> & {kernels: string}} Told what a helper makes its training from */

/**
 * How many of some workers a batch is worth.
 * @param {number} workers
 * @param {number} batch pictures
 */
export function workersFor(workers, batch) {
  return Math.max(1, Math.min(workers, Math.floor(batch / FEWEST)));
}

/** @typedef {ReturnType<typeof makeTeam>} Team */

/**
 * Return the first worker's view of the others.
 * @param {MessagePort[]} ports one a helper
 */
export function makeTeam(ports) {
  let training = 0; // which one it is: what belongs to one before is not listened to
  let parts = 1;
  /** @type {(number: number, answer: {numbers?: Float32Array, failed?: string}) => void} */
  let hear = () => {};
  ports.forEach((port, i) => {
    port.onmessage = ({ data }) => {
      if (data.training === training) hear(i, data);
    };
  });

  return {
    workers: ports.length + 1,

    /** Let the helpers make a training; the first part is the caller's. @param {Told} told @param {number} count */
    begin: (told, count) => {
      training++;
      parts = count;
      ports.slice(0, parts - 1).forEach((port, i) => {
        port.postMessage({ ask: "begin", training, told: { ...told, part: i + 1, parts } });
      });
    },

    /**
     * Train on one batch together. Rejected with a helper's error.
     * @param {Training} own
     * @returns {Promise<ReturnType<Training["step"]>>}
     */
    step: async (own) => {
      const others = ports.slice(0, parts - 1);
      /** @type {Float32Array[]} */
      const given = [];
      const gathered = new Promise((resolve, reject) => {
        let missing = others.length;
        hear = (i, { numbers, failed }) => {
          if (!numbers) {
            reject(new Error(failed));
            return;
          }
          given[i] = numbers;
          if (--missing === 0) resolve(null);
        };
      });
      for (const port of others) port.postMessage({ ask: "share", training });
      const sum = own.share();
      await gathered;
      for (const numbers of given) for (let i = 0; i < sum.length; i++) sum[i] += numbers[i];
      for (const port of others) port.postMessage({ ask: "sum", training, numbers: sum });
      return own.take(sum);
    },
  };
}

/**
 * What a helper does: it makes its training, works out its share, and steps by the sum.
 * @param {(answer: {training: number, numbers?: Float32Array, failed?: string}, moved?: ArrayBuffer[]) => void} post
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 */
export function makeHelper(post, modules) {
  /** @type {Training | null} */
  let own = null;
  return (/** @type {any} */ { ask, training, told, numbers }) => {
    try {
      if (ask === "begin") own = makeTraining({ ...told, kernelsOn: kernelsFor(modules, [told.kernels]).kernelsOn });
      else if (ask === "sum") own?.take(numbers);
      else if (own) {
        const share = own.share();
        post({ training, numbers: share }, [/** @type {ArrayBuffer} */ (share.buffer)]);
      }
    } catch (error) {
      own = null;
      post({ training, failed: String(/** @type {any} */ (error)?.message ?? error) });
    }
  };
}
