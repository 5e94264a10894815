/**
 * The lab's own server, asked from its page. In the static build there is no server, and `lab.api` is null.
 *
 * Every question carries the token that the page was served with. An answer that says what went wrong becomes an
 * `ApiError`; so does a server that does not answer any more. docs/lab.md has the routes.
 */

import { phrase } from "../kit/i18n.js";
import { faultOf } from "../formula/fault.js";
import { followStream } from "./streams.js";

/**
 * @typedef {"starting" | "running" | "stopped" | "finished" | "failed" | "damaged"} RunState `starting` until
 * its directory is there; a `stopped` run can be resumed; `failed` says why in `message`, `damaged` what cannot be read
 *
 * @typedef {object} RunSummary one run, as the list shows it
 * @property {string} id the name of its directory
 * @property {RunState} state @property {FaultJson | null} message why it failed, or what is damaged
 * @property {string} formula @property {string | null} plan the plan's name @property {string} recipe
 * @property {{set: string, train: number, validation: number, test: number, shape: [number, number, number]} | null}
 * data null while it starts
 * @property {string[]} classes
 * @property {number | null} seed @property {number | null} epochs of the whole schedule @property {number | null} batch
 * pictures a step
 * @property {number} step done so far @property {number | null} steps of the whole schedule
 * @property {number | null} loss as trained, at the last step line @property {number | null} accuracy 0 … 1, on the
 * training pictures
 * @property {{accuracy: number, loss: number} | null} validation at the last epoch's end
 * @property {{accuracy: number, loss: number} | null} test once it is finished
 * @property {number} seconds of training so far
 * @property {[number, number, number][]} curve step, loss, accuracy; thinned to some 200 points
 * @property {[number, number, number][]} measured step, loss, accuracy at each epoch's end on the pictures held out;
 * often empty
 * @property {string | null} look where its see-through page is; null until it is finished
 * @property {number} label_smoothing share of each label that is spread over all classes, 0 … 1
 * @property {boolean} is_fit whether it is one fit, without steps: a linear layer on frozen features
 * @property {string | null} [report] where its report.html is, if it has one
 * @property {{data: string, size: number | null} | null} [asked] what was chosen in the form, of a run that this lab
 * started
 *
 * @typedef {{accuracy: number, loss: number, n: number, interval: [number, number]}} Sure figures on `n` pictures, with
 * the accuracy's 95 % interval
 * @typedef {Record<string, string | number | boolean>} Plainly
 * @typedef {object} RunReport what a report says besides the summary
 * @property {Plainly} recipe every field of the recipe @property {Plainly} machine processor, threads, versions
 * @property {string | null} budget as it was asked for
 * @property {Sure | null} test @property {Sure | null} validation
 * @property {import("../kit/i18n.js").Phrase[]} understood what was said before the training
 * @property {import("../kit/i18n.js").Phrase[]} notes what a reader of the figures has to know
 *
 * @typedef {object} LogLine a line of log.jsonl (docs/run-directory.md)
 * @property {"step" | "epoch" | "result"} kind @property {number} step
 * @property {number} [epoch] @property {number} [loss] @property {number} [batch_loss] @property {number} [accuracy]
 * @property {number} [lr]
 * @property {{accuracy: number, loss: number} | null} [validation] @property {{accuracy: number, loss: number} | null}
 * [test]
 * @property {{seconds: number}} time
 *
 * @typedef {import("../types.js").Binary} ApiBinary numbers as base64; engine/binary.js reads them
 * @typedef {object} LiveSnapshot the network at one step, in the same form as a page's payload has it (docs/payload.md,
 * run.snapshots)
 * @property {number} step
 * @property {Record<string, ApiBinary>} tensors "conv1.weight": the first convolution's kernels
 * @property {Record<string, ApiBinary>} maps "conv1", "conv2", "conv3": maps of `picture`
 * @property {ApiBinary} scores of `picture`, before the softmax @property {ApiBinary} picture uint8 (C, H, W), the same
 * in every snapshot of a run
 * @property {number[][]} confusion true by predicted, on `n` fixed pictures
 * @property {number} loss @property {number} accuracy @property {number} n @property {"held-out" | "training sample"}
 * on which pictures those are
 *
 * @typedef {object} Watcher what to do with what comes; every one may be left out
 * @property {(run: RunSummary) => void} [run] at the beginning, and whenever its figures or its state changed
 * @property {(line: LogLine) => void} [line] every line of the log, the old ones first
 * @property {(snapshot: LiveSnapshot) => void} [snapshot] every snapshot, the old ones first
 * @property {() => void} [reset] all is sent again: the run was resumed from an earlier step, or its stream begins
 * again
 * @property {(run: RunSummary) => void} [end] it is over: finished, stopped or failed; nothing comes any more
 * @property {(error: ApiError) => void} [trouble] the server is gone; it is asked again until `close`
 *
 * @typedef {object} DataChoice
 * @property {string} id what `start` and `describe` are given @property {string} name
 * @property {"named" | "folder" | "own"} kind "own" was dropped on the lab
 *
 * @typedef {object} Offer what can be trained
 * @property {DataChoice[]} data @property {{id: string, plan: string, general: string, epochs: number, batch: number,
 * lr: number, about: string}[]} recipes
 *   `plan` is trained on mnist where no formula is given, `general` on other pictures; the first, "auto", is what the
 *   command does by itself
 * @property {{id: string, formula: string, about: string}[]} plans
 *
 * @typedef {import("../formula/fault.js").FaultJson} FaultJson what is wrong with what was asked
 *
 * @typedef {object} DescribedLayer
 * @property {string} name @property {string} layer @property {[number, number, number]} output @property {number}
 * parameters @property {number} macs
 * @property {{size: [number, number], jump: [number, number], start: [number, number]}} receptive_field
 * @property {string} size_how @property {string} parameters_how @property {[number, number]} dropped
 *
 * @typedef {object} Described
 * @property {string} formula @property {[number, number, number]} input @property {number} classes
 * @property {DescribedLayer[]} layers @property {number} parameters @property {number} macs
 *
 * @typedef {object} Dropped data that was dropped on the lab
 * @property {string} id what `start` and `describe` are given @property {string} name
 * @property {import("../kit/i18n.js").Phrase[]} understood what it is understood as, a sentence each
 * @property {FaultJson | null} fault why it cannot be trained on
 *
 * @typedef {object} Wanted a training to start
 * @property {string} data an id of `Offer.data` @property {string} [formula] a formula or a plan's name; the recipe's
 * own plan if left out
 * @property {string} [recipe] @property {number} [epochs] a fraction is fine @property {number} [seed] @property
 * {number} [val] pictures held out
 * @property {number} [size] rows and columns that pictures of a folder are brought to
 */

