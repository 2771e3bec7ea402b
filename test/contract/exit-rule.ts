/** What every exit rule promises, whatever it goes by. A rule runs these in one line. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExitEvidence, ExitRule, ExitRuleType, PlanView } from "../../src/sim/exit-rules/index.ts";
import type { ExitRuleValues } from "../../src/sim/exit-rules/options.ts";

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const evidence = (exits: number): fc.Arbitrary<ExitEvidence[]> =>
  fc
    .tuple(
      fc.nat({ max: exits - 1 }),
      fc.array(fc.tuple(unit, unit, unit, unit, unit, fc.nat({ max: 9 })), { minLength: exits, maxLength: exits }),
    )
    .map(([last, rows]) =>
      rows.slice(0, last + 1).map(([confidence, entropy, margin, share, draw, prediction], exit) => ({
        exit,
        prediction,
        confidence,
        entropy: entropy * Math.LN10,
        margin,
        share,
        draw,
      })),
    );

export function exitRuleContract(type: ExitRuleType, values: (exits: number) => ExitRuleValues): void {
  const make = (exits: number): { rule: ExitRule; plan: PlanView } => {
    const plan = { exits: Array.from({ length: exits }, (_, i) => `exit-${i}`), classes: 10 };
    return { rule: type.make(values(exits), plan), plan };
  };
  const count = fc.integer({ min: 1, max: 5 });
  const observed = { now: 1, elapsed: 0.5 };
  const noRandom = {
    uniform: (): number => {
      throw new Error(`${type.name} drew a random number`);
    },
  };

  test(`${type.name} is called by its name and asks for heads that exist, ascending`, () => {
    for (let exits = 1; exits <= 5; exits++) {
      const { rule, plan } = make(exits);
      const heads = rule.heads(plan);
      expect(rule.name).toBe(type.name);
      expect([...heads].sort((a, b) => a - b)).toEqual([...new Set(heads)]);
      for (const head of heads) expect(head).toBeLessThan(exits);
    }
  });

  test(`${type.name} answers with an exit that was reached, or goes on`, () => {
    fc.assert(
      fc.property(
        count.chain((exits) => fc.tuple(fc.constant(exits), evidence(exits))),
        ([exits, reached]) => {
          {
            const verdict = make(exits).rule.decide(reached, observed, noRandom);
            if (verdict.kind === "answer") expect(reached.map((e) => e.exit)).toContain(verdict.of);
          }
        },
      ),
    );
  });

  test(`${type.name} decides the same of the same evidence, and leaves it untouched`, () => {
    fc.assert(
      fc.property(evidence(4), (reached) => {
        {
          const before = structuredClone(reached);
          const { rule } = make(4);
          const first = rule.decide(Object.freeze(reached.map((e) => Object.freeze(e))), observed, noRandom);
          const other = make(4).rule.decide(reached, { now: 99, elapsed: 98 }, noRandom);
          expect(other).toEqual(first);
          expect(reached).toEqual(before);
        }
      }),
    );
  });

  test(`${type.name} makes no verdict anew: the same object each time`, () => {
    const { rule } = make(3);
    const reached = [{ exit: 0, prediction: 1, confidence: 1, entropy: 0, margin: 1, share: 1, draw: 0 }];
    expect(rule.decide(reached, observed, noRandom)).toBe(rule.decide(reached, observed, noRandom));
  });

  test(`${type.name} is pure unless it goes by a draw`, () => {
    expect(make(2).rule.pure).toBe(type.reads !== "share");
  });
}
