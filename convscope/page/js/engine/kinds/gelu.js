import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
import { normalBelow, normalDensity } from "../special.js";

export const gelu = activation(phrase("explain.gelu"), {
  formula: () => ["x · Φ(x)"],
  reach: 3,
  most: null,
  of: (x) => x * normalBelow(x),
  slope: (x) => normalBelow(x) + x * normalDensity(x),
});