/** A question that was not answered as hoped; `fault` says why in full. */
export class ApiError extends Error {
  /**
   * @param {FaultJson} fault
   * @param {number} status 0 where no server answered
   * @param {import("../kit/i18n.js").Translate} t
   */
  constructor(fault, status, t) {
    super(faultOf(fault).line(t));
    this.fault = fault;
    this.status = status;
  }
}

/** @typedef {ReturnType<typeof makeApi>} Api */

/** A fault that is one sentence. @param {import("../kit/i18n.js").Phrase} what @returns {FaultJson} */
const faultAlone = (what) => ({ ...what, where: "", got: null, expected: "", hint: "" });

export const TOKEN_HEADER = "X-Convscope-Token";

/**
 * @param {Window & typeof globalThis} win
 * @param {string} token of the page's payload
 * @param {import("../kit/i18n.js").Translate} t for what the server says, in the reader's language
 */
export function makeApi(win, token, t) {
  /**
   * A question; bytes are sent as they are.
   * @param {string} path
   * @param {object | null} body
   * @param {AbortSignal} [signal]
   */
  const ask = async (path, body = null, signal = undefined) => {
    const bytes = body instanceof ArrayBuffer ? body : null;
    const kind = bytes ? "application/octet-stream" : "application/json";
    /** @type {Response} */
    let answer;
    try {
      answer = await win.fetch(`/api/${path}`, {
        method: body ? "POST" : "GET",
        body: bytes ?? (body ? JSON.stringify(body) : undefined),
        signal,
        cache: "no-store",
        credentials: "same-origin",
        headers: { [TOKEN_HEADER]: token, ...(body ? { "Content-Type": kind } : {}) },
      });
    } catch (error) {
      throw new ApiError(faultAlone(phrase("lab.silent")), 0, t);
    }
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => null);
    throw new ApiError(said?.error ?? faultAlone(phrase("lab.status", { status: answer.status })), answer.status, t);
  };
  const json = async (/** @type {string} */ path, /** @type {object | null} */ body = null) =>
    (await ask(path, body)).json();
  const named = (/** @type {string} */ id) => `runs/${encodeURIComponent(id)}`;

  /**
   * Keep a stream open.
   * @param {string} path
   * @param {(name: string, data: any) => void} onEvent
   * @param {() => boolean} over
   * @param {(error: ApiError) => void} trouble
   * @param {() => void} [again]
   */
  const follow = (path, onEvent, over, trouble, again) =>
    followStream(win, (signal) => ask(path, null, signal), {
      onEvent,
      over,
      again,
      trouble: (error) => {
        const known = error instanceof ApiError ? error : new ApiError(faultAlone(phrase("lab.silent")), 0, t);
        trouble(known);
        return known.status >= 400 && known.status < 500;
      },
    });

  const sent = (/** @type {string} */ id) => `data/${encodeURIComponent(id)}`;

  return {
    /**
     * Begin to send pictures of one's own; what `end` answers is there from then on.
     * @param {{name: string, archive: boolean, files: number, bytes: number}} set @returns {Promise<{id: string}>}
     */
    beginData: (set) => json("data", set),
    /**
     * One part of a file, which begins at byte `at` of its `size`; the same again is no harm.
     * @param {string} id @param {{path: string, at: number, size: number}} place @param {ArrayBuffer} bytes
     * @param {AbortSignal} signal
     */
    piece: async (id, { path, at, size }, bytes, signal) => {
      await ask(`${sent(id)}/piece?path=${encodeURIComponent(path)}&at=${at}&size=${size}`, bytes, signal);
    },
    /** All of it is sent. @param {string} id @returns {Promise<Dropped>} */
    endData: (id) => json(`${sent(id)}/end`, {}),
    /** Forget what is being sent. @param {string} id */
    cancelData: (id) => json(`${sent(id)}/cancel`, {}),
    /** What pictures that were dropped are understood as. @param {string} name @returns {Promise<Dropped>} */
    data: (name) => json(sent(name)),
    /** @param {string} name */
    removeData: (name) => json(`${sent(name)}/remove`, {}),
    /** What can be trained: data, recipes, named plans. @returns {Promise<Offer>} */
    offer: () => json("offer"),
    /**
     * A formula on the shape of some data (of a folder: its classes, and its first picture's size unless `size` says
     * another). What is wrong with the formula comes back as `fault`; only other troubles are thrown.
     * @param {string} formula @param {string} [data] @param {number | null} [size]
     * @returns {Promise<{description: Described, fault: null} | {description: null, fault: FaultJson}>}
     */
    describe: (formula, data = "mnist", size = null) => json("describe", { formula, data, ...(size ? { size } : {}) }),
    /** Every run there is, the newest first. @returns {Promise<RunSummary[]>} */
    runs: async () => (await json("runs")).runs,
    /** One run. @param {string} id @returns {Promise<RunSummary>} */
    run: (id) => json(named(id)),
    /** Its settings, and how sure its figures are. @param {string} id @returns {Promise<RunReport>} */
    report: (id) => json(`${named(id)}/report`),
    /** Start a training, in a process of its own. @param {Wanted} wanted @returns {Promise<RunSummary>} */
    start: (wanted) => json("runs", wanted),
    /**
     * Ask a training to stop after the step it is at; what it learned is kept.
     * @param {string} id
     * @returns {Promise<RunSummary>}
     */
    stop: (id) => json(`${named(id)}/stop`, {}),
    /** Go on with a stopped one. @param {string} id @returns {Promise<RunSummary>} */
    resume: (id) => json(`${named(id)}/resume`, {}),
    /**
     * A finished run's see-through payload (docs/payload.md): engine/engine.js computes with it. Takes seconds the
     * first time.
     * @param {string} id
     * @returns {Promise<import("../types.js").Payload>}
     */
    network: (id) => json(`${named(id)}/network`),
    /**
     * Follow one run: its past first, then what comes, until it is over.
     * @param {string} id @param {Watcher} watcher @returns {{close: () => void}}
     */
    watch: (id, watcher) => {
      let over = false;
      return follow(
        `${named(id)}/events`,
        (name, data) => {
          if (name === "end") over = true;
          /** @type {Record<string, any>} */ (watcher)[name]?.(data);
        },
        () => over,
        (error) => watcher.trouble?.(error),
        () => watcher.reset?.(),
      );
    },
    /**
     * Follow the list of runs: `runs` has all of them at first, `run` one that is new or changed, `gone` one whose
     * directory went away.
     * @param {{runs?: (all: RunSummary[]) => void, run?: (one: RunSummary) => void, gone?: (one: {id: string}) => void,
     * trouble?: (error: ApiError) => void}} watcher
     * @returns {{close: () => void}}
     */
    watchAll: (watcher) =>
      follow(
        "events",
        (name, data) => /** @type {Record<string, any>} */ (watcher)[name]?.(data),
        () => false,
        (error) => watcher.trouble?.(error),
      ),
  };
}
