/** One clock for small pictures that move: each runs once, and stands still then. */

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../types.js").Moving} Moving */

/** @param {Lab} lab */
export function coverClock(lab) {
  const { win } = lab;
  /** @type {Map<Moving, {from: number, drawn: number}>} */
  const running = new Map();
  let frame = 0;
  const tick = (/** @type {number} */ now) => {
    frame = 0;
    for (const [moving, run] of running) {
      if (!run.from) run.from = now;
      const step = Math.min(moving.steps, Math.floor(((now - run.from) / moving.lasts) * moving.steps));
      if (step !== run.drawn) moving.draw(step / moving.steps);
      run.drawn = step;
      if (step === moving.steps) running.delete(moving);
    }
    if (running.size) frame = win.requestAnimationFrame(tick);
  };
  return {
    /** Let it run from its beginning; at once to its end where the reader wants no motion. @param {Moving} moving */
    play: (moving) => {
      if (lab.still()) moving.draw(1);
      else if (!running.has(moving)) {
        running.set(moving, { from: 0, drawn: -1 });
        frame ||= win.requestAnimationFrame(tick);
      }
    },
    /** Begin anew, also one that runs. @param {Moving} moving */
    again: (moving) => {
      running.delete(moving);
      if (lab.still()) moving.draw(1);
      else running.set(moving, { from: 0, drawn: -1 });
      frame ||= win.requestAnimationFrame(tick);
    },
    stop: () => {
      win.cancelAnimationFrame(frame);
      running.clear();
    },
  };
}

/** @typedef {ReturnType<typeof coverClock>} CoverClock */
