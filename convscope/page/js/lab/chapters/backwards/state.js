/** What the address says of chapter 11: pictures, their classes, the kernel at the start, the rate, how many steps. */

import { STEP_RATES } from "../../../kit/rates.js";
import { numberIn, numbersIn, wholeIn } from "../../address.js";
import {
  batchGradient,
  kernelBackward,
  kernelForward,
  kernelStep,
  openGates,
  predictedChange,
} from "../../sums/backpropagation.js";
import { squared } from "../convolution_state.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../sums/backpropagation.js").KernelNetwork} KernelNetwork */
/** @typedef {ReturnType<typeof learningOf>} Learning */

export const PICTURES_MOST = 4;
export const STEPS_MOST = 1000;
export const STAGES = 12;
const USUAL_RATE = 0.01;
const USUAL_KERNEL = [0.2, -0.1, 0.3, 0.1, 0.2, -0.2, 0.4, 0.1, 0.1];
const USUAL_TARGETS = [0, 1, 0, 1];
/** Two strokes that fall, two that rise, four pixels wide and high. */
const USUAL_PIXELS = ["0000100001000010", "0010010010000000", "0100001000010000", "0000000100100100"]
  .join("")
  .split("")
  .map(Number);
/** How a class's score follows from the pooled number: it stays as it is here. */
const HEAD = { weights: [2, -2], offsets: [-1, 1], slope: 0.1 };

/** A number for the address, short. @param {number} value */
function shortNumber(value) {
  return String(Number(value.toFixed(6)));
}

/** @param {number[]} numbers @param {number[]} usual @returns {string | null} */
function unlessUsual(numbers, usual) {
  return numbers.join() === usual.join() ? null : numbers.map(shortNumber).join("_");
}

/** The change that puts a kernel and a bias at the start. @param {number[][]} kernel @param {number} bias */
export function startWith(kernel, bias) {
  const flat = kernel.flat().map((w) => Math.max(-99999, Math.min(99999, w)));
  return { k: unlessUsual(flat, USUAL_KERNEL), b: Number(shortNumber(bias)) || null, n: null };
}

/** The change that puts pictures in their places. @param {number[][][]} pictures */
export function picturesChange(pictures) {
  return { x: unlessUsual(pictures.flat(2), USUAL_PIXELS) };
}

/** The change that gives pictures their classes. @param {number[]} targets */
export function targetsChange(targets) {
  return { y: unlessUsual(targets, USUAL_TARGETS) };
}

/** @param {number} rate */
export function rateChange(rate) {
  return { r: rate === USUAL_RATE ? null : rate };
}

/** @param {Lab["state"]} state @returns {KernelNetwork} */
function startOf(state) {
  const activation = state.f === "leaky" || state.f === "sigmoid" ? state.f : "relu";
  return {
    kernel: squared(numbersIn(state, "k", [9], USUAL_KERNEL)),
    bias: numberIn(state, "b", -100000, 100000, 0),
    ...HEAD,
    activation,
    pool: state.p === "mean" ? "mean" : "max",
  };
}

/** The networks from the start on, one a step; made again only where something else is asked for. */
function trajectories() {
  let known = "";
  /** @type {{networks: KernelNetwork[], losses: number[]}} */
  let made = { networks: [], losses: [] };
  return (
    /** @type {KernelNetwork} */ start,
    /** @type {number[][][]} */ pictures,
    /** @type {number[]} */ targets,
    /** @type {number} */ rate,
    /** @type {number} */ steps,
  ) => {
    const key = JSON.stringify([start, pictures, targets, rate]);
    if (key !== known) made = { networks: [start], losses: [] };
    known = key;
    while (made.losses.length < steps + 2) {
      const last = made.networks[made.losses.length];
      const gradient = batchGradient(last, pictures, targets);
      made.losses.push(gradient.loss);
      made.networks.push(kernelStep(last, gradient, rate));
    }
    return made;
  };
}

/** Everything that the chapter shows, from the address. @param {Lab} lab */
export function learningState(lab) {
  const follow = trajectories();
  return () => learningOf(lab, follow);
}

/** @param {Lab} lab @param {ReturnType<typeof trajectories>} follow */
function learningOf({ state }, follow) {
  const pixels = numbersIn(state, "x", [16 * PICTURES_MOST], USUAL_PIXELS);
  const pictures = Array.from({ length: PICTURES_MOST }, (_, i) => squared(pixels.slice(16 * i, 16 * i + 16)));
  const targets = numbersIn(state, "y", [PICTURES_MOST], USUAL_TARGETS).map((k) => (k === 1 ? 1 : 0));
  const count = wholeIn(state, "m", 1, PICTURES_MOST, 1);
  const rate = numberIn(state, "r", STEP_RATES[0], STEP_RATES[STEP_RATES.length - 1], USUAL_RATE);
  const steps = wholeIn(state, "n", 0, STEPS_MOST, 0);
  const batch = { pictures: pictures.slice(0, count), targets: targets.slice(0, count) };
  const start = startOf(state);
  const { networks, losses } = follow(start, batch.pictures, batch.targets, rate, steps);
  const [network, after] = [networks[steps], networks[steps + 1]];
  const at = wholeIn(state, "i", 0, count - 1, 0);
  const forward = kernelForward(network, pictures[at]);
  const backward = kernelBackward(network, pictures[at], targets[at], forward);
  const gradient = batchGradient(network, batch.pictures, batch.targets);
  const gates = openGates(network, batch.pictures);
  const dead = network.activation === "relu" && gates.open === 0;
  return {
    ...batch,
    all: pictures,
    allTargets: targets,
    count,
    rate,
    steps,
    start,
    networks,
    losses,
    network,
    after,
    at,
    picture: pictures[at],
    target: targets[at],
    forward,
    backward,
    gradient,
    gates,
    dead,
    diedAt: dead ? networks.findIndex((one) => openGates(one, batch.pictures).open === 0) : -1,
    predicted: predictedChange(gradient, rate),
    place: placeLooked(state, forward.active),
    weight: weightLooked(state),
  };
}

/** The place whose window is shown: the address's, or the one that wins. @param {Lab["state"]} state
 * @param {number[][]} active @returns {[number, number]} */
function placeLooked(state, active) {
  const found = /^([01])\.([01])$/.exec(state.at ?? "");
  if (found) return [Number(found[1]), Number(found[2])];
  const flat = active.flat();
  const winner = flat.indexOf(Math.max(...flat));
  return [Math.floor(winner / 2), winner % 2];
}

/** The weight looked at, row and column; null for the bias. @param {Lab["state"]} state
 * @returns {[number, number] | null} */
function weightLooked(state) {
  if (state.w === "b") return null;
  const found = /^([012])\.([012])$/.exec(state.w ?? "");
  return found ? [Number(found[1]), Number(found[2])] : [0, 0];
}
