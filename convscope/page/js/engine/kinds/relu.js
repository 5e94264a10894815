import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";

export const relu = activation(phrase("explain.relu"), {
  formula: () => ["max(0, x)"],
  reach: 1,
  most: null,
  of: (x) => (x <= 0 ? 0 : x),
  slope: (x) => (x > 0 ? 1 : 0),
});
