/**
 * Server-sent events read with fetch, so that they carry the token: kept open, opened again after a fault, closed while
 * the page is hidden.
 */

const RETRY_AFTER = 1500; // milliseconds until a server that did not answer is asked again

/**
 * @typedef {object} Listener
 * @property {(name: string, data: any) => void} onEvent one event
 * @property {() => boolean} over nothing more will come
 * @property {(error: unknown) => boolean} trouble whether to give up
 * @property {() => void} [again] before the second and any later stream's first event: each sends everything again
 */

/**
 * Keep a stream open until closed or over. While the page is hidden it is closed: a browser opens six connections to
 * one server, and every stream takes one, of whatever tab.
 * @param {Window & typeof globalThis} win
 * @param {(signal: AbortSignal) => Promise<Response>} open
 * @param {Listener} listener
 */
export function followStream(win, open, { onEvent, over, trouble, again }) {
  const doc = win.document;
  let closed = false;
  let part = new AbortController();
  let wake = () => {};
  const look = () => {
    if (doc.hidden) part.abort();
    else wake();
  };
  const seen = () =>
    new Promise((resume) => {
      wake = () => resume(undefined);
      if (closed || !doc.hidden) wake();
    });
  doc.addEventListener("visibilitychange", look);
  const go = async () => {
    for (let first = true; !over(); first = false) {
      await seen();
      if (closed) return;
      part = new AbortController();
      const { signal } = part;
      let begun = first;
      try {
        await readEvents(await open(signal), (name, data) => {
          if (signal.aborted) return;
          if (!begun) again?.();
          begun = true;
          onEvent(name, data);
        });
      } catch (error) {
        if (closed) return;
        if (signal.aborted) continue;
        if (trouble(error)) return;
      }
      if (!over())
        await new Promise((resume) => {
          win.setTimeout(resume, RETRY_AFTER);
        });
    }
  };
  void go().finally(() => doc.removeEventListener("visibilitychange", look));
  return {
    close: () => {
      closed = true;
      part.abort();
      wake();
    },
  };
}

/**
 * Read a stream of events until it ends.
 * @param {Response} answer
 * @param {(name: string, data: any) => void} onEvent
 */
async function readEvents(answer, onEvent) {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; reader;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop() ?? "";
    for (const one of parts) {
      const event = /^event: (\w+)\ndata: (.*)$/.exec(one);
      if (event) onEvent(event[1], JSON.parse(event[2]));
    }
  }
}
