/** What a shipped scenario comes to, short and exact: fingerprints of what happened, and headline numbers. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { built } from "../built.ts";

// The built program: the test runner's own way to run sources more than doubles the time.
const { loadExperiment } = await built<typeof import("../../src/experiment/load.ts")>("experiment/load");
const { outcomeOf } = await built<typeof import("../../src/experiment/outcome.ts")>("experiment/outcome");
const { simulate } = await built<typeof import("../../src/sim/simulation.ts")>("sim/simulation");

const root = join(import.meta.dirname, "../..");
/** Requests of each replication: enough for every kind of event to happen, whatever the scenario asks for. */
const requests = 2500;
const replications = 2;

export interface Golden {
  /** Fingerprints of both replications together. */
  readonly order: string;
  readonly time: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export const shippedScenarios: readonly string[] = readdirSync(join(root, "scenarios"))
  .filter((name) => name.endsWith(".yaml"))
  .sort();

/** Every policy of a scenario as it is written, without its sweep. */
export function goldenOf(scenario: string): Readonly<Record<string, Golden>> {
  const source = { path: join(root, "scenarios", scenario), set: [], seed: null, profiles: {} };
  const { experiment } = loadExperiment(source);
  return Object.fromEntries(
    experiment.policies.map((policy) => {
      const written = experiment.setup({}, policy);
      const warmup = { kind: "requests", n: requests / 10 } as const;
      const setup = { ...written, run: { requests, duration: null, warmup } };
      const runs = Array.from({ length: replications }, (_, r) => simulate(setup, r));
      const { result } = outcomeOf(setup, runs, 0.95);
      const numbers: [string, number | undefined][] = [
        ["completed", result.requests.completed],
        ["latency_s.mean", result.latency_s.mean?.estimate],
        ["latency_s.p95", result.latency_s.p95?.estimate],
        ["accuracy", result.accuracy?.estimate],
        ["energy_j.total", result.energy_j.total?.estimate],
        ...result.exits.map(({ name, share }): [string, number | undefined] => [`share of ${name}`, share?.estimate]),
      ];
      const known = numbers.filter((entry): entry is [string, number] => entry[1] !== undefined);
      // Nine digits: the last ones belong to whoever adds in another order.
      return [
        policy,
        {
          ...result.fingerprint,
          numbers: Object.fromEntries(known.map(([key, value]) => [key, Number(value.toPrecision(9))])),
        },
      ];
    }),
  );
}

/** What moved, in words; empty where nothing did. */
export function differences(
  scenario: string,
  before: Readonly<Record<string, Golden>> | undefined,
  after: Readonly<Record<string, Golden>>,
): string[] {
  if (before === undefined) return [`${scenario} has no golden fingerprints yet`];
  const gone = Object.keys(before)
    .filter((policy) => !Object.hasOwn(after, policy))
    .map((policy) => `${scenario}: policy ${policy} is gone`);
  const moved = Object.entries(after).flatMap(([policy, now]) => {
    const then = before[policy];
    if (then === undefined) return [`${scenario}: policy ${policy} is new`];
    const changes = [
      ...(then.order === now.order ? [] : [`order of events ${then.order} -> ${now.order}`]),
      ...(then.time === now.time ? [] : [`times of events ${then.time} -> ${now.time}`]),
      ...[...new Set([...Object.keys(then.numbers), ...Object.keys(now.numbers)])]
        .filter((key) => !isNear(then.numbers[key], now.numbers[key]))
        .map((key) => `${key} ${then.numbers[key] ?? "not there"} -> ${now.numbers[key] ?? "not there"}`),
    ];
    return changes.length === 0 ? [] : [`${scenario}, policy ${policy}: ${changes.join("; ")}`];
  });
  return [...gone, ...moved];
}

function isNear(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a - b) <= 1e-8 * Math.max(Math.abs(a), Math.abs(b));
}
