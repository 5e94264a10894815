/**
 * The shapes of things that pass between the lab's modules. Only types: nothing here runs.
 *
 * @typedef {(key: string, words?: Record<string, string | number>) => string} Translate
 * @typedef {Record<string, string | number | boolean | null | undefined>} Change
 * @typedef {import("../look/types.js").Payload} Network a see-through page's payload, or the part of it that computes
 *
 * @typedef {object} LabPayload what Python hands the lab (convscope/lab/payload.py)
 * @property {"convscope-lab"} format
 * @property {string} language "en", "ko" or "auto"
 * @property {boolean} api whether a server answers
 * @property {import("../formula/table.js").NamedPlan[]} plans the named plans
 * @property {import("../formula/table.js").KindEntry[]} kinds the kinds of layers that a formula may have
 * @property {import("../types.js").Credit | null} credit whom the digits are from
 * @property {string} [token] what its questions carry
 * @property {string} [look] served: where the see-through page of the network that ships is
 * @property {{manifest: string, worker: string}} [offline] in the static build: what makes it work without a network
 * @property {import("./training/whole_digits.js").WholeFile} [mnist] in the static build: all of MNIST, a file beside
 * it
 * @property {import("./training/pretrained.js").PretrainedFile} [pretrained] the weights of the network that ships
 * trained, a file to ask for
 * @property {string} [open] where the page for a network of the reader's own is
 * @property {string} [teacher] in the static build: where the page for teachers is
 * @property {Recorded | null} [recorded] in the static build: the training shown in place of live ones
 *
 * @typedef {object} Recorded
 * @property {import("./api.js").RunSummary} run @property {import("./api.js").LogLine[]} lines @property
 * {import("./api.js").LiveSnapshot[]} snapshots
 * @property {string} look its see-through page
 *
 * @typedef {object} Drawing what a chapter shows
 * @property {HTMLElement} element
 * @property {() => void} [refresh] the state changed
 * @property {() => void} [gone] stop timers
 *
 * @typedef {object} Moving a small picture that moves
 * @property {Element} element
 * @property {(share: number) => void} draw show it at that part of its way, 0 … 1; 1 is what it stands still at
 * @property {number} steps in how many it is drawn @property {number} lasts milliseconds
 *
 * @typedef {object} Chapter
 * @property {string} id its name in the address
 * @property {number} number 1 … 14; 0 for the workbench
 * @property {(t: Translate) => string} title
 * @property {(t: Translate) => string} lead one or two sentences
 * @property {(lab: Lab) => Moving} [cover] a small live picture of it, for the contents
 * @property {(lab: Lab) => Drawing} mount
 *
 * @typedef {object} Lab what a chapter gets
 * @property {Document} doc @property {Window & typeof globalThis} win
 * @property {Translate} t
 * @property {Record<string, string>} state what the address carries: c the chapter, l the language, h the theme, the
 * rest is the chapter's own
 * @property {(change: Change) => void} go a step that Back undoes; another `c` drops the old chapter's keys
 * @property {(change: Change) => void} tune a small change in place, then refresh(); null, undefined, false and "" drop
 * a key
 * @property {(text: string) => void} say read aloud by a screen reader
 * @property {() => boolean} dark @property {() => boolean} still the reader wants no motion
 * @property {LabPayload & Record<string, any>} payload
 * @property {import("./api.js").Api | null} api the server's client, null in the static build
 */
export {};
