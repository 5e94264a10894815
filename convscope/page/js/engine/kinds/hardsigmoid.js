import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
import { ramp } from "../special.js";

export const hardsigmoid = activation(phrase("explain.hardsigmoid"), {
  formula: () => ["min(max(0, x/6 + 1/2), 1)"],
  reach: 4,
  most: 1,
  of: ramp,
  slope: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
});
