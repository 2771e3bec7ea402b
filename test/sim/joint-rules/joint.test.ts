import fc from "fast-check";
import { expect, test } from "vitest";
import { rightsize } from "../../../src/sim/joint-rules/edgent.ts";
import { accuracyOf, configurations } from "../../../src/sim/joint-rules/edgent-dynamic.ts";
import { leastEnergy } from "../../../src/sim/joint-rules/fin.ts";
import { jointRules } from "../../../src/sim/joint-rules/index.ts";
import { chooseExits } from "../../../src/sim/joint-rules/leime.ts";
import { search } from "../../../src/sim/joint-rules/portend.ts";
import { expectedLatency } from "../../../src/sim/rules/cost.ts";
import { expectedEnergy } from "../../../src/sim/rules/energy.ts";
import { silent } from "../../../src/sim/rules/exit-shares.ts";
import { NetworkView } from "../../../src/sim/rules/network.ts";
import { type Observation, quiet } from "../../../src/sim/rules/observation.ts";
import type { RuleValues } from "../../../src/sim/rules/options.ts";
import { seconds, watts } from "../../../src/units.ts";
import { build, link, node, stream } from "../build.ts";
import { calibrationOf, planOf, scoresOf } from "../exit-rules/plan.ts";

/** Nodes in a row, a byte takes a second; every segment has an exit. */
function networkOf(
  times: readonly (readonly number[])[],
  sizes: readonly number[],
  result = 0,
  busy: readonly number[] = [],
): NetworkView {
  const share = sizes.map((_, k) => (k === sizes.length - 1 ? 1 : 0.5));
  return new NetworkView(
    build({
      nodes: times.map((_, i) =>
        node(`node-${i}`, busy[i] === undefined ? {} : { power: { idle: watts(0), busy: watts(busy[i]) } }),
      ),
      links: times.slice(1).map((_, i) => link(i, i + 1, { rate: 8 })),
      streams: [stream({ answerTo: "source" })],
      times: sizes.map(() => 1),
      table: (_, n, k) => times[n]![k]!,
      sizes,
      result,
      share,
    }),
  );
}
const rule = (name: string, values: RuleValues, network: NetworkView, plan = planOf(network.segments, 2)) =>
  jointRules.find((type) => type.name === name)!.make(values, plan, network);
const request = { source: 0, stream: 0, device: 0, segment: 0, at: 0, machines: () => [0] };
const now = (observed: Partial<Observation> = {}): Observation => ({ ...quiet, rate: () => 8, ...observed });
const draw = { uniform: () => 0.5 };
const placed = (made: ReturnType<typeof rule>, observed: Partial<Observation> = {}) => {
  const choice = made.place.next(request, now(observed), draw);
  return typeof choice === "number" ? { nodes: [choice] } : { nodes: [...choice.nodes], note: choice.note };
};

// Three segments of 4 s on the device and 1 s on the server; input 2 s, tensors 3 s and 1 s.
const example = networkOf(
  [
    [4, 4, 4],
    [1, 1, 1],
  ],
  [2, 3, 1],
);

test("Edgent by hand: the deepest exit that meets the deadline, its first part on the server", () => {
  // Exit 3: all on the server 2 + 3 = 5. Exit 2: min(8, 2 + 1 + 3 + 4, 2 + 2) = 4. Exit 1: min(4, 2 + 1) = 3.
  const edgent = rule("edgent", { to: 1, deadline: null }, example);
  expect(placed(edgent, { deadline: 5 })).toEqual({ nodes: [1, 1, 1], note: 2 });
  expect(placed(edgent, { deadline: 4.5 })).toEqual({ nodes: [1, 1], note: 1 });
  expect(placed(edgent, { deadline: 3 })).toEqual({ nodes: [1], note: 0 });
  // None meets it: the fastest.
  expect(placed(edgent, { deadline: 1 })).toEqual({ nodes: [1], note: 0 });
  // At a quarter of the rate the input takes 8 s: exit 1 takes 4 here, exit 2 8 here, exit 3 11 there.
  expect(placed(edgent, { deadline: 9, rate: () => 2 })).toEqual({ nodes: [0, 0], note: 1 });
  // Only the head of that exit runs, and it answers.
  expect([0, 1, 2].map((exit) => edgent.exit.runs!(exit, 1))).toEqual([false, true, false]);
  expect(edgent.exit.decide([{ ...silent, exit: 1 }], now({ note: 1 }), draw)).toEqual({ kind: "answer", of: 1 });
});

