/** Parts of a report: its figures with their intervals, the confusion matrix on all test pictures, its settings. */

import { button, make, refill } from "../../kit/dom.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { spoken } from "../../kit/i18n.js";
import { confusionTable } from "../../look/views/confusion.js";
import { grouped } from "../../formula/fault.js";
import { secondsText, shareDone } from "./run_facts.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("../api.js").RunReport} RunReport */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */
/** @typedef {ReturnType<typeof import("./run_stream.js").runStream>} RunStream */

/** @param {Lab} lab @param {RunSummary} run @param {RunReport | null} report @param {PlanNetwork | null} network */
export function figureList({ doc, t }, run, report, network) {
  const sure = (
    /** @type {import("../api.js").Sure | null | undefined} */ one,
    /** @type {{accuracy: number} | null} */ plain,
  ) => {
    if (!one) return plain ? [percent(plain.accuracy, 2)] : ["–"];
    const [low, high] = [fixed(one.interval[0] * 100, 2), percent(one.interval[1], 2)];
    const interval = ` ${t("bench.interval", { low, high, n: thousands(one.n) })}`;
    return [percent(one.accuracy, 2), make(doc, "span", { class: "small" }, interval)];
  };
  /** @type {[string, (string | Node)[], string][]} */
  const list = [
    [t("bench.test"), sure(report?.test, run.test), "test"],
    ...(run.data?.validation || run.validation
      ? [
          /** @type {[string, (string | Node)[], string]} */ ([
            t("bench.heldout"),
            sure(report?.validation, run.validation),
            "heldout",
          ]),
        ]
      : []),
    [t("mnist.train.accuracy"), [run.accuracy === null ? "–" : percent(run.accuracy, 2)], "accuracy"],
    [t("mnist.loss"), [run.loss === null ? "–" : fixed(run.loss, 4)], "loss"],
    ...(run.is_fit
      ? []
      : [
          /** @type {[string, (string | Node)[], string]} */ ([
            t("bench.steps"),
            [
              run.steps === null ? "–" : `${thousands(run.step)} / ${thousands(run.steps)}`,
              make(doc, "span", { class: "small" }, ` ${percent(shareDone(run), 0)}`),
            ],
            "steps",
          ]),
        ]),
    [t("bench.time"), [secondsText(t, run.seconds)], "seconds"],
    [t("arch.parameters"), [network ? grouped(network.parameters) : "–"], "parameters"],
    [t("arch.macs"), [network ? grouped(network.macs) : "–"], "macs"],
  ];
  return list.map(([name, value, id]) =>
    make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: "figure", "data-figure": id }, ...value)),
  );
}

/**
 * The matrix on all test pictures takes seconds, so it is counted when it is asked for.
 * @param {Lab} lab
 * @param {RunStream} followed
 * @param {() => RunSummary | null} run
 */
export function confusionPart(lab, followed, run) {
  const { doc, t } = lab;
  const count = button(doc, t("bench.confusion.count"), () => {
    void followed.measure();
  });
  const words = make(doc, "p", { class: "note", "aria-live": "polite" });
  const table = make(doc, "div", {});
  const element = make(
    doc,
    "section",
    { class: "worked" },
    make(doc, "h2", {}, t("bench.confusion")),
    count,
    words,
    table,
  );
  /** @type {object | null} */
  let drawn = null;
  return {
    element,
    refresh: () => {
      const one = run();
      const errors = followed.network?.errors ?? null;
      element.hidden = !lab.api || one?.state !== "finished";
      count.hidden = Boolean(followed.network);
      count.toggleAttribute("disabled", followed.measuring);
      words.textContent = followed.measuring
        ? t("bench.confusion.counting")
        : !followed.network
          ? t("bench.confusion.how")
          : errors
            ? t("bench.confusion.n", {
                n: thousands(errors.n),
                accuracy: percent(errors.confusion.reduce((sum, row, i) => sum + row[i], 0) / Math.max(1, errors.n), 2),
              })
            : t("bench.confusion.none");
      if (errors && one && errors !== drawn) {
        drawn = errors;
        refill(
          table,
          confusionTable(/** @type {any} */ ({ doc, t, payload: { classes: one.classes } }), errors.confusion, null),
        );
      }
    },
  };
}

/**
 * What was said before the training, and what a reader of its figures has to know.
 * @param {Lab} lab @param {RunReport | null} report
 */
export function saidPart({ doc, t }, report) {
  const list = (/** @type {string} */ name, /** @type {import("../../kit/i18n.js").Phrase[]} */ said) =>
    said.length
      ? [
          make(doc, "h2", {}, name),
          make(doc, "ul", { class: "said" }, ...said.map((one) => make(doc, "li", {}, spoken(t, one)))),
        ]
      : [];
  return [...list(t("bench.notes"), report?.notes ?? []), ...list(t("bench.understood"), report?.understood ?? [])];
}

/** @param {Lab} lab @param {RunSummary} run @param {RunReport | null} report */
export function settingsPart({ doc, t }, run, report) {
  const entry = (/** @type {string} */ name, /** @type {string} */ value, code = false) =>
    make(
      doc,
      "div",
      {},
      make(doc, "dt", {}, code ? make(doc, "code", {}, name) : name),
      make(doc, "dd", { class: "figure" }, value),
    );
  const { data } = run;
  const general = [
    ...(data
      ? [
          entry(t("bench.data"), data.set),
          entry(t("bench.shape"), data.shape.join("×")),
          entry(
            t("bench.pictures"),
            t("bench.pictures.of", {
              train: thousands(data.train),
              held: thousands(data.validation),
              test: thousands(data.test),
            }),
          ),
          entry(t("arch.classes"), String(run.classes.length)),
        ]
      : []),
    entry(t("bench.recipe"), run.recipe),
    ...(run.is_fit
      ? []
      : [
          entry(t("mnist.epochs"), run.epochs === null ? "–" : String(Math.round(run.epochs * 1000) / 1000)),
          entry(t("bench.batch"), run.batch === null ? "–" : String(run.batch)),
        ]),
    entry(t("bench.seed"), run.seed === null ? "–" : String(run.seed)),
    ...(report?.budget ? [entry(t("bench.budget"), report.budget)] : []),
  ];
  const fields = (/** @type {import("../api.js").Plainly} */ values) =>
    make(
      doc,
      "dl",
      { class: "settings-list" },
      ...Object.entries(values).map(([name, value]) => entry(name, String(value), true)),
    );
  return [
    make(doc, "h2", {}, t("bench.settings")),
    make(doc, "dl", { class: "settings-list" }, ...general),
    ...(report
      ? [
          make(
            doc,
            "details",
            {},
            make(doc, "summary", {}, t("bench.recipe.all", { name: run.recipe })),
            fields(report.recipe),
          ),
          make(doc, "details", {}, make(doc, "summary", {}, t("bench.machine")), fields(report.machine)),
        ]
      : []),
  ];
}
