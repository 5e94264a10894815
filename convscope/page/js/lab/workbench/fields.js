/** Fields of the form: data, recipe, numbers. Each says under itself what it means. */

import { make, refill } from "../../kit/dom.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").Offer} Offer */

/** @param {Lab} lab @param {() => string} chosen an id of the offer */
export function dataField(lab, chosen) {
  const { doc, t } = lab;
  const select = make(doc, "select", {
    "aria-label": t("bench.data"),
    "aria-describedby": "bench-data-note",
    on: { change: () => lab.tune({ d: select.value === "mnist" ? null : select.value, z: null, n: null }) },
  });
  const note = make(doc, "p", { class: "note", id: "bench-data-note" });
  return {
    element: make(doc, "div", { class: "form-field" }, select, note),
    /** @param {Offer} offer */
    offer: ({ data }) => {
      const options = (/** @type {"named" | "folder" | "own"} */ kind) =>
        data.filter((one) => one.kind === kind).map((one) => make(doc, "option", { value: one.id }, one.name));
      const [folders, own] = [options("folder"), options("own")];
      refill(
        select,
        make(doc, "optgroup", { label: t("bench.data.sets") }, ...options("named")),
        own.length ? make(doc, "optgroup", { label: t("bench.data.own") }, ...own) : null,
        folders.length ? make(doc, "optgroup", { label: t("bench.data.folders") }, ...folders) : null,
      );
      if (!data.some((one) => one.id === chosen()))
        select.append(make(doc, "option", { value: chosen() }, t("bench.data.gone", { id: chosen() })));
      note.textContent = folders.length || own.length ? t("bench.data.note") : t("bench.data.none");
    },
    refresh: () => {
      select.value = chosen();
    },
  };
}

/** @param {Lab} lab @param {() => Offer["recipes"][number] | null} chosen */
export function recipeField(lab, chosen) {
  const { doc, t } = lab;
  const list = make(doc, "div", { class: "recipe-choices", role: "radiogroup", "aria-label": t("bench.recipe") });
  /** @type {HTMLInputElement[]} */
  let inputs = [];
  return {
    element: list,
    /** @param {Offer} offer */
    offer: ({ recipes }) => {
      inputs = recipes.map((one) =>
        make(doc, "input", {
          type: "radio",
          name: "bench-recipe",
          value: one.id,
          on: { change: () => lab.tune({ rp: one.id === "auto" ? null : one.id, e: null, n: null }) },
        }),
      );
      refill(
        list,
        ...recipes.map((one, i) =>
          make(
            doc,
            "label",
            { class: "recipe-choice" },
            inputs[i],
            make(doc, "b", {}, one.id),
            make(doc, "span", { class: "note" }, aboutRecipe(lab, one)),
          ),
        ),
      );
    },
    refresh: () => {
      for (const input of inputs) input.checked = input.value === chosen()?.id;
    },
  };
}

/**
 * The recipes that ship, in the reader's language; another one as it describes itself.
 * @param {Lab} lab
 * @param {Offer["recipes"][number]} recipe
 */
function aboutRecipe({ t }, { id, about, batch }) {
  if (id === "auto") return t("bench.recipe.auto");
  if (id === "fast") return t("bench.recipe.fast", { batch });
  if (id === "accurate") return t("bench.recipe.accurate", { batch });
  if (id === "plain") return t("bench.recipe.plain", { batch });
  return id === "slides" ? t("bench.recipe.slides", { batch }) : about;
}

/**
 * A number in the address under `key`; empty is the usual one.
 * @param {Lab} lab
 * @param {{key: string, name: string, note: () => string, min: number, max: number, step: number, shown: () => number |
 * null}} options
 */
export function numberField(lab, { key, name, note, min, max, step, shown }) {
  const { doc } = lab;
  const input = make(doc, "input", {
    type: "number",
    min,
    max,
    step: step === 1 ? 1 : "any",
    id: `bench-field-${key}`,
    "aria-describedby": `bench-note-${key}`,
    on: {
      input: () => {
        const value = input.valueAsNumber;
        const fits =
          input.value === ""
            ? !input.validity.badInput
            : value >= min && value <= max && (step !== 1 || Number.isInteger(value));
        input.setAttribute("aria-invalid", String(!fits));
        if (fits) lab.tune({ [key]: input.value === "" ? null : String(value) });
      },
      blur: () => {
        input.setAttribute("aria-invalid", "false");
        refresh();
      },
    },
  });
  const words = make(doc, "span", { class: "note", id: `bench-note-${key}` });
  const refresh = () => {
    if (doc.activeElement !== input) input.value = String(shown() ?? "");
    words.textContent = note();
  };
  return {
    element: make(
      doc,
      "div",
      { class: "form-number" },
      make(doc, "label", { for: `bench-field-${key}` }, name),
      input,
      words,
    ),
    refresh,
  };
}
