import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
import { ramp } from "../special.js";

export const hardswish = activation(phrase("explain.hardswish"), {
  formula: () => ["x · min(max(0, x/6 + 1/2), 1)"],
  reach: 4,
  most: null,
  of: (x) => x * ramp(x),
  slope: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 1 / 2 : 1),
});
