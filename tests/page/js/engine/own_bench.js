import { makeEngine } from "../../../../convscope/page/js/engine/engine.js";
import { scalePicture } from "../../../../convscope/page/js/engine/forward.js";
import { fastForward } from "../../../../convscope/page/js/engine/fast/forward.js";

/** What a page makes of a picture of one's own, by the engine and by the kernels. @param {any} asked */
export function ownPicture({ payload, picture, modules }) {
  const engine = makeEngine(payload);
  const { outputs, logits, probabilities } = engine.forward(picture);
  const run = fastForward(engine.nodes, modules, ["forward-simd"]);
  if (!run) throw new Error("no kernels");
  const steps = run(scalePicture(payload.input, picture));
  let step = steps.next();
  while (!step.done) step = steps.next();
  return {
    outputs: outputs.map((values) => Array.from(values)),
    quick: step.value.map((values) => Array.from(values)),
    scores: [logits.length, probabilities.length],
  };
}
