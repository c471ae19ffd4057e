// The line where a grid of numbers passes 0: a piece through each cell whose corners lie on both sides of it.

/** Yields both ends of each piece, as [column, row]. @param {(column: number, row: number) => number} at
 * @param {number} columns @param {number} rows of cells @returns {Generator<[number, number][]>} */
export function* contour(at, columns, rows) {
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      const corners = [
          [i, j],
          [i + 1, j],
          [i + 1, j + 1],
          [i, j + 1],
        ],
        found = corners.flatMap(([p, q], k) => {
          const [r, s] = corners[(k + 1) % 4],
            [a, b] = [at(p, q), at(r, s)],
            share = a / (a - b);
          return a < 0 === b < 0 ? [] : [/** @type {[number, number]} */ ([p + (r - p) * share, q + (s - q) * share])];
        });
      for (let k = 0; k + 1 < found.length; k += 2) yield found.slice(k, k + 2);
    }
}