const instances = fc.integer({ min: 1, max: 4 }).chain((segments) => {
  const list = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: segments, maxLength: segments });
  return fc.record({ times: fc.array(list(6), { minLength: 3, maxLength: 3 }), sizes: list(5), result: fc.nat(2) });
});

function assignments(segments: number, nodes: readonly number[]): number[][] {
  if (segments === 0) return [[]];
  return assignments(segments - 1, nodes).flatMap((rest) => nodes.map((n) => [...rest, n]));
}

test("Edgent's search is the deepest exit with any cut in time, and its best cut; else the fastest of all", () => {
  fc.assert(
    fc.property(instances, fc.integer({ min: 0, max: 25 }), ({ times, sizes, result }, deadline) => {
      {
        const network = networkOf(times.slice(0, 2), sizes, result);
        // By the definition, written out for each exit and cut.
        const latency = (exit: number, cut: number): number => {
          let sum = cut > 0 ? sizes[0]! : 0;
          for (let k = 0; k <= exit; k++) sum += times[k < cut ? 1 : 0]![k]!;
          if (cut > 0 && cut <= exit) sum += sizes[cut]!;
          return sum + (cut > exit ? result : 0);
        };
        const best = sizes.map((_, exit) => {
          const all = Array.from({ length: exit + 2 }, (__, cut) => latency(exit, cut));
          const least = Math.min(...all);
          return { exit, cut: all.indexOf(least), latency: least };
        });
        const inTime = best.filter((b) => b.latency <= deadline).at(-1);
        const fastest = Math.min(...best.map((b) => b.latency));
        const expected = inTime ?? best.filter((b) => b.latency === fastest).at(-1);
        expect(rightsize(network, 0, 0, 1, deadline)).toEqual(expected);
      }
    }),
  );
});

test("PORTEND's search equals brute force over thresholds and all placements that never go back", () => {
  fc.assert(
    fc.property(instances, fc.double({ min: 0, max: 1, noNaN: true }), ({ times, sizes, result }, floor) => {
      {
        const network = networkOf(times, sizes, result);
        const exits = sizes.length;
        const calibration = calibrationOf(exits, 3);
        const found = search({ tiers: [0, 1, 2], accuracy: floor }, planOf(exits, 3, calibration), network, 0, null);
        const { rows, labels, scores } = calibration;
        const options = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((threshold) => {
          const left = Array.from({ length: rows }, (_, row) => {
            for (let e = 0; e < exits - 1; e++) if (scores[e]!.entropy[row]! / Math.log(3) <= threshold) return e;
            return exits - 1;
          });
          const accuracy = left.filter((e, row) => scores[e]!.prediction[row] === labels[row]).length / rows;
          const shares = scores.map((_, e) => left.filter((l) => l === e).length / rows);
          return { threshold, accuracy, shares };
        });
        const most = Math.max(...options.map((o) => o.accuracy));
        const allowed = options.filter((o) => o.accuracy >= Math.min(floor, most));
        const heads = scores.map((_, e) => e);
        const latencies = allowed.flatMap(({ shares }) =>
          assignments(exits, [0, 1, 2])
            .filter((a) => a.every((x, k) => k === 0 || x >= a[k - 1]!))
            .map((a) => expectedLatency({ network, exitShares: shares, heads }, 0, a)),
        );
        expect(found.latency).toBeCloseTo(Math.min(...latencies), 9);
        expect(found.accuracy).toBeGreaterThanOrEqual(Math.min(floor, most));
        // Of equal ones the lowest threshold, then the placement that stays longest on the earlier tiers.
        const monotone = assignments(exits, [0, 1, 2]).filter((a) => a.every((x, k) => k === 0 || x >= a[k - 1]!));
        const first = allowed
          .flatMap(({ threshold, shares }) =>
            monotone.map((nodes) => ({
              threshold,
              nodes,
              latency: expectedLatency({ network, exitShares: shares, heads }, 0, nodes),
            })),
          )
          .find(({ latency }) => latency === found.latency)!;
        expect([found.threshold, found.nodes]).toEqual([first.threshold, first.nodes]);
      }
    }),
    { numRuns: 40 },
  );
});

