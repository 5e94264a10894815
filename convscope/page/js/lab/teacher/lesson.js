/** The lesson: its plan, the lecture's points with the states that show them, and what is often misunderstood. */

/** @typedef {import("../types.js").Translate} Translate */
/** @typedef {import("../types.js").Change} Change */

/**
 * Ninety minutes; `short` are the minutes of a step where there are 45, 0 for what falls out then.
 * @type {{minutes: number, short: number, open: Change, title: (t: Translate) => string, text: (t: Translate) =>
 * string}[]}
 */
export const PLAN = [
  { minutes: 5, short: 5, open: { c: "plain" }, title: (t) => t("teach.p1"), text: (t) => t("teach.p1.text") },
  { minutes: 4, short: 0, open: { c: "local" }, title: (t) => t("teach.p2"), text: (t) => t("teach.p2.text") },
  { minutes: 13, short: 10, open: { c: "convolution" }, title: (t) => t("teach.p3"), text: (t) => t("teach.p3.text") },
  { minutes: 7, short: 4, open: { c: "filters" }, title: (t) => t("teach.p4"), text: (t) => t("teach.p4.text") },
  { minutes: 4, short: 0, open: { c: "sharing" }, title: (t) => t("teach.p5"), text: (t) => t("teach.p5.text") },
  { minutes: 7, short: 0, open: { c: "activation" }, title: (t) => t("teach.p6"), text: (t) => t("teach.p6.text") },
  { minutes: 6, short: 4, open: { c: "depth" }, title: (t) => t("teach.p7"), text: (t) => t("teach.p7.text") },
  { minutes: 9, short: 5, open: { c: "architecture" }, title: (t) => t("teach.p8"), text: (t) => t("teach.p8.text") },
  { minutes: 10, short: 6, open: { c: "loss" }, title: (t) => t("teach.p9"), text: (t) => t("teach.p9.text") },
  { minutes: 8, short: 5, open: { c: "mnist" }, title: (t) => t("teach.p10"), text: (t) => t("teach.p10.text") },
  { minutes: 7, short: 6, open: { c: "backwards" }, title: (t) => t("teach.p12"), text: (t) => t("teach.p12.text") },
  { minutes: 7, short: 0, open: { c: "training" }, title: (t) => t("teach.p13"), text: (t) => t("teach.p13.text") },
  { minutes: 3, short: 0, open: { c: "certificate" }, title: (t) => t("teach.p11"), text: (t) => t("teach.p11.text") },
];

const LECTURES_OWN = "[(conv(16, 3)*2 + relu)*2 + maxpool(2)]*2 + fc";

/** S1 to S18, each with the state that shows it. @type {{open: Change, text: (t: Translate) => string}[]} */
export const POINTS = [
  { open: { c: "plain", dx: 2 }, text: (t) => t("teach.s1") },
  { open: { c: "local", n: 4 }, text: (t) => t("teach.s2") },
  { open: { c: "architecture", f: "lenet5" }, text: (t) => t("teach.s3") },
  { open: { c: "convolution" }, text: (t) => t("teach.s4") },
  { open: { c: "convolution", s: 4 }, text: (t) => t("teach.s5") },
  { open: { c: "filters", k: "-2_-1_0_-1_1_1_0_1_2" }, text: (t) => t("teach.s6") },
  { open: { c: "sharing", w: 0 }, text: (t) => t("teach.s7") },
  { open: { c: "activation", x: 0 }, text: (t) => t("teach.s8") },
  { open: { c: "depth" }, text: (t) => t("teach.s9") },
  { open: { c: "convolution", p: 1 }, text: (t) => t("teach.s10") },
  { open: { c: "depth", pp: 1 }, text: (t) => t("teach.s11") },
  { open: { c: "architecture", f: LECTURES_OWN }, text: (t) => t("teach.s12") },
  { open: { c: "architecture", n: 2 }, text: (t) => t("teach.s13") },
  { open: { c: "loss", y: "1002_1001_1000.1_999" }, text: (t) => t("teach.s14") },
  { open: { c: "loss", p: "1_1" }, text: (t) => t("teach.s15") },
  { open: { c: "loss", q: "1_1_2_4" }, text: (t) => t("teach.s16") },
  { open: { c: "loss", a: 0.1 }, text: (t) => t("teach.s17") },
  { open: { c: "script" }, text: (t) => t("teach.s18") },
];

/** @type {{open: Change, wrong: (t: Translate) => string, show: (t: Translate) => string}[]} */
export const MISUNDERSTOOD = [
  { open: { c: "plain", d: "mnist", i: 9, turn: 30 }, wrong: (t) => t("teach.m1"), show: (t) => t("teach.m1.show") },
  { open: { c: "convolution", p: 1 }, wrong: (t) => t("teach.m2"), show: (t) => t("teach.m2.show") },
  { open: { c: "convolution", s: 4 }, wrong: (t) => t("teach.m3"), show: (t) => t("teach.m3.show") },
  { open: { c: "architecture", f: "conv(1, 3)*2 + fc" }, wrong: (t) => t("teach.m4"), show: (t) => t("teach.m4.show") },
  { open: { c: "sharing" }, wrong: (t) => t("teach.m5"), show: (t) => t("teach.m5.show") },
  { open: { c: "depth" }, wrong: (t) => t("teach.m6"), show: (t) => t("teach.m6.show") },
  { open: { c: "activation", r: 2 }, wrong: (t) => t("teach.m7"), show: (t) => t("teach.m7.show") },
  { open: { c: "loss", y: "9_0_0_0" }, wrong: (t) => t("teach.m8"), show: (t) => t("teach.m8.show") },
  { open: { c: "loss", a: 0.51 }, wrong: (t) => t("teach.m9"), show: (t) => t("teach.m9.show") },
  { open: { c: "loss", u: "nats" }, wrong: (t) => t("teach.m10"), show: (t) => t("teach.m10.show") },
  { open: { c: "mnist" }, wrong: (t) => t("teach.m11"), show: (t) => t("teach.m11.show") },
  {
    open: { c: "training", a: 1, b: "a1", r: 1 },
    wrong: (t) => t("teach.m12"),
    show: (t) => t("teach.m12.show"),
  },
  {
    open: { c: "training", b: "n5000", n: 50 },
    wrong: (t) => t("teach.m13"),
    show: (t) => t("teach.m13.show"),
  },
  { open: { c: "training" }, wrong: (t) => t("teach.m14"), show: (t) => t("teach.m14.show") },
];
