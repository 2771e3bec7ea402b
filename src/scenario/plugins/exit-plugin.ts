/** A user's exit rule as one of ours: asked, its answers checked. */
import type { ExitRule, HonestExitRuleType, PlanView, Verdict } from "../../sim/exit-rules/index.ts";
import { goOn } from "../../sim/exit-rules/index.ts";
import type { Observation } from "../../sim/rules/observation.ts";
import type { RuleValues } from "../../sim/rules/options.ts";
import type { ExitPluginRule } from "../../sim/rules/plugin.ts";
import { oneOf, show } from "../errors.ts";
import type { PluginModule } from "./module.ts";
import { PluginError, thrownAt } from "./plugin-error.ts";
import { evidenceView, type Names, observedView, optionsView } from "./view.ts";

export function exitPlugin(module: PluginModule, name: string): HonestExitRuleType {
  return {
    name,
    describe: module.describe,
    reads: module.reads,
    options: module.options,
    make: (values, plan) => {
      const names = { nodes: plan.nodes ?? [], links: plan.links ?? [] };
      const begin = (): ExitRule =>
        exitRule(
          module,
          name,
          made(module, [planOf(plan), optionsView(values as RuleValues, names.nodes)]),
          plan,
          names,
          begin,
        );
      return begin();
    },
  };
}

export const planOf = ({ exits, nodes = [], classes, cost, calibration }: PlanView) =>
  Object.freeze({ exits, nodes, classes, cost, calibration });

/** Calls the file's function. @throws PluginError where it throws */
export function made(module: PluginModule, given: readonly unknown[]): unknown {
  return within(module, null, "a function that makes a rule", () => module.make(...given));
}

export function within<T>(module: PluginModule, observed: Observation | null, what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { where, got } = thrownAt(error, module.path);
    throw new PluginError({ where, request: requestOf(observed), expected: what, got });
  }
}

export const requestOf = (observed: Observation | null) =>
  observed === null || Number.isNaN(observed.number) ? null : { number: observed.number, now: observed.now };

export function wrong(
  module: PluginModule,
  observed: Observation | null,
  expected: string,
  got: unknown,
  hint?: string,
): never {
  throw new PluginError({
    where: module.path,
    request: requestOf(observed),
    expected,
    got: typeof got === "number" ? String(got) : got === undefined ? "nothing" : show(got),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** @param given what the file's function returned: `decide`, or a map that has one */
export function exitRule(
  module: PluginModule,
  name: string,
  given: unknown,
  plan: PlanView,
  names: Names,
  begin: (() => ExitRule) | null,
): ExitRule {
  const rule = (typeof given === "function" ? { decide: given } : (given ?? {})) as Partial<ExitPluginRule>;
  if (typeof rule.decide !== "function")
    wrong(module, null, "a function that decides, or a map with decide, from the exported function", given);
  const { exits } = plan;
  const heads = rule.heads ?? exits.map((_, exit) => exit);
  if (!Array.isArray(heads) || heads.some((head) => !Number.isInteger(head) || head < 0 || head >= exits.length))
    wrong(module, null, `heads: a list of exits from 0 to ${exits.length - 1}`, heads);
  const decide = rule.decide!;
  const { learn } = rule;
  return {
    name,
    pure: false,
    decidesAtLast: rule.asksAtLast === true,
    heads: () => [...new Set(heads)].sort((a, b) => a - b),
    decide(reached, observed, random): Verdict {
      const answer: unknown = within(module, observed, "a decision", () =>
        decide(evidenceView(reached), observedView(observed, names, null), () => random.uniform()),
      );
      if (answer === "go-on") return goOn;
      const isReached = reached.some(({ exit }) => exit === answer);
      if (!isReached) {
        const known = reached.map(({ exit }) => `${exit} (${exits[exit]})`);
        wrong(
          module,
          observed,
          `"go-on", or an exit that was reached: ${oneOf(known)}`,
          answer,
          hintOf(answer, exits.length),
        );
      }
      return { kind: "answer", of: answer as number };
    },
    ...(begin === null ? {} : { begin }),
    ...(typeof learn === "function"
      ? {
          learn: (outcome) =>
            within(module, null, "learn, without an error", () =>
              learn.call(rule, Object.freeze({ ...outcome, reached: evidenceView(outcome.reached) as never })),
            ),
        }
      : {}),
  };
}

function hintOf(answer: unknown, exits: number): string {
  if (answer === undefined) return "a way through decide that returns nothing";
  if (typeof answer === "boolean") return 'return "go-on" for false, reached.at(-1).exit for true';
  if (Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) < exits)
    return "later exits have not spoken yet";
  return `exits are numbers from 0 to ${exits - 1}`;
}
