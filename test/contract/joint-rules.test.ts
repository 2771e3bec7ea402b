/** What every joint rule promises: it places whole segments where it may, and its exit half answers with what was reached. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exitRules } from "../../src/sim/exit-rules/index.ts";
import { jointRules } from "../../src/sim/joint-rules/index.ts";
import { placementRules, type Route } from "../../src/sim/placement-rules/index.ts";
import { silent } from "../../src/sim/rules/exit-shares.ts";
import { NetworkView } from "../../src/sim/rules/network.ts";
import { quiet } from "../../src/sim/rules/observation.ts";
import type { RuleValues } from "../../src/sim/rules/options.ts";
import { build, link, node, stream } from "../sim/build.ts";
import { planOf } from "../sim/exit-rules/plan.ts";

const segments = 4;
const network = new NetworkView(
  build({
    nodes: [node("a"), node("b"), node("c")],
    links: [link(0, 1, { rate: 1e6 }), link(1, 2, { rate: 1e6 })],
    streams: [stream({ answerTo: "source" })],
    times: [1, 1, 1, 1],
    sizes: [1000, 500, 200, 100],
    share: [0.5, 0.5, 0.5, 1],
  }),
);
const plan = planOf(segments, 4);
/** Options without a default. */
const told: RuleValues = { to: 1, tiers: ["source", 1, 2], worth: 10 };
const unit = fc.double({ min: 0, max: 1, noNaN: true });

for (const type of jointRules) {
  const values: RuleValues = Object.fromEntries(
    Object.entries(type.options).map(([name, option]) => [
      name,
      told[name] ?? ("default" in option ? (option.default ?? null) : null),
    ]),
  );
  const begun = () => {
    const made = type.make(values, plan, network);
    return made.begin?.() ?? made;
  };
  const request = { source: 0, stream: 0, device: 0, segment: 0, at: 0, machines: () => [0] };
  const ask = (rule: ReturnType<typeof begun>, rate: number): Route => {
    const draw = { uniform: () => 0.5 };
    const choice = rule.place.next(request, Object.freeze({ ...quiet, deadline: 5, rate: () => rate }), draw);
    return typeof choice === "number" ? { nodes: [choice] } : choice;
  };

  test(`${type.name} has a name of its own, places on nodes it may use, and goes by the same view alike`, () => {
    expect([...exitRules, ...placementRules].map(({ name }) => name)).not.toContain(type.name);
    expect(type.describe).not.toBe("");
    const allowed = type.routes(values, segments, 0).flat();
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 6 }), (rates) => {
        {
          const [rule, other] = [begun(), begun()];
          const planned = rule.place.plan(0);
          for (const rate of rates) {
            const route = ask(rule, rate);
            expect(ask(other, rate)).toEqual(route);
            expect(route.nodes.length).toBeGreaterThan(0);
            for (const [k, group] of route.nodes.entries()) {
              expect(allowed).toContain(group);
              if (planned !== null) expect(group).toBe(planned[k]);
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test(`the exit half of ${type.name} answers with an exit that was reached, or goes on`, () => {
    const rule = begun();
    const heads = rule.exit.heads(plan);
    expect(rule.exit.name).toBe(type.name);
    expect([...heads].sort((a, b) => a - b)).toEqual([...new Set(heads)]);
    fc.assert(
      fc.property(fc.nat({ max: segments - 2 }), unit, unit, (last, confidence, entropy) => {
        {
          const { note = Number.NaN } = ask(rule, 1e6);
          const reached = heads
            .filter((exit) => exit <= last && (rule.exit.runs?.(exit, note) ?? true))
            .map((exit) => Object.freeze({ ...silent, exit, confidence, entropy }));
          if (reached.length === 0) return;
          const verdict = rule.exit.decide(Object.freeze(reached), { ...quiet, note }, { uniform: () => 0.5 });
          if (verdict.kind === "answer") expect(reached.map((e) => e.exit)).toContain(verdict.of);
        }
      }),
    );
  });
}
