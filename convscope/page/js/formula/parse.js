/** From text to a plan, with the column of whatever is wrong. As convscope/formula/parse.py. */

import { phrase } from "../kit/i18n.js";
import { FormulaFault, PlanFault } from "./fault.js";
import { didYouMean } from "./guess.js";
import { layerOf } from "./layers.js";
import { statementsOf } from "./named_parts.js";
import { GROUPS, branched, chain, gate, repeat, skip, squeeze } from "./plan.js";
import { plainSource, refuseAbsurd } from "./scan.js";
import { syntaxOf } from "./tree.js";
import { LIMITS, ZOO, entryOf, torchHint, writtenKinds } from "./table.js";

/** @typedef {import("./fault.js").Value} Value */
/** @typedef {{place: number, parameters: string[], tree: Syntax}} NamedPart a part that plans may call */
/** @typedef {import("./fault.js").Details} Details */
/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./tree.js").Syntax} Syntax */

/** @typedef {import("./fault.js").Said} Said */

/** Of what stands within one another where a part is called, its own call the last. */
const MOST_LEVELS = 64;

const HOW = phrase("formula.syntax.try");

/** Return the named plan or what the text says; throws a FormulaFault. @param {string} text @returns {Plan} */
export function resolveFormula(text) {
  const name = text.trim().toLowerCase();
  if (Object.hasOwn(ZOO, name)) return parseFormula(ZOO[name]);
  try {
    return parseFormula(text);
  } catch (error) {
    const word = name.replace(/[-_]/g, "");
    if (error instanceof FormulaFault && /^[\p{L}\p{N}]+$/u.test(word) && phraseKey(error.what) === "layer.unknown") {
      throw new FormulaFault(phrase("plan.unknown", { name: text.trim() }), text, 1, {
        hint: didYouMean(name, [...Object.keys(ZOO), ...writtenKinds()], Object.keys(ZOO)),
      });
    }
    throw error;
  }
}

