// What is said of a wrong number: the mistakes that it comes from, in the sentences that Python has for them.

import { DATA } from "./numbers.js";

/** @param {string[]} mistakes their names, none if nobody knows where the number comes from */
export const verdict = (mistakes) =>
  mistakes.length
    ? `Not yet: ${mistakes.map((name) => DATA.mistakes[name]).join("; or ")}.`
    : "Not yet. Look at the numbers that flow in, and try again.";
