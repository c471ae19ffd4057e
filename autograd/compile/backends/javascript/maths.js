// What JavaScript's Math lacks or has otherwise than IEEE 754: the primitives of the table of operations.

const { abs, exp, expm1, log, log1p, log2, log10, sqrt, sin, cos, tan, asin, acos, atan, atan2 } = Math;
const { sinh, cosh, tanh, asinh, acosh, atanh, sign } = Math;

/** x to the power n, where 1 to any power and anything to the power 0 is 1.
 * @param {number} x @param {number} n */
function power(x, n) { return x === 1 ? 1 : x === -1 && abs(n) === Infinity ? 1 : x ** n; }

/** The error function: near 0 the sum of 2ⁿ x²ⁿ⁺¹ / (1·3·5⋯(2n+1)), whose terms are all of one sign; else 1 − erfc.
 * @param {number} x @returns {number} */
function erf(x) {
  if (abs(x) >= 2) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  let term = x, sum = x;
  for (let n = 1; abs(term) > 1e-18 * abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return 2 / sqrt(Math.PI) * exp(-x * x) * sum;
}

/** 1 − erf(x): from 1 on by Laplace's continued fraction, which keeps the digits of what is small; exp(−x²) is that of
 * the first 24 bits, whose square is exact, times that of the rest.
 * @param {number} x @returns {number} */
function erfc(x) {
  if (!(x >= 1)) return x <= -2 ? 2 - erfc(-x) : 1 - erf(x);
  if (x > 28) return 0;
  const head = Math.fround(x);
  let tail = x;
  for (let n = Math.ceil(8 + 240 / (x * x)); n > 0; n--) tail = x + n / 2 / tail;
  return exp(-head * head) * exp((head - x) * (head + x)) / (sqrt(Math.PI) * tail);
}
