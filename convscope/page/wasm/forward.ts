/**
 * One picture forward: what page/js/engine/fast/types.js calls ForwardKernels. Feature maps lie row by row, (C, H, W).
 */

export { convolve, dense, pad } from "./convolve";
export { elu, gelu, geluTanh, hardsigmoid, hardswish, leaky, sigmoid, silu, tanh } from "./curves";
export { slide } from "./depthwise";
export { add, clip, copy, means, multiply, respond, scaleBy, scaleShift } from "./maps";
export { averages, largest } from "./windows";
