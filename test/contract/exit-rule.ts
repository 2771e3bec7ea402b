/** What every exit rule promises, whatever it goes by. A rule runs these in one line. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExitEvidence, ExitRuleType, HindsightExitRule, PlanView } from "../../src/sim/exit-rules/index.ts";
import { logSoftmax } from "../../src/sim/rules/calibration.ts";
import { type Observation, quiet } from "../../src/sim/rules/observation.ts";
import type { RuleValues } from "../../src/sim/rules/options.ts";
import { planOf } from "../sim/exit-rules/plan.ts";

const classes = 4;
const unit = fc.double({ min: 0, max: 1, noNaN: true });

/** Evidence that fits together: scores are those of the logits. */
function said(exit: number, logits: readonly number[], share: number, draw: number): ExitEvidence {
  const p = [...logSoftmax(logits).map(Math.exp)];
  const [first, second] = [...p].sort((a, b) => b - a) as [number, number];
  const entropy = p.reduce((sum, q) => sum - (q > 0 ? q * Math.log(q) : 0), 0);
  return {
    exit,
    logits,
    prediction: p.indexOf(first),
    confidence: first,
    entropy,
    margin: first - second,
    share,
    draw,
  };
}

const evidence = (exits: number): fc.Arbitrary<ExitEvidence[]> =>
  fc
    .tuple(
      fc.nat({ max: exits - 1 }),
      fc.array(
        fc.tuple(
          fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: classes, maxLength: classes }),
          unit,
          unit,
        ),
        { minLength: exits, maxLength: exits },
      ),
    )
    .map(([last, rows]) => rows.slice(0, last + 1).map(([z, share, draw], exit) => said(exit, z, share, draw)));

const observations: fc.Arbitrary<Observation> = fc
  .record({ now: unit, elapsed: unit, deadline: unit, waiting: fc.nat(20), next: unit, back: unit })
  .map(({ next, back, ...rest }) => ({ ...quiet, ...rest, timeTo: () => next, timeBack: () => back }));

/** The same numbers each time it is made. */
const draws = () => {
  let u = 0.5;
  return {
    uniform: (): number => {
      u = (u + 0.6180339887498949) % 1;
      return u;
    },
  };
};
const knowing = { isRight: (exit: number) => exit % 2 === 1 };

export function exitRuleContract(type: ExitRuleType, values: (exits: number) => RuleValues): void {
  const make = (exits: number): { rule: HindsightExitRule; plan: PlanView } => {
    const plan = planOf(exits, classes);
    return { rule: type.make(values(exits), plan), plan };
  };
  const known = [0, 1, 2, 3, 4, 5].map((exits) => (exits === 0 ? null : make(exits)));
  const ruleFor = (exits: number): HindsightExitRule => known[exits]!.rule;

  test(`${type.name} is called by its name and asks for heads that exist, ascending`, () => {
    for (let exits = 1; exits <= 5; exits++) {
      const { rule, plan } = known[exits]!;
      const heads = rule.heads(plan);
      expect(rule.name).toBe(type.name);
      expect([...heads].sort((a, b) => a - b)).toEqual([...new Set(heads)]);
      for (const head of heads) expect(head).toBeLessThan(exits);
    }
  });

  test(`${type.name} answers with an exit that was reached, or goes on; at the last exit only if it asks to be asked`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((exits) => fc.tuple(fc.constant(exits), evidence(exits), observations)),
        ([exits, reached, observed]) => {
          {
            const rule = ruleFor(exits);
            if (reached.length === exits && rule.decidesAtLast !== true) return;
            const verdict = rule.decide(reached, observed, draws(), knowing);
            if (verdict.kind === "go-on") return;
            expect(reached.map((e) => e.exit)).toContain(verdict.of);
            if (rule.classifies !== true) expect(verdict.prediction).toBeUndefined();
            else if (verdict.prediction !== undefined) expect(verdict.prediction).toBeLessThan(classes);
          }
        },
      ),
    );
  });

  test(`${type.name} decides the same of the same view and draws, and leaves the view untouched`, () => {
    const again = make(5).rule;
    fc.assert(
      fc.property(evidence(5), observations, (reached, observed) => {
        {
          if (reached.length === 5 && again.decidesAtLast !== true) return;
          const before = structuredClone(reached);
          const first = ruleFor(5).decide(
            Object.freeze(reached.map((e) => Object.freeze(e))),
            Object.freeze(observed),
            draws(),
            knowing,
          );
          expect(again.decide(reached, observed, draws(), knowing)).toEqual(first);
          expect(reached).toEqual(before);
        }
      }),
    );
  });

  if (make(2).rule.pure)
    test(`${type.name} is pure: neither time nor load nor chance move its verdict`, () => {
      const noRandom = {
        uniform: (): number => {
          throw new Error(`${type.name} drew a random number`);
        },
      };
      fc.assert(
        fc.property(evidence(4), observations, (reached, observed) => {
          {
            if (reached.length === 4 && ruleFor(4).decidesAtLast !== true) return;
            const quietly = ruleFor(4).decide(reached, quiet, noRandom, knowing);
            expect(ruleFor(4).decide(reached, observed, noRandom, knowing)).toEqual(quietly);
          }
        }),
      );
    });
}
