/**
 * A training to start: what it learns from, which network, how, and for how long. Whatever is typed is in the address.
 */

import { make, refill } from "../../kit/dom.js";
import { numberIn, wholeIn } from "../address.js";
import { ApiError } from "../api.js";
import { ZOO } from "../../formula/table.js";
import { planChoice } from "../plan_choice.js";
import { dataShapes } from "./data_shape.js";
import { formulaPart } from "./formula.js";
import { dataField, numberField, recipeField } from "./fields.js";
import { openPlace, toPlace } from "./places.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").Offer} Offer */

/** @param {Lab} lab */
export function trainingForm(lab) {
  const { doc, t, api } = lab;
  /** @type {Offer | null} */
  let offer = null;
  let busy = false;
  let closed = false;
  const data = () => lab.state.d ?? "mnist";
  const folder = () => data().startsWith("folder/");
  const recipe = () => offer?.recipes.find((one) => one.id === lab.state.rp) ?? offer?.recipes[0] ?? null; // "auto"
  const free = () => recipe()?.id === "auto" && !lab.state.f; // the training chooses the network, too
  const own = () => (data() === "mnist" ? recipe()?.plan : recipe()?.general) ?? "fast";
  const text = () => lab.state.f ?? own();
  const written = () => ZOO[text()] ?? text();
  const size = () => (folder() && lab.state.z ? wholeIn(lab.state, "z", 1, 2048, 28) : null);
  const put = (/** @type {string} */ value) =>
    lab.tune({
      f:
        Object.keys(ZOO).find((name) => ZOO[name] === value && name !== own()) ?? (value === ZOO[own()] ? null : value),
      n: null,
    });

  const heading = make(doc, "h2", { tabindex: -1, class: "bench-heading" }, t("bench.new"));
  const area = make(doc, "textarea", {
    class: "formula-area",
    id: "bench-formula",
    rows: 3,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": t("arch.formula"),
    "aria-describedby": "bench-formula-message",
    on: { input: () => put(area.value) },
  });
  const forSmall = lab.payload.plans.filter((plan) => !plan.input); // the others can be typed, by name
  const plans = planChoice(lab, written, put, [], forSmall);
  const shapes = dataShapes(lab, () => {
    if (!closed) refresh();
  });
  const formula = formulaPart(
    lab,
    text,
    () => ({ data: data(), size: size() }),
    shapes.of,
    () => refresh(),
  );
  const source = dataField(lab, data);
  const how = recipeField(lab, recipe);
  const epochs = numberField(lab, {
    key: "e",
    name: t("mnist.epochs"),
    note: () =>
      recipe()?.id === "auto" ? t("bench.epochs.auto") : t("bench.epochs.note", { n: recipe()?.epochs ?? "" }),
    min: 0.01,
    max: 100000,
    step: 0.1,
    shown: () =>
      lab.state.e || recipe()?.id !== "auto" ? numberIn(lab.state, "e", 0.01, 100000, recipe()?.epochs ?? 1) : null,
  });
  const seed = numberField(lab, {
    key: "s",
    name: t("bench.seed"),
    note: () => t("bench.seed.note"),
    min: 0,
    max: 999999999,
    step: 1,
    shown: () => wholeIn(lab.state, "s", 0, 999999999, 0),
  });
  const held = numberField(lab, {
    key: "k",
    name: t("bench.heldout.n"),
    note: () => t("bench.heldout.note"),
    min: 0,
    max: 999999999,
    step: 1,
    shown: () => (lab.state.k ? wholeIn(lab.state, "k", 0, 999999999, 0) : null),
  });
  const side = numberField(lab, {
    key: "z",
    name: t("bench.size"),
    note: () => t("bench.size.note"),
    min: 1,
    max: 2048,
    step: 1,
    shown: size,
  });
  const chosen = make(doc, "p", { class: "note" }, t("bench.network.auto"));
  const start = make(doc, "button", { type: "submit", class: "primary large-primary run" }, t("mnist.start"));
  const fault = make(doc, "p", { class: "run-fault", role: "alert" });
  const part = (/** @type {string} */ name, /** @type {(Node | null)[]} */ ...children) =>
    make(doc, "fieldset", { class: "form-part" }, make(doc, "legend", {}, name), ...children);
  const form = make(
    doc,
    "form",
    {
      class: "bench-form",
      novalidate: true,
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void begin();
        },
      },
    },
    part(t("bench.data"), source.element, side.element),
    part(t("bench.network"), chosen, plans.element, area, formula.element),
    part(
      t("bench.how"),
      how.element,
      make(doc, "div", { class: "form-numbers" }, epochs.element, seed.element, held.element),
    ),
    make(doc, "div", { class: "form-end" }, start, fault),
  );
  const wait = make(doc, "p", { class: "note" }, t("bench.waiting"));
  const way = make(
    doc,
    "p",
    { class: "bench-back" },
    make(doc, "a", { class: "link", href: "#c=workbench", on: { click: toPlace(lab, {}) } }, `‹ ${t("bench.back")}`),
  );
  const body = make(doc, "div", {}, wait);
  const element = make(doc, "div", { class: "new-run" }, way, make(doc, "div", { class: "bench-head" }, heading), body);

  const begin = async () => {
    const how = recipe();
    if (!api || !how || busy) return;
    if (!formula.good()) {
      area.focus();
      return;
    }
    busy = true;
    fault.textContent = "";
    refresh();
    const number = (/** @type {string} */ key) => (lab.state[key] === undefined ? undefined : Number(lab.state[key]));
    try {
      const run = await api.start({
        data: data(),
        recipe: how.id,
        formula: free() ? undefined : text(),
        epochs: number("e"),
        seed: number("s"),
        val: number("k"),
        size: size() ?? undefined,
      });
      if (!closed) openPlace(lab, { v: "run", r: run.id });
      return;
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : String(error);
      if (error instanceof ApiError && error.fault.column !== undefined) formula.complain(error.fault);
    }
    busy = false;
    if (!closed) refresh();
  };

  const refresh = () => {
    if (!offer) return;
    if (doc.activeElement !== area) area.value = written();
    [source, how, epochs, seed, held, side, plans, formula].forEach((one) => one.refresh());
    side.element.hidden = !folder();
    chosen.hidden = !free() || !folder();
    area.setAttribute("aria-invalid", String(!formula.good()));
    start.setAttribute("aria-disabled", String(busy || !formula.good()));
    start.textContent = busy ? t("bench.starting") : t("mnist.start");
    fault.hidden = !fault.textContent;
  };
  api?.offer().then(
    (found) => {
      if (closed) return;
      offer = found;
      source.offer(found);
      how.offer(found);
      refill(body, form);
      refresh();
    },
    (error) => {
      wait.textContent = t("mnist.trouble", { what: error instanceof Error ? error.message : String(error) });
    },
  );
  return {
    element,
    refresh,
    gone: () => {
      closed = true;
      formula.gone();
    },
    heading: () => heading,
  };
}
