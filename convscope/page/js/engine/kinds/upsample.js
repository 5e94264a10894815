import { phrase } from "../../kit/i18n.js";
import { resampled } from "../resampling.js";

/** Maps several times as large: each number repeated, or blended with its neighbours. */
export const upsample = resampled(phrase("explain.upsample"));