/** What rows do at these heads, as definitions say; `leaves` for all but the last. */
function outcomeOf(
  of: ReturnType<typeof calibrationOf>,
  heads: readonly number[],
  leaves: (exit: number, row: number) => boolean,
) {
  const at = Array.from({ length: of.rows }, (_, row) => heads.find((e) => e === heads.at(-1) || leaves(e, row))!);
  return {
    shares: of.scores.map((_, e) => at.filter((l) => l === e).length / of.rows),
    accuracy: at.filter((e, row) => of.scores[e]!.prediction[row] === of.labels[row]).length / of.rows,
  };
}

test("SPINN's choice equals brute force over thresholds and cuts, of equal ones the first", () => {
  fc.assert(
    fc.property(instances, fc.double({ min: 0, max: 1, noNaN: true }), ({ times, sizes, result }, floor) => {
      {
        const network = networkOf(times.slice(0, 2), sizes, result);
        const exits = sizes.length;
        const of = calibrationOf(exits, 3);
        const heads = sizes.map((_, e) => e);
        const options = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99].map((threshold) => ({
          threshold,
          ...outcomeOf(of, heads, (e, row) => of.scores[e]!.confidence[row]! >= threshold),
        }));
        const most = Math.max(...options.map((o) => o.accuracy));
        const all = options
          .filter((o) => o.accuracy >= Math.min(floor, most))
          .flatMap(({ threshold, shares }) =>
            Array.from({ length: exits + 1 }, (_, cut) => sizes.map((__, k) => (k < cut ? 0 : 1))).map((nodes) => ({
              threshold,
              nodes,
              latency: expectedLatency({ network, exitShares: shares, heads }, 0, nodes),
            })),
          );
        const least = Math.min(...all.map((o) => o.latency));
        const best = all.find((o) => o.latency === least)!;
        const made = rule("spinn", { to: 1, accuracy: floor }, network, planOf(exits, 3, of));
        expect(placed(made)).toEqual({ nodes: best.nodes, note: best.threshold });
      }
    }),
    { numRuns: 40 },
  );
});

test("LEIME's exits equal brute force over all sets with one exit a tier, of equal ones the first", () => {
  fc.assert(
    fc.property(instances, fc.integer({ min: 1, max: 3 }), ({ times, sizes, result }, tiers) => {
      {
        const network = networkOf(times, sizes, result);
        const exits = sizes.length;
        const of = calibrationOf(exits, 3);
        const nodes = [0, 1, 2].slice(0, tiers);
        const early = Math.min(tiers, exits) - 1;
        // Every set of early exits by the bits of a number, in the order of depth.
        const sets = Array.from({ length: 2 ** (exits - 1) }, (_, bits) =>
          sizes.slice(0, -1).flatMap((__, e) => ((bits >> e) & 1 ? [e] : [])),
        )
          .filter((set) => set.length === early)
          .sort((a, b) => a.map((x, i) => x - b[i]!).find((d) => d !== 0) ?? 0);
        const all = sets.map((set) => {
          const heads = [...set, exits - 1];
          const { shares } = outcomeOf(of, heads, (e, row) => of.scores[e]!.confidence[row]! >= 0.6);
          // A tier ends where its exit stands.
          const at = sizes.map((_, k) => nodes[Math.min(heads.filter((e) => e < k).length, tiers - 1)]!);
          return { heads, latency: expectedLatency({ network, exitShares: shares, heads }, 0, at) };
        });
        const least = Math.min(...all.map((o) => o.latency));
        const found = chooseExits({ tiers: nodes, threshold: 0.6 }, planOf(exits, 3, of), network, 0);
        expect(found).toEqual(all.find((o) => o.latency === least)!.heads);
      }
    }),
  );
});

