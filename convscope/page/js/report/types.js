// The types of a report (docs/report.md), held to Python's records by tests/page/test_report_types.py.

/** @typedef {import("../kit/i18n.js").Phrase} Phrase */
/** @typedef {[number, number]} Interval */

/**
 * @typedef {object} Facts
 * @property {string} data
 * @property {string} set
 * @property {string} formula
 * @property {string | null} plan
 * @property {string} recipe
 * @property {number} epochs
 * @property {number} seed
 * @property {number | null} seconds
 * @property {number} parameters
 * @property {number} macs
 * @property {number[]} input
 * @property {number} train
 * @property {number} validation
 * @property {number} test
 * @property {string} machine
 * @property {[string, string][]} versions
 * @property {string} fingerprint
 */

/**
 * @typedef {object} CurvePoint
 * @property {number} epoch
 * @property {number | null} loss
 * @property {number | null} accuracy
 * @property {number | null} held_out_loss
 * @property {number | null} held_out_accuracy
 */

/**
 * @typedef {object} SplitRow
 * @property {string} of
 * @property {number | null} n
 * @property {number} accuracy
 * @property {Interval | null} interval
 * @property {number | null} balanced_accuracy
 * @property {Interval | null} balanced_interval
 * @property {number | null} loss
 * @property {number | null} ece
 * @property {Phrase | null} name
 */

/**
 * @typedef {object} ClassRow
 * @property {number} n
 * @property {number | null} precision
 * @property {Interval} precision_interval
 * @property {number | null} recall
 * @property {Interval} recall_interval
 * @property {number | null} f1
 */

/**
 * @typedef {object} Answer
 * @property {string} picture
 * @property {string} path
 * @property {number} label
 * @property {number} said
 * @property {number} probability
 * @property {number} loss
 */

/**
 * @typedef {object} Bin
 * @property {number} n
 * @property {number} right
 * @property {number} confidence
 */

/**
 * @typedef {object} Measured
 * @property {string} split
 * @property {string} data
 * @property {number} n
 * @property {[number, number, number][]} cells
 * @property {ClassRow[]} per_class
 * @property {Answer[]} wrong
 * @property {Answer[]} right
 * @property {Bin[]} before
 * @property {Bin[] | null} after
 * @property {number | null} temperature
 * @property {boolean} fitted_on
 */

/**
 * @typedef {object} LabelQuestion
 * @property {string} picture
 * @property {string} path
 * @property {string} digest
 * @property {string} split
 * @property {number} label
 * @property {number} suggested
 * @property {number} given_probability
 * @property {number} probability
 */

/**
 * @typedef {object} CopyPair
 * @property {boolean} exact
 * @property {[string, string]} pictures
 * @property {[string, string]} paths
 * @property {[string, string]} splits
 * @property {[number, number]} labels
 */

/**
 * @typedef {object} Copies
 * @property {number} exact
 * @property {number} near
 * @property {number} leaks
 * @property {boolean} looked
 * @property {CopyPair[]} pairs
 */

/**
 * @typedef {object} Strength
 * @property {string} amount
 * @property {number} accuracy
 * @property {Interval} interval
 * @property {string} picture
 */

/**
 * @typedef {object} Change
 * @property {string} kind
 * @property {Strength[]} strengths
 */

/**
 * @typedef {object} Robustness
 * @property {number} n
 * @property {number} accuracy
 * @property {Interval} interval
 * @property {string} picture
 * @property {Change[]} changes
 */

/**
 * @typedef {object} OutsiderKind
 * @property {string} kind
 * @property {number} caught
 * @property {Interval} interval
 * @property {string} picture
 * @property {Interval[]} curve
 */

/**
 * @typedef {object} Outsiders
 * @property {number} threshold
 * @property {number} level
 * @property {number} n
 * @property {number} refused
 * @property {Interval} interval
 * @property {number} held_out
 * @property {number} held_out_refused
 * @property {OutsiderKind[]} kinds
 */

/**
 * @typedef {object} SubsetFit
 * @property {number} n
 * @property {number} accuracy
 * @property {Interval} interval
 */

/**
 * @typedef {object} Forecast
 * @property {number} more
 * @property {number} gain
 * @property {Interval} interval
 */

/**
 * @typedef {object} SubsetCurve
 * @property {SubsetFit[]} fits
 * @property {Forecast[]} forecasts
 * @property {number} seconds
 */

/**
 * @typedef {object} LayerRow
 * @property {string} name
 * @property {string} layer
 * @property {string} output
 * @property {number} parameters
 * @property {number} macs
 * @property {string} sees
 */

/**
 * @typedef {object} LayerHealth how many units there are, and which of them are how
 * @property {string} name
 * @property {string} after
 * @property {number} units
 * @property {number[]} notfinite
 * @property {number[]} saturated
 * @property {number[]} dead
 * @property {number[]} constant
 * @property {number[]} duplicate
 * @property {number[]} linear
 */

/**
 * @typedef {object} Health
 * @property {number} pictures
 * @property {LayerHealth[] | null} layers null of a single picture
 * @property {{tensor: string, nan: number, infinite: number}[]} weights
 */

/**
 * @typedef {object} Credit
 * @property {string} data
 * @property {string} authors
 * @property {string} source
 * @property {string} licence
 * @property {string} licence_text
 */

/**
 * @typedef {object} Report
 * @property {string} title
 * @property {string} language
 * @property {string[]} classes
 * @property {Facts} facts
 * @property {string | null} command
 * @property {Phrase[]} understood
 * @property {Phrase[]} notes
 * @property {CurvePoint[]} curve
 * @property {SplitRow[]} rows
 * @property {LayerRow[]} layers
 * @property {Measured | null} measured
 * @property {LabelQuestion[]} questions
 * @property {number | null} asked
 * @property {Copies | null} copies
 * @property {Outsiders | null} outsiders
 * @property {Robustness | null} robustness
 * @property {SubsetCurve | null} subsets
 * @property {Health | null} health
 * @property {[string, string, string, string][]} changes
 * @property {[string, Phrase][]} missing
 * @property {Credit | null} credit
 */

/**
 * @typedef {object} ReportApp
 * @property {Document} doc
 * @property {import("../kit/i18n.js").Translate} t
 * @property {Report} report
 * @property {Map<string, string>} decided the class chosen for a doubted picture, "" to leave it out, by path
 */

export {};
