import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";

export const relu6 = activation(phrase("explain.relu6"), {
  formula: () => ["min(max(0, x), 6)"],
  reach: 7,
  most: null,
  of: (x) => (x <= 0 ? 0 : x >= 6 ? 6 : x),
  slope: (x) => (x > 0 && x < 6 ? 1 : 0),
});
