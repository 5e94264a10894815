/** The sentences' kit on a test bench. */

import { translator } from "../../convscope/page/js/kit/i18n.js";

Object.assign(globalThis, {
  bench: {
    say: (sentence, words) => words.map((word) => translator({ ko: { sentence } }, "ko")("sentence", { word })),
  },
});
