import type { Verdict } from "./exit-rule.ts";

/** Not here: run the next segment. */
export const goOn: Verdict = { kind: "go-on" };

/** One answer per exit, made once so that deciding allocates nothing. */
export function answers(exits: number): readonly Verdict[] {
  return Array.from({ length: exits }, (_, of) => ({ kind: "answer", of }) as const);
}

/** Every exit: what a rule asks for that looks at each head on the way. */
export function allHeads(exits: number): readonly number[] {
  return Array.from({ length: exits }, (_, exit) => exit);
}
