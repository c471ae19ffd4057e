// What the page was given, and numbers as they are shown everywhere: four significant digits, a true minus, nan and inf by name.

export const DATA = JSON.parse(/** @type {any} */ (document.getElementById("data")).textContent);

/** @param {number} x @returns {string} */
export function shortly(x) {
  if (Number.isNaN(x)) return "nan";
  const sign = x < 0 ? "−" : "",
    size = Math.abs(x);
  if (size === 0 || size === Infinity) return sign + (size ? "inf" : "0");
  const [digits, power] = rounded(size).split("e"),
    exponent = +power;
  if (exponent >= 3 && exponent < 6) {
    const whole = Math.round(size);
    return sign + (whole - size === 0.5 && whole % 2 ? whole - 1 : whole);
  }
  if (exponent >= -4 && exponent < 3) return sign + (+`${digits}e${power}`).toFixed(3 - exponent).replace(/\.?0+$/, "");
  const bare = digits.replace(/0+$/, "");
  return `${sign}${bare}${bare.endsWith(".") ? "0" : ""}e${exponent}`;
}

/** The same to fewer digits. @param {number | null} x @param {number} digits */
export function fewer(x, digits) {
  if (x === null) return "—";
  const told = Number.isFinite(x) && x ? shortly(+x.toPrecision(digits)) : shortly(x);
  return told.replace(/\.0e/, "e");
}

const shorter = (/** @type {number} */ digits) => (/** @type {number} */ x) =>
  Number.isFinite(x) && x ? x.toExponential(digits).replace(/^-/, "−").replace("e+", "e") : shortly(x);
/** The ways to write a number, from the longest on: a box takes the first that fits. */
export const WRITTEN = [
  shortly,
  (/** @type {number} */ x) => fewer(x, 3),
  (/** @type {number} */ x) => fewer(x, 2),
  shorter(1),
  shorter(0),
];

/** At most six characters, for boxes of a map; what is not quite 0 is 0.000. @param {number | null} x */
export function compact(x) {
  if (x === null || !Number.isFinite(x) || x === 0) return fewer(x, 2);
  const size = Math.abs(x);
  if (size < 0.0005) return x < 0 ? "−0.000" : "0.000";
  if (size >= 99999.5) return x.toExponential(0).replace("-", "−").replace("e+", "e");
  return x.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : size < 0.0995 ? 3 : 2).replace("-", "−");
}

/** Four digits and a power of ten; what lies right in the middle goes to the even digit, as in Python. @param {number} size */
function rounded(size) {
  const up = size.toExponential(3),
    tie = size.toExponential(4);
  if (!/5e/.test(tie) || +tie !== size || !/^.\.\d{4}0*e/.test(size.toExponential(60))) return up;
  const down = tie.replace(/5e/, "e");
  return /[02468]e/.test(down) ? down : up;
}

/** Floats that were packed to the bit: little-endian doubles in base 64. @param {string} packed */
export function doubles(packed) {
  const letters = atob(packed),
    bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new Float64Array(bytes.buffer); // every machine that a browser runs on has this order
}

/** All digits of a number. @param {number} x */
export const fully = (x) => (Number.isNaN(x) ? "nan" : String(x).replace("Infinity", "inf").replace(/^-/, "−"));
/** A number as it stands behind a sign: in brackets if it begins with one of its own. @param {string} words */
export const bracketed = (words) => (words.startsWith("−") ? `(${words})` : words);
export const between = (/** @type {number} */ low, /** @type {number} */ x, /** @type {number} */ high) =>
  Math.max(low, Math.min(high, x));

/** Numbers by a name and their places from 1. @param {string} name @param {ArrayLike<number>} list */
export const counted = (name, list) => Object.fromEntries(Array.from(list, (x, k) => [name + (k + 1), x]));

/** What was typed, as a number; NaN if it is none. @param {string} typed */
export const typedNumber = (typed) =>
  typed.trim() === "" ? NaN : +typed.trim().replaceAll("−", "-").replace(",", ".");

/** A whole number below the line. @param {number} n */
export const sub = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[+d]);
