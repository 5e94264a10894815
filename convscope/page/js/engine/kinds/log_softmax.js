import { phrase } from "../../kit/i18n.js";
import { shareLayer } from "../shares.js";

/** The logarithms of a softmax. */
export const log_softmax = shareLayer(phrase("explain.log_softmax"), {
  logarithm: true,
  of: (x, largest, sum) => x - largest - Math.log(sum),
  // d y_i / d x_j = [i = j] − e^(y_j)
  back: (gradient, y, count) => {
    const [met, all] = [new Float64Array(count), y.length];
    for (let i = 0; i < all; i++) met[i % count] += gradient[i];
    return y.map((share, i) => gradient[i] - Math.exp(share) * met[i % count]);
  },
});
