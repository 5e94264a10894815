/** The inner loops of training: what page/js/learn/types.js calls Kernels. Built by `make kernels`. */

export { correlate, sumChannels } from "./correlate";
export { add, combine, relu, reluBack, squares, swapAxes } from "./elementwise";
export { gather } from "./gather";
export { moments, normBack, normSums, scaleShift } from "./normalisation";
export { adamw, sgd } from "./optimisers";
export { addTapsLast, packBack, packForward } from "./packing";
export { average, averageBack, largest, largestBack } from "./pooling";
export { transform } from "./tiles";
