/** Deadlines of a run, read from its resolved scenario, to be marked in the latency distribution. */
import type { Deadline } from "./charts/latency-cdf.ts";
import { measured } from "./quantity.ts";

/** Every different deadline that the text of `scenario.resolved.yaml` names. */
export function deadlinesIn(resolved: string): Deadline[] {
  const found = new Set<number>();
  for (const line of resolved.split("\n")) {
    const [, text] =
      /(?:^|[\s{,])deadline:\s*["']?([\d.]+(?:e[+-]?\d+)?\s?(?:ns|us|ms|s|min|h))\b/.exec(
        line.replace(/(^|\s)#.*$/, ""),
      ) ?? [];
    const value = text === undefined ? null : measured(text);
    if (value?.unit === "s" && value.value > 0) found.add(value.value);
  }
  return [...found].sort((a, b) => a - b).map((seconds) => ({ label: "deadline", seconds }));
}
