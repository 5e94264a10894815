/**
 * The shapes of things that pass between the modules. Only types: nothing here runs.
 *
 * @typedef {import("../types.js").Binary} Binary
 * @typedef {import("../engine/types.js").Layer} PageNode
 * @typedef {import("../engine/types.js").Result} Forward
 * @typedef {import("../types.js").Payload} Payload
 * @typedef {import("../types.js").Extreme} Patch
 * @typedef {import("../types.js").ChannelCard} Channel
 * @typedef {import("../types.js").Errors} ErrorsPart
 * @typedef {import("../types.js").Run} RunPart
 * @typedef {import("../types.js").Snapshot} Snapshot
 * @typedef {ReturnType<typeof import("../engine/engine.js").makeEngine>} Engine
 * @typedef {{shape: number[], data: Float32Array | Uint8Array | Int32Array}} Decoded
 *
 * @typedef {{dx: number, dy: number, turn: number, scale: number, noise: number, ex: number, ey: number, es: number}}
 * Edits
 * @typedef {object} State what the address carries
 * @property {string} view @property {string} node @property {number} channel @property {number} y @property {number} x
 * @property {number} from which input channel the sum is opened at
 * @property {string} picture "s3" a sample, "m7" a mistake, "d…" a drawing
 * @property {Edits} edits @property {string} trail @property {string} range
 * @property {string} order of a layer's maps: "share" in the score, or "number"
 * @property {number} label @property {number} rival @property {string} method
 * @property {string} other the picture that this one is contrasted with, named as `picture`; "" for the next sample
 * @property {string} rule ε and γ of LRP, "0.01_0.25", "" as usual
 * @property {string} step the step that is worked out: "rate_tensor_number", "" for none
 * @property {number} snapshot @property {string} cell @property {string} language @property {string} theme
 * @property {number} tour
 *
 * @typedef {object} View one drawing on the page
 * @property {HTMLElement} element
 * @property {boolean} [empty] there is nothing to show, which it says: nothing to save
 * @property {() => void} [refresh] the numbers changed, the layout did not
 * @property {(event: KeyboardEvent) => boolean} [keys] true when the key was used
 * @property {() => void} [placed] the element is in the page and can be measured
 * @property {() => void} [gone] stop timers
 * @property {() => import("../kit/film.js").Scenes} [film] what moves, from its first moment to its last
 * @property {() => (Element | null)} [hero] the drawing a clicked map grows into
 *
 * @typedef {object} App
 * @property {Document} doc @property {Payload} payload @property {Engine} engine
 * @property {import("./second.js").Second | null} second the network that it is compared with
 * @property {State} state @property {Forward} result
 * @property {boolean} waiting the first result of a large network is not there yet
 * @property {import("./map_shares.js").MapShares} shares what each map says for the answer
 * @property {import("./running.js").Running} running what runs a large network; null where it is small
 * @property {Uint8Array} base the picture before the edits @property {Uint8Array} picture what the network reads, C·H·W
 * @property {import("../engine/outsider.js").Outsider | null} outsider how foreign it is, where the network can tell
 * @property {Decoded} samples @property {Decoded} sampleLogits @property {Decoded | null} mistakes
 * @property {(key: string, words?: Record<string, string | number>) => string} t
 * @property {(change: Partial<State>, from?: Element | null) => void} go a step that Back undoes
 * @property {(change: Partial<State>) => void} tune a small change in place
 * @property {(text: string) => void} say read aloud by a screen reader
 * @property {() => boolean} dark @property {() => boolean} still
 */
export {};
