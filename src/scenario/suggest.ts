/** Did you mean: the nearest of some names, at most two edits away. */

/** Edits (insert, delete, replace, swap of neighbours) that make one text of the other; `limit + 1` when there are more. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/** The nearest of `known`, or null when none is within two edits (one for names of up to three letters). */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length > 60) return null;
  let best: string | null = null;
  let least = word.length <= 3 ? 2 : 3;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase(), 2);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}
