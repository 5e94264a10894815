/** @typedef {import("../kit/i18n.js").Phrase} Phrase */

/** Why a network cannot be written as a model file, for its reader, in no language yet. */
export class ModelFault extends Error {
  /** @param {Phrase} said */
  constructor(said) {
    super(`${said.key} ${JSON.stringify(said.words)}`);
    this.said = said;
  }
}
