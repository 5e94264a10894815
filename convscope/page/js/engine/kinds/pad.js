import { phrase } from "../../kit/i18n.js";
import { resampled } from "../resampling.js";

/** Rows and columns added around maps: zeros, the map mirrored, or its border again. */
export const pad = resampled(phrase("explain.pad"));
