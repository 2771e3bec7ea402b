/** The name that a misspelt one was probably meant to be. */

/** Nearest of `known` by edits, where fewer than a third of the letters differ; else null. */
export function closest(word: string, known: readonly string[]): string | null {
  let [best, least]: [string | null, number] = [null, Math.max(2, word.length / 3)];
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= least) continue;
    const distance = edits(word.toLowerCase(), name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** Letters to insert, delete or replace (Levenshtein 1966). */
function edits(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
