/** A dropped file, or several, as a network with what is known of it; slow steps give the page time to show them. */

import { PlanFault } from "../formula/fault.js";
import { phrase } from "../kit/i18n.js";
import { FOREIGN, atMost, refused } from "../foreign/fault.js";
import { openModel } from "../foreign/opening.js";
import { checkDigest, isOwnFile, readOwn } from "../foreign/own.js";
import { readNetwork } from "../foreign/reading.js";
import { NO_FACTS, factsOfFile, factsOfMetadata, joinedFacts } from "../foreign/sidecar.js";
import { grouped } from "../formula/fault.js";

/** @typedef {import("../kit/i18n.js").Phrase} Phrase */
/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {import("../types.js").Payload} Payload */
/** @typedef {import("../foreign/opening.js").Opened} Opened */
/** @typedef {import("../foreign/preprocessing.js").Asked} Asked */
/** @typedef {import("../foreign/reading.js").ReadNetwork} ReadNetwork */
/** @typedef {import("../foreign/sidecar.js").Facts} Facts */
/** @typedef {{name: string, size: number, own: boolean, opened: Opened, facts: Facts}} Chosen a file that was opened */
/**
 * @typedef {{payload: Payload, reads: ReadNetwork | null}} Shown `reads` is null for convscope's own files, which say
 * how their pictures are read
 */

const MOST_BESIDE = 4_000_000; // bytes of a text that is dropped with it

/** Whether a file's name is that of a list of names or of a configuration. @param {File} file */
function isBeside({ name }) {
  return /\.(txt|names|json)$/i.test(name);
}

/**
 * Open what was dropped: one network, and what lies beside it. Throws a PlanFault.
 * @param {File[]} files @param {Chosen | null} before to which texts alone belong
 * @param {(step: Phrase) => Promise<void>} told
 * @returns {Promise<Chosen>}
 */
export async function openDropped(files, before, told) {
  const networks = files.filter((file) => !isBeside(file));
  const texts = files.filter(isBeside);
  if (networks.length > 1) throw refused("drop.several", { got: String(networks.length), expected: "1" });
  if (!networks.length && !before) throw refused("drop.alone", { got: files.map(({ name }) => name).join(", ") });
  /** @type {Facts} */
  let beside = NO_FACTS;
  for (const file of texts) {
    if (file.size > MOST_BESIDE) throw refused("foreign.large", { where: file.name, expected: atMost(MOST_BESIDE) });
    beside = joinedFacts(beside, factsOfFile(file.name, await file.text()));
  }
  if (!networks.length && before) return { ...before, facts: joinedFacts(beside, before.facts) };
  const [file] = networks;
  const { bytes: most } = FOREIGN.bounds;
  if (file.size > most)
    throw refused("foreign.large", { where: file.name, got: grouped(file.size), expected: atMost(most) });
  await told(phrase("drop.step.file", { name: file.name }));
  const bytes = new Uint8Array(await file.arrayBuffer());
  return inFile(file.name, async () => {
    await told(phrase("drop.step.graph"));
    const opened = openModel(bytes);
    const own = isOwnFile(opened);
    if (own) {
      await told(phrase("drop.step.digest"));
      checkDigest(bytes);
    }
    const facts = joinedFacts(beside, factsOfMetadata(opened.metadata));
    return { name: file.name, size: file.size, own, opened, facts };
  });
}

/**
 * What the page shows of it. Throws a PlanFault.
 * @param {Chosen} chosen @param {Asked} asked @param {Translate} t @returns {Shown}
 */
export function showChosen({ name, own, opened, facts }, asked, t) {
  const title = name.replace(/\.onnx$/i, "");
  return named(name, () => {
    if (own) return { payload: readOwn(opened, title, t), reads: null };
    const reads = readNetwork(opened, title, facts, asked, t);
    return { payload: reads.payload, reads };
  });
}

/** @template T @param {string} name @param {() => T} work @returns {T} */
function named(name, work) {
  try {
    return work();
  } catch (error) {
    throw placed(name, error);
  }
}

/** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
async function inFile(name, work) {
  try {
    return await work();
  } catch (error) {
    throw placed(name, error);
  }
}

/** The same fault with the file's name before its place. @param {string} name @param {unknown} error */
function placed(name, error) {
  if (error instanceof PlanFault) error.where = error.where ? phrase("drop.where", { name, where: error.where }) : name;
  return error;
}