/** Read a formula; throws a FormulaFault. @param {string} text @returns {Plan} */
export function parseFormula(text) {
  refuseAbsurd(text);
  const source = plainSource(text);
  const complain = (/** @type {number} */ start, /** @type {Said} */ what, /** @type {Details} */ details = {}) =>
    new FormulaFault(what, text, start + 1, details);
  const words = (/** @type {Syntax} */ node) => source.slice(node.start, node.end);

  /**
   * Call `make`; what it objects to is reported at the argument it names, or at `start`.
   * @template T
   * @param {number} start
   * @param {() => T} make
   * @param {Record<string, number>} [places]
   */
  const at = (start, make, places = {}) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof PlanFault) || error instanceof FormulaFault) throw error;
      throw complain(places[error.argument] ?? start, error.what, {
        got: error.got,
        expected: error.expected,
        hint: error.hint,
      });
    }
  };

  /** @type {Map<string, NamedPart>} */
  const defined = new Map();
  /** The arguments of the part that is read, by parameter. @type {Map<string, Syntax>} */
  let given = new Map();
  let seen = 0; // how many parts it sees
  let levels = 0;
  let made = 0;

  /** What a part was given for a parameter, any other node as it is. @param {Syntax} node */
  const argumentOf = (node) => (node.is === "name" && given.get(node.word ?? "")) || node;

  /** @param {Syntax} node @returns {Plan} */
  const planOf = (node) => {
    levels++;
    const plan = readOf(node);
    levels--;
    return plan;
  };

  /** @param {Syntax} node @returns {Plan} */
  const readOf = (node) => {
    const parts = node.parts ?? [];
    if (node.is === "binary" && node.word === "+") return chained(node);
    if (node.is === "binary" && node.word === "*") return repeated(node);
    if (node.is === "list") {
      if (parts.length !== 1)
        throw complain(node.start, phrase("formula.list"), {
          got: phrase("formula.list.got", { n: parts.length }),
          hint: phrase("formula.list.try"),
        });
      return planOf(parts[0]);
    }
    const word = node.is === "name" ? groupWord(node.word) : null;
    if (word) throw complain(node.start, wanted(word), { got: "0", hint: GROUPS[word] });
    if (node.is === "name" && defined.has(node.word ?? "")) return called(node, node, [], 0);
    if (node.is === "name") return layer(node, node, [], []);
    if (node.is === "call") {
      const [name, ...args] = parts;
      if (name.is !== "name")
        throw complain(name.start, phrase("formula.name"), {
          hint: name.is === "attribute" ? torchHint(name.word ?? "") : "",
        });
      const group = groupWord(name.word);
      if (group) return grouped(node, group, args, node.named ?? []);
      if (defined.has(name.word ?? "")) return called(node, name, args, node.named?.length ?? 0);
      return layer(node, name, args, node.named ?? []);
    }
    if (node.is === "tuple") throw complain(node.start, phrase("formula.commas"), { hint: HOW });
    throw complain(node.start, phrase("formula.place"), { got: words(node), hint: HOW });
  };

  /** @param {Syntax} node @returns {Plan} */
  const chained = (node) => {
    /** @type {Syntax[]} */
    const terms = [];
    let left = node;
    for (; left.is === "binary" && left.word === "+"; left = /** @type {Syntax[]} */ (left.parts)[0])
      terms.push(/** @type {Syntax[]} */ (left.parts)[1]);
    let plan = planOf(left);
    for (const term of terms.reverse()) {
      const first = plan;
      const second = planOf(term);
      plan = at(term.start, () => chain(first, second));
    }
    return plan;
  };

  /** @param {Syntax} node @returns {Plan} */
  const repeated = (node) => {
    /** @type {Syntax[]} */
    const factors = [];
    let inner = node;
    while (inner.is === "binary" && inner.word === "*") {
      const [left, right] = /** @type {Syntax[]} */ (inner.parts);
      let [body, times] = [left, argumentOf(right)];
      if (isConstant(argumentOf(left)) && !isConstant(times)) [body, times] = [right, argumentOf(left)];
      if (times.value?.is !== "int")
        throw complain(times.start, phrase("formula.times"), { got: words(times), hint: "(conv(16, 3) + relu)*2" });
      factors.push(times);
      inner = body;
    }
    let plan = planOf(inner);
    for (const factor of factors.reverse()) {
      const body = plan;
      plan = at(factor.start, () => repeat(body, Number(factor.value?.of)));
    }
    return plan;
  };

  /**
   * @param {Syntax} node
   * @param {Group} group
   * @param {Syntax[]} args
   * @param {{name: string}[]} named
   * @returns {Plan}
   */
  const grouped = (node, group, args, named) => {
    const [least, most] = TAKES[group];
    if (args.length < least || args.length > most || named.length)
      throw complain(node.start, wanted(group), { got: String(args.length + named.length), hint: GROUPS[group] });
    if (group === "se") {
      made++;
      const asked = argumentOf(args[0]);
      const ratio = valueOf(asked);
      return at(asked.start, () => squeeze(ratio));
    }
    const parts = args.map(planOf);
    if (group === "concat") return at(node.start, () => branched(parts));
    return at(node.start, () => (group === "skip" ? skip(parts[0], parts[1] ?? null) : gate(parts[0])));
  };

  /**
   * A part with its arguments.
   * @param {Syntax} node
   * @param {Syntax} name
   * @param {Syntax[]} args
   * @param {number} more
   */
  const called = (node, name, args, more) => {
    const word = name.word ?? "";
    const { place, parameters, tree } = /** @type {NamedPart} */ (defined.get(word));
    if (place >= seen) throw complain(name.start, phrase("part.later", { name: word }));
    if (more || args.length !== parameters.length)
      throw complain(node.start, phrase("part.arguments", { name: word }), {
        got: String(args.length + more),
        expected: String(parameters.length),
        hint: parameters.length ? `${word}(${parameters.join(", ")})` : word,
      });
    /** @type {Map<string, Syntax>} */
    const inside = new Map();
    parameters.forEach((parameter, i) => {
      const asked = argumentOf(args[i]);
      if (valueOf(asked).is === "tuple") throw complain(asked.start, phrase("part.number"), { got: words(asked) });
      inside.set(parameter, asked);
    });
    if (levels > MOST_LEVELS) throw complain(node.start, phrase("part.deep"));
    if (made >= LIMITS.layers)
      throw complain(node.start, phrase("plan.layers"), { expected: phrase("value.most", { n: LIMITS.layers }) });
    const before = { given, seen };
    [given, seen] = [inside, place];
    const plan = planOf(tree);
    ({ given, seen } = before);
    return plan;
  };

  /**
   * @param {Syntax} node
   * @param {Syntax} name
   * @param {Syntax[]} args
   * @param {{name: string, start: number, value: Syntax}[]} named
   * @returns {Plan}
   */
  const layer = (node, name, args, named) => {
    const kind = name.word ?? "";
    const known = writtenKinds();
    if (!known.includes(kind))
      throw complain(name.start, phrase("layer.unknown", { name: kind }), {
        hint:
          torchHint(kind) ||
          didYouMean(kind, [...known, ...Object.keys(GROUPS), ...[...defined.keys()].slice(0, seen)]),
      });
    const entry = entryOf(kind);
    const fields = entry.arguments.map((argument) => argument.name);
    const usage = entry.example;
    /** @type {Record<string, Syntax>} */
    const places = {};
    args.forEach((arg, i) => {
      if (i >= fields.length)
        throw complain(arg.start, phrase("layer.arguments", { kind }), {
          got: String(args.length),
          expected: fields.length ? phrase("value.most", { n: fields.length }) : phrase("value.none"),
          hint: usage,
        });
      places[fields[i]] = argumentOf(arg);
    });
    for (const { name: option, start, value } of named) {
      if (!fields.includes(option))
        throw complain(start, phrase("layer.option", { kind, option }), {
          hint: fields.length ? didYouMean(option, fields) : phrase("layer.option.none", { kind }),
        });
      if (option in places) throw complain(start, phrase("layer.option.twice", { option }));
      places[option] = argumentOf(value);
    }
    for (const { name: field, required } of entry.arguments)
      if (required && !(field in places))
        throw complain(name.start, phrase("layer.option.missing", { kind, field }), { hint: usage });
    made++;
    const values = Object.fromEntries(Object.entries(places).map(([field, place]) => [field, valueOf(place)]));
    return at(
      node.start,
      () => layerOf(kind, values),
      Object.fromEntries(Object.entries(places).map(([field, place]) => [field, place.start])),
    );
  };

  /** @param {Syntax} place @returns {Value} */
  const valueOf = (place) => {
    const node = argumentOf(place);
    if (node.is === "value" && node.value) return node.value;
    const inner = node.parts?.[0]?.value;
    if (node.is === "unary" && node.word === "-" && (inner?.is === "int" || inner?.is === "float"))
      return { is: inner.is, of: -inner.of };
    if (node.is === "tuple") return { is: "tuple", of: (node.parts ?? []).map(valueOf) };
    throw complain(node.start, phrase("formula.value"), { got: words(node) });
  };

  for (const { name, parameters, start, end } of statementsOf(text, source, [
    ...writtenKinds(),
    ...Object.keys(GROUPS),
  ])) {
    const tree = syntaxOf(source, start, end);
    if (!name) return planOf(tree);
    defined.set(name, { place: seen++, parameters, tree });
  }
  throw complain(source.length, phrase("formula.syntax")); // a plan always comes last
}

/** @typedef {keyof typeof GROUPS} Group */

/** How many arguments a group takes. @type {Record<Group, [number, number]>} */
const TAKES = { skip: [1, 2], gate: [1, 1], se: [1, 1], concat: [2, Infinity] };

/** The group that a word begins, if any. @param {string | undefined} word @returns {Group | null} */
function groupWord(word) {
  return word !== undefined && Object.hasOwn(GROUPS, word) ? /** @type {Group} */ (word) : null;
}

/** What is said of a wrong number of arguments. @param {Group} group */
function wanted(group) {
  if (group === "skip") return phrase("skip.group");
  if (group === "gate") return phrase("gate.group");
  return group === "se" ? phrase("se.group") : phrase("concat.group");
}

/** @param {Said} said */
function phraseKey(said) {
  return typeof said === "string" ? "" : said.key;
}

/** @param {Syntax} node */
function isConstant(node) {
  return node.is === "value" || node.is === "nothing";
}
