/** Which drawing shows which state. */

import { endOf, hasClasses, indexOf, scoresAreKnown } from "../lookup.js";
import { canContrast } from "../other.js";
import { againstView } from "./against.js";
import { contrastView } from "./contrast.js";
import { drawView } from "./draw.js";
import { emptyView } from "./empty.js";
import { errorsView } from "./errors.js";
import { healthView } from "./health.js";
import { layerView } from "./layer.js";
import { lossView } from "./loss.js";
import { overviewView } from "./overview.js";
import { ownOddsView } from "./own_odds.js";
import { pixelView } from "./pixel.js";
import { trainingView } from "./training.js";
import { valueView } from "./value.js";
import { whereView } from "./where.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** Make the view of the state; a node that is not there shows the overview. @param {App} app @returns {View} */
export function mountView(app) {
  const { state, t } = app;
  const end = endOf(app);
  if (end >= 0 && !scoresAreKnown(app)) {
    const { name, text } = app.engine.nodes[end];
    const title = state.view === "loss" ? t("view.loss") : state.node;
    return emptyView(app, title, t("ended.here", { node: name, what: text }));
  }
  if (!hasClasses(app) && state.view === "loss") return emptyView(app, t("view.loss"), t("maps.noclass"));
  if (!hasClasses(app) && state.view === "where") return emptyView(app, t("view.where"), t("maps.noclass"));
  if (state.view === "layer" && indexOf(app, state.node) >= 0) return layerView(app);
  if (state.view === "value" && state.node === "picture") return pixelView(app);
  if (state.view === "value" && indexOf(app, state.node) >= 0) return valueView(app);
  if (state.view === "draw") return drawView(app);
  if (state.view === "loss") return app.payload.ending === "sigmoid" ? ownOddsView(app) : lossView(app);
  if (state.view === "where" && !app.engine.computes) return emptyView(app, t("view.where"), t("where.cannot"));
  if (state.view === "where") return whereView(app);
  if (state.view === "against" && app.second) return againstView(app, app.second);
  if (state.view === "against") return emptyView(app, t("view.against"), t("against.none"));
  if (state.view === "contrast" && canContrast(app)) return contrastView(app);
  if (state.view === "contrast") return emptyView(app, t("view.contrast"), t("where.cannot"));
  if (state.view === "training") return trainingView(app);
  if (state.view === "health") return healthView(app);
  if (state.view === "errors") return errorsView(app);
  return overviewView(app);
}
