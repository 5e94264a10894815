/** The page's reader of ONNX files on a test bench: files in, nodes and their numbers out. */

import { bytesOf } from "../../../../convscope/page/js/engine/binary.js";
import { makeEngine } from "../../../../convscope/page/js/engine/engine.js";
import { fastForward } from "../../../../convscope/page/js/engine/fast/forward.js";
import { scalePicture } from "../../../../convscope/page/js/engine/forward.js";
import { PlanFault } from "../../../../convscope/page/js/formula/fault.js";
import { fillTable } from "../../../../convscope/page/js/formula/table.js";
import { fillForeign } from "../../../../convscope/page/js/foreign/fault.js";
import { OPERATOR_READERS } from "../../../../convscope/page/js/foreign/layers.js";
import { literalOf } from "../../../../convscope/page/js/foreign/literal.js";
import { openModel } from "../../../../convscope/page/js/foreign/opening.js";
import { NOTHING_ASKED } from "../../../../convscope/page/js/foreign/preprocessing.js";
import { readOwn } from "../../../../convscope/page/js/foreign/own.js";
import { readNetwork } from "../../../../convscope/page/js/foreign/reading.js";
import { factsOfFile, factsOfMetadata, joinedFacts } from "../../../../convscope/page/js/foreign/sidecar.js";
import { spoken, translator } from "../../../../convscope/page/js/kit/i18n.js";

const FAST = 20_000_000; // multiply-adds from which on WebAssembly computes, as in a page
let t = translator({ en: {} }, "en");
let modules = {};

function bench(name, asked) {
  return { fill, read: readFile, run, readers, literal, own: ownFile }[name](asked);
}

function fill(given) {
  fillTable(given.formula);
  fillForeign(given.foreign);
  t = translator({ en: given.words, ko: given.korean }, given.language ?? "en");
  modules = given.modules;
}

/** A file's network, or the line that refuses it. Anything else that is thrown is a fault of the reader. */
function openedFile({ data, title = "net", beside = {}, ...asked }) {
  const file = openModel(bytesOf(data));
  const facts = Object.entries(beside).reduce(
    (sum, [name, text]) => joinedFacts(sum, factsOfFile(name, text)),
    factsOfMetadata(file.metadata),
  );
  return readNetwork(file, title, facts, { ...NOTHING_ASKED, ...asked }, t);
}

function readFile(asked) {
  try {
    const { payload, reads, notes, outputs } = openedFile(asked);
    return {
      nodes: payload.nodes,
      weights: Object.keys(payload.tensors),
      ending: payload.ending,
      input: payload.input,
      classes: payload.classes,
      parameters: payload.figures.parameters,
      by: reads.by,
      notes: notes.map((note) => spoken(t, note)),
      outputs,
    };
  } catch (error) {
    if (!(error instanceof PlanFault)) throw error;
    return { refused: error.line(t) };
  }
}

/** The weights of a file of convscope's, by name, and whether it is quantised. */
function ownFile({ data }) {
  const file = openModel(bytesOf(data));
  const { tensors } = readOwn(file, "net", t);
  const weights = Object.entries(tensors).map(([name, { values }]) => [name, Array.from(values)]);
  return { weights: Object.fromEntries(weights), quantised: file.quantised };
}

/** What every node makes of a picture (C, H, W) in 0…255; `out` is what its numbers are written to, one after the other. */
function run({ picture, out, ...asked }) {
  const { payload } = openedFile(asked);
  const engine = makeEngine(payload);
  const pixels = bytesOf(picture);
  const work = payload.nodes.reduce((sum, node) => sum + node.macs, 0);
  const fast = work > FAST && engine.computes ? fastForward(engine.nodes, modules) : null;
  let outputs = [];
  if (fast) {
    const steps = fast(scalePicture(payload.input, pixels));
    for (let step = steps.next(); ; step = steps.next()) {
      if (!step.done) continue;
      outputs = step.value;
      break;
    }
  } else outputs = engine.forward(pixels).outputs;
  writeNumbers(out, outputs);
  return {
    names: payload.nodes.map(({ name }) => name),
    sizes: outputs.map(({ length }) => length),
    fast: fast !== null,
  };
}

function readers() {
  return Object.keys(OPERATOR_READERS).sort();
}

function literal({ texts }) {
  const plain = (value) => {
    if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
    return Array.isArray(value) ? value.map(plain) : value;
  };
  return texts.map((text) => plain(literalOf(text)) ?? "none");
}

Object.assign(globalThis, { bench });
