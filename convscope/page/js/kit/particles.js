/**
 * Korean particles have two forms, and the last sound of the word before chooses: 이미지를, but 신경망을. A sentence of
 * the dictionary writes both, {value}{을/를}, the form after a consonant first.
 *
 * Digits and symbols are read in Korean, Latin words by their spelling, which is a rule of thumb; brackets and
 * quotation marks are not read (National Institute of Korean Language: a particle goes by the word before the
 * brackets).
 */

const ENOUGH = 200; // characters at a text's end
const VOWEL = ""; // a vowel
const RIEUL = "ㄹ"; // a consonant, but (으)로 follows it as it follows a vowel
const CONSONANT = "ㄱ"; // any other consonant

/** 영 일 이 삼 사 오 육 칠 팔 구 */
const DIGIT_SOUNDS = [CONSONANT, RIEUL, VOWEL, CONSONANT, VOWEL, VOWEL, CONSONANT, RIEUL, RIEUL, VOWEL];
/** 퍼센트 도 곱하기 무한대 알파 베타 감마 뮤 파이 시그마, 제곱 세제곱, 이분의 일 … @type {Record<string, string>} */
const SYMBOL_SOUNDS = {
  ...Object.fromEntries(Array.from("%°×∞αβγμπσ", (symbol) => [symbol, VOWEL])),
  ...Object.fromEntries(Array.from("²³", (symbol) => [symbol, CONSONANT])),
  ...Object.fromEntries(Array.from("½¼⅛", (symbol) => [symbol, RIEUL])),
};
/** 픽셀, 비트, 나트, 키비바이트 … @type {Record<string, string>} */
const UNIT_SOUNDS = { px: RIEUL, bit: VOWEL, nat: VOWEL, kib: VOWEL, mib: VOWEL, gib: VOWEL };

/**
 * Return the form of a particle that follows `text`: `closed` after a final consonant, else `open`; both, as 이(가) and
 * (으)로, where nothing says how the text is read.
 * @param {string} text @param {string} closed @param {string} open
 */
export function particle(text, closed, open) {
  const sound = lastSound(text);
  if (sound === VOWEL || (sound === RIEUL && closed.startsWith("으"))) return open;
  if (sound !== undefined) return closed;
  return closed.endsWith(open) ? `(${closed.slice(0, -open.length)})${open}` : `${closed}(${open})`;
}

/**
 * Return which sound a text ends in: VOWEL, RIEUL, CONSONANT, or undefined where that cannot be told.
 * @param {string} text
 */
function lastSound(text) {
  const read = withoutBrackets(text.slice(-ENOUGH).normalize("NFC"));
  const last = read.at(-1) ?? "";
  if (/[가-힣]/.test(last)) return hangulSound(last);
  if (/[ㄱ-ㅎ]/.test(last)) return last === RIEUL ? RIEUL : CONSONANT; // their names, 기역 … 리을 …
  if (/[ㅏ-ㅣ]/.test(last)) return VOWEL;
  if (/\d/.test(last)) return DIGIT_SOUNDS[Number(last)];
  if (last in SYMBOL_SOUNDS) return SYMBOL_SOUNDS[last];
  const word = /[\p{Script=Latin}\p{M}]+$/u.exec(read)?.[0].normalize("NFD").replace(/\p{M}/gu, "");
  return word && latinSound(word);
}

/**
 * Return the text up to its last part that is read aloud: without closing brackets, quotation marks and stops.
 * @param {string} text
 */
function withoutBrackets(text) {
  const bare = text.replace(/[\s"'’”»』」*`_.,:;!?-]+$/u, "");
  if (!/[)\]}]$/.test(bare)) return bare;
  let [start, depth] = [bare.length, 0];
  do {
    start -= 1;
    if (/[)\]}]/.test(bare[start])) depth += 1;
    if (/[([{]/.test(bare[start])) depth -= 1;
  } while (depth > 0 && start > 0);
  const before = depth === 0 ? bare.slice(0, start).trimEnd() : "";
  return withoutBrackets(before || bare.slice(0, -1));
}

/**
 * A syllable's number in Unicode is (initial × 21 + vowel) × 28 + final; the finals begin with none, ㄹ is the eighth.
 * @param {string} syllable
 */
function hangulSound(syllable) {
  const last = (syllable.charCodeAt(0) - "가".charCodeAt(0)) % 28;
  return last === 0 ? VOWEL : last === 8 ? RIEUL : CONSONANT;
}

/**
 * Words without a vowel, capitals and single letters are spelled (에프, 엘, 엠, 엔, 알); others go by the usual
 * transcription: 맵, 넷 and 스택 end in their consonant, 테스트, 마스크 and 카드 in a vowel, 파일 and 테이블 in ㄹ.
 * @param {string} word
 */
function latinSound(word) {
  const lower = word.toLowerCase();
  if (lower in UNIT_SOUNDS) return UNIT_SOUNDS[lower];
  if (!/[aeiouy]/.test(lower) || word === word.toUpperCase() || word.length === 1)
    return /[lr]$/.test(lower) ? RIEUL : /[mn]$/.test(lower) ? CONSONANT : VOWEL;
  if (/le?$/.test(lower)) return RIEUL;
  if (/[mn]e?$|ng$|[aeiouy][bcp]$|ck$|ook$|out$|(?:^|[^aeiouy])[aeiouy]t$/.test(lower)) return CONSONANT;
  return VOWEL;
}
