/** Words and names: shortened so that they fit, joined so that they read as a sentence. */

/** At most `limit` characters, cut in the middle so that names with a common start stay apart. */
export function shorten(text: string, limit: number): string {
  const letters = Array.from(text);
  if (letters.length <= limit) return text;
  const head = Math.ceil((limit - 1) * 0.6);
  const tail = limit - 1 - head;
  return `${letters.slice(0, head).join("")}…${tail > 0 ? letters.slice(-tail).join("") : ""}`;
}

/** A path of a scenario: its last name where the whole does not fit, "servers" of "nodes.edge.servers". */
export function shortenPath(path: string, limit: number): string {
  const isOne = !path.includes(",");
  return shorten(path.length > limit && isOne ? path.slice(path.lastIndexOf(".") + 1) : path, limit);
}

/** Several names at once, shortened and still all different. */
export function shortenAll(names: readonly string[], limit: number): string[] {
  const short = names.map((name) => shorten(name, limit));
  const distinct = new Set(names).size;
  if (new Set(short).size === distinct) return short;
  return short.map((name, i) =>
    short.indexOf(name) === short.lastIndexOf(name) ? name : shorten(`${i + 1}·${names[i]}`, limit),
  );
}

/** "a", "a and b", "a, b and c". */
export function list(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** "1 policy", "3 policies". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Lines no wider than `width` as `measure` sees it, at most `most` of them; what is left over ends in an ellipsis. */
export function wrap(text: string, width: number, measure: (line: string) => number, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((w) => breakWord(w, width, measure))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || measure(longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  if (line !== "") lines.push(line);
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  let last = `${kept[most - 1]}…`;
  while (last.length > 1 && measure(last) > width) last = `${last.slice(0, -2).trimEnd()}…`;
  kept[most - 1] = last;
  return kept;
}

/** A single word wider than the line, cut where it must be. */
function breakWord(word: string, width: number, measure: (line: string) => number): string[] {
  if (measure(word) <= width) return [word];
  const parts: string[] = [];
  let part = "";
  for (const letter of word) {
    if (part !== "" && measure(part + letter) > width) {
      parts.push(part);
      part = "";
    }
    part += letter;
  }
  return [...parts, part];
}

/** A sentence's first letter; names of quantiles such as p95 stay as they are. */
export const capital = (text: string): string =>
  /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
