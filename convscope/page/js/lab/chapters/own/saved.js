/** What was learned as one HTML page: the see-through page with this network in it, which opens anywhere by itself. */

import { deflated, inflate } from "../../../engine/inflate.js";
import { packBytes, packFloats } from "../../../engine/binary.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../types.js").Payload} Payload */
/** @typedef {import("./learning.js").OwnResult} OwnResult */

const PAYLOAD_BEGINS = '<script type="application/json" id="payload">';
const SAMPLES_EACH = 3; // pictures of each class to look at
const MISTAKES_KEPT = 40;
const LARGE_MISTAKES_KEPT = 10; // of 150 kB each

/** @param {Lab} lab @param {OwnResult} result @returns {Promise<string>} an HTML document */
export async function seeThroughPage(lab, result) {
  const empty = new TextDecoder().decode(await inflate(lab.payload.see_through));
  const payload = payloadOf(lab, result);
  return result.frozen ? largePage(empty, payload, result.frozen.known) : filledPage(empty, payload);
}

/**
 * The same of a large network: packed, with the worker that runs it, and the policy of a page that may start one.
 * @param {string} empty @param {Payload} payload
 * @param {import("../../training/pretrained.js").PretrainedKnown} known
 */
async function largePage(empty, payload, { forward, policy }) {
  const block = `<script type="application/json" id="forward">${asJson(forward)}<\/script>\n`;
  const begin = empty.lastIndexOf('<script type="module">');
  const works = empty.slice(0, begin) + block + empty.slice(begin);
  const allowed = works.replace(/(Content-Security-Policy" content=")[^"]*/, (_, before) => before + policy);
  return filledPage(allowed, payload, await deflated(payload));
}

/**
 * Put a payload in the place of the empty one, and its title. Script and style stay as they are: the page's policy
 * knows them by their hashes.
 * @param {string} empty
 * @param {Payload} payload
 * @param {object} [written] the payload as it is written
 */
function filledPage(empty, payload, written = payload) {
  const begin = empty.indexOf(PAYLOAD_BEGINS) + PAYLOAD_BEGINS.length;
  const end = empty.indexOf("<", begin);
  const title = /<title>[^<]*<\/title>/.exec(empty);
  if (begin < PAYLOAD_BEGINS.length || !title) throw new Error("the empty page has no place for a payload");
  const head = empty.slice(0, begin).replace(title[0], () => `<title>${asText(payload.title)}</title>`);
  return head + asJson(written) + empty.slice(end);
}

/** @param {Lab} lab @param {OwnResult} result @returns {Payload} as docs/payload.md says */
function payloadOf(lab, result) {
  const { names, pictures, leftOut, confusion, network, formula, seconds, frozen } = result;
  const { t } = lab;
  const { shape } = network.input;
  const all = pictures.map((one, i) => ({ ...one, logits: () => result.logits(i) }));
  const shown = names.flatMap((_, k) => all.filter(({ label }) => label === k).slice(0, SAMPLES_EACH));
  const count = names.map(() => 0);
  const logits = shown.flatMap((one) => one.logits());
  const wrong = pictures
    .map((one, i) => ({ ...one, ...leftOut[i], loss: -Math.log(Math.max(1e-12, leftOut[i].probabilities[one.label])) }))
    .filter(({ said, label }) => said !== label)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, frozen ? LARGE_MISTAKES_KEPT : MISTAKES_KEPT);
  return {
    format: "convscope-payload",
    version: 3,
    title: names.join(" · "),
    formula,
    classes: names,
    language: "auto",
    input: network.input,
    nodes: network.nodes,
    tensors: result.tensors(),
    temperature: network.temperature,
    rejection: network.rejection,
    samples: {
      pictures: picturesJoined(shown, shape),
      labels: shown.map(({ label }) => label),
      names: shown.map(({ label }) => `${names[label]} ${++count[label]}`),
      logits: packFloats(Float32Array.from(logits), [shown.length, names.length]),
      by: t("own.page.by"),
    },
    maps: null,
    channels: null,
    channels_of: null,
    errors: {
      confusion,
      n: pictures.length,
      split: t("own.page.split"),
      mistakes: {
        pictures: picturesJoined(wrong, shape),
        labels: wrong.map(({ label }) => label),
        predicted: wrong.map(({ said }) => said),
        probability: wrong.map(({ probabilities, said }) => probabilities[said]),
        loss: wrong.map(({ loss }) => loss),
      },
    },
    run: result.run?.() ?? null,
    figures: {
      parameters: network.nodes.reduce((sum, node) => sum + node.parameters, 0),
      macs: network.nodes.reduce((sum, node) => sum + node.macs, 0),
      test: null,
      train_seconds: seconds,
    },
    left_out: ["data"],
    rounding: null,
    credit: null,
    weights_credit: frozen?.known.credit ?? null,
    ending: "softmax",
    proof: null,
    names: {},
    against: null,
    lab: null,
  };
}

/** @param {{pixels: Uint8Array}[]} all @param {number[]} shape */
function picturesJoined(all, shape) {
  const size = shape.reduce((a, b) => a * b, 1);
  const bytes = new Uint8Array(all.length * size);
  all.forEach(({ pixels }, i) => bytes.set(pixels, i * size));
  return packBytes(bytes, [all.length, ...shape]);
}

/** JSON that cannot end the element it stands in, as convscope/page/inline.py writes it. @param {unknown} value */
function asJson(value) {
  return JSON.stringify(value).replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

/** @param {string} text */
function asText(text) {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