test("FIN's search equals brute force: the least energy in time, else the fastest, of equal ones the first", () => {
  fc.assert(
    fc.property(
      instances,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 0, max: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ times, sizes, result }, draws, deadline, floor) => {
        {
          const network = networkOf(times, sizes, result, draws);
          const exits = sizes.length;
          const of = calibrationOf(exits, 3);
          const heads = sizes.map((_, e) => e);
          const options = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((threshold) => ({
            threshold,
            ...outcomeOf(of, heads, (e, row) => of.scores[e]!.entropy[row]! / Math.log(3) <= threshold),
          }));
          const most = Math.max(...options.map((o) => o.accuracy));
          const all = options
            .filter((o) => o.accuracy >= Math.min(floor, most))
            .flatMap(({ threshold, shares }) =>
              assignments(exits, [0, 1, 2])
                .filter((a) => a.every((x, k) => k === 0 || x >= a[k - 1]!))
                .map((nodes) => {
                  const work = { network, exitShares: shares, heads };
                  return {
                    threshold,
                    nodes,
                    energy: expectedEnergy(work, 0, nodes),
                    latency: expectedLatency(work, 0, nodes),
                  };
                }),
            );
          const inTime = all.filter((o) => o.latency <= deadline);
          const least = Math.min(...inTime.map((o) => o.energy));
          const fastest = Math.min(...all.map((o) => o.latency));
          const best = inTime.find((o) => o.energy === least) ?? all.find((o) => o.latency === fastest)!;
          const values = { tiers: [0, 1, 2], accuracy: floor, deadline };
          expect(leastEnergy(values, planOf(exits, 3, of), network, 0, null)).toEqual(best);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("Edgent's map equals brute force at every bandwidth: the greatest e^accuracy + 1 / latency in time, else the fastest", () => {
  fc.assert(
    fc.property(instances, fc.integer({ min: 1, max: 25 }), ({ times, sizes, result }, deadline) => {
      {
        const network = networkOf(times.slice(0, 2), sizes, result);
        const accuracy = sizes.map((_, e) => 0.5 + 0.1 * e);
        configurations(network, 0, 0, 1, deadline, accuracy, 3).forEach((found, state) => {
          const rate = 8 / 2 ** state;
          const best = sizes.map((_, exit) => {
            const latencies = Array.from({ length: exit + 2 }, (__, cut) => {
              let sum = cut > 0 ? (8 * sizes[0]!) / rate : 0;
              for (let k = 0; k <= exit; k++) sum += times[k < cut ? 1 : 0]![k]!;
              if (cut > 0 && cut <= exit) sum += (8 * sizes[cut]!) / rate;
              return sum + (cut > exit ? (8 * result) / rate : 0);
            });
            return { exit, latency: Math.min(...latencies) };
          });
          const inTime = best.filter((b) => b.latency <= deadline);
          const worth = (b: { exit: number; latency: number }): number => Math.exp(accuracy[b.exit]!) + 1 / b.latency;
          if (inTime.length > 0) expect(worth(found)).toBe(Math.max(...inTime.map(worth)));
          else expect(found.latency).toBe(Math.min(...best.map((b) => b.latency)));
        });
      }
    }),
    { numRuns: 60 },
  );
});

// Two classes, four rows. Exit 1 is sure of the first two rows only, and right there; the last exit is right everywhere.
const two = networkOf(
  [
    [4, 4],
    [1, 1],
  ],
  [6, 1],
);
const first = scoresOf([
  [4, 0],
  [4, 0],
  [0.1, 0],
  [0.1, 0],
]);
const last = scoresOf([
  [9, 0],
  [9, 0],
  [0, 9],
  [0, 9],
]);
const calibration = { rows: 4, labels: Int32Array.of(0, 0, 1, 1), scores: [first, last] };
const plan = planOf(2, 2, calibration);

test("PORTEND by hand: half leave at the first exit here, the other half goes on there", () => {
  // Here 8 - 4/2 = 6; first here, second there: 4 + (1 + 1) / 2 = 5; all there 6 + 1 + 1/2 = 7.5.
  const portend = rule("portend", { tiers: ["source", 1], accuracy: 1 }, two, plan);
  expect(portend.place.plan(0)).toEqual([0, 1]);
  // Rows of a lead of 4 have 0.13 of the most entropy, the others all but 1: up to 0.1 nobody leaves.
  expect(search({ tiers: ["source", 1], accuracy: 0 }, plan, two, 0, null)).toMatchObject({
    latency: 5,
    threshold: 0.2,
  });
});

test("SPINN moves the cut with the measured rate, and notes the threshold", () => {
  const spinn = rule("spinn", { to: 1, accuracy: 1 }, two, plan);
  // Confidence of the unsure rows is 0.525: at 0.5 all leave at the first exit, right in half; from 0.6 on only the sure ones.
  expect(placed(spinn)).toEqual({ nodes: [0, 1], note: 0.6 });
  // Slow: 4 + (10 + 1) / 2 is more than 6.
  expect(placed(spinn, { rate: () => 0.8 })).toEqual({ nodes: [0, 0], note: 0.6 });
  // At 0.5 nobody goes on, and where the second segment would run is the same.
  expect(placed(rule("spinn", { to: 1, accuracy: 0 }, two, plan))).toEqual({ nodes: [0, 1], note: 0.5 });
  const decide = (confidence: number) => spinn.exit.decide([{ ...silent, confidence }], now({ note: 0.6 }), draw).kind;
  expect([decide(0.6), decide(0.59)]).toEqual(["answer", "go-on"]);
});

test("LEIME chooses the exit where leaving pays most, and runs no other head", () => {
  // Exit 2 of three lets nobody leave; exit 1 half. Early exit 1: 4 + (1 + 2) / 2 = 5.5 there; early exit 2: 8 + 1 + 1 = 10.
  const three = networkOf(
    [
      [4, 4, 4],
      [1, 1, 1],
    ],
    [6, 1, 1],
  );
  const unsure = scoresOf([
    [0.1, 0],
    [0.1, 0],
    [0.1, 0],
    [0.1, 0],
  ]);
  const of = planOf(3, 2, { ...calibration, scores: [first, unsure, last] });
  const values = { tiers: ["source", 1], threshold: 0.9 } as const;
  expect(chooseExits(values, of, three, 0)).toEqual([0, 2]);
  const leime = rule("leime", values, three, of);
  expect(leime.exit.heads(of)).toEqual([0, 2]);
  expect(leime.place.plan(0)).toEqual([0, 1, 1]);
});

test("Edgent's map takes the accurate exit while the rate allows it", () => {
  const accuracy = [accuracyOf(calibration, 0), accuracyOf(calibration, 1)];
  expect(accuracy).toEqual([0.5, 1]);
  // Deadline 8.5: at the nominal rate the last exit takes 8 here or there, worth e^1 + 1/8, more than e^0.5 + 1/4 of the first.
  expect(configurations(two, 0, 0, 1, 8.5, accuracy, 2).map(({ exit }) => exit)).toEqual([1, 1]);
  // Deadline 5: only the first exit, 4 s here.
  expect(configurations(two, 0, 0, 1, 5, accuracy, 1)[0]).toMatchObject({ exit: 0, cut: 0, latency: 4 });
});

test("FIN by hand: the least energy that is in time; and it equals brute force without a deadline", () => {
  const power = (busy: number) => ({ power: { idle: watts(0), busy: watts(busy) } });
  const energy = {
    connected: watts(0),
    tail: seconds(0),
    sending: watts(3),
    receiving: watts(0),
    perByteSent: 0,
    perByteReceived: 0,
  };
  const setup = build({
    nodes: [node("device", power(1)), node("server", power(10))],
    links: [link(0, 1, { rate: 8, energy })],
    streams: [stream({ answerTo: "source" })],
    table: (_, n) => (n === 0 ? 4 : 1),
    times: [1, 1],
    sizes: [6, 1],
    share: [0.5, 1],
  });
  const network = new NetworkView(setup);
  const told = (deadline: number | null) =>
    leastEnergy({ tiers: ["source", 1], accuracy: 1, deadline }, plan, network, 0, null);
  // Half goes on. Here 4 + 4/2 = 6 J in 6 s; first here, second there 4 + (3 + 10)/2 = 10.5 J in 5 s; all there 6 x 3 + 10 + 5 = 33 J in 7.5 s.
  expect(told(null)).toMatchObject({ nodes: [0, 0], energy: 6, latency: 6 });
  expect(told(5.5)).toMatchObject({ nodes: [0, 1], energy: 10.5, latency: 5 });
  // Nothing is in time: the fastest.
  expect(told(1)).toMatchObject({ nodes: [0, 1], latency: 5 });
  expect(expectedEnergy({ network, exitShares: [0.5, 0.5], heads: [0, 1] }, 0, [1, 1])).toBe(33);
});
