/** Exit halves that do what the placement half noted with the request. */
import type { ExitRule } from "../exit-rules/exit-rule.ts";
import { allHeads, answers, goOn } from "../exit-rules/verdicts.ts";

/** Leaves at the exit that was noted, whatever it says; only that exit's head runs. */
export function leavesAtNote(name: string, exits: number): ExitRule {
  const heads = allHeads(exits);
  const leave = answers(exits);
  return {
    name,
    pure: false,
    heads: () => heads,
    runs: (exit, note) => exit === note,
    decide: (reached, { note }) => {
      const { exit } = reached[reached.length - 1]!;
      return exit === note ? leave[exit]! : goOn;
    },
  };
}

/** Leaves at a top probability of at least what was noted, at every exit. */
export function leavesAboveNote(name: string, exits: number): ExitRule {
  const heads = allHeads(exits);
  const leave = answers(exits);
  return {
    name,
    pure: false,
    heads: () => heads,
    decide: (reached, { note }) => {
      const { exit, confidence } = reached[reached.length - 1]!;
      return confidence >= note ? leave[exit]! : goOn;
    },
  };
}

/** Runs the head of the exit that was noted and the last, and leaves at the first when its top probability is at least `least`. */
export function triesNote(name: string, exits: number, least: number): ExitRule {
  const heads = allHeads(exits);
  const leave = answers(exits);
  return {
    name,
    pure: false,
    heads: () => heads,
    runs: (exit, note) => exit === note,
    decide: (reached) => {
      const { exit, confidence } = reached[reached.length - 1]!;
      return confidence >= least ? leave[exit]! : goOn;
    },
  };
}
