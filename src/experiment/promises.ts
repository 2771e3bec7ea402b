/** What every rule promises, ours and users' alike, looked at one by one: what `offramp check-rule` prints. */
import { compile } from "../scenario/compile.ts";
import { parseScenario } from "../scenario/parse.ts";
import type { Resources } from "../scenario/resources.ts";
import type { ExitEvidence } from "../sim/exit-rules/index.ts";
import type { RequestView, Route } from "../sim/placement-rules/index.ts";
import type { Random } from "../sim/random.ts";
import { reachable } from "../sim/routes.ts";
import { evidenceOf } from "../sim/rules/exit-shares.ts";
import { NetworkView } from "../sim/rules/network.ts";
import { type Observation, quiet } from "../sim/rules/observation.ts";
import type { Setup } from "../sim/setup.ts";
import { prepareExperiment } from "./prepare.ts";
import { runExperiment } from "./run.ts";

export type RuleKind = "exit" | "place" | "both";

export interface KeptPromise {
  readonly promise: string;
  /** Null where it is kept. */
  readonly broken: string | null;
}

/** A small world to try a rule in: a shipped model on a device, an edge of two machines and a cloud. */
function trial(kind: RuleKind, rule: string): string {
  const exit = kind === "exit" ? rule : "{ rule: max-probability, threshold: 0.8 }";
  const place = kind === "place" ? rule : "{ rule: fixed, segments: { stem: camera, body: edge, tail: cloud } }";
  return `version: 1
model: { profile: b-lenet-fashion }
nodes:
  camera: { count: 2, speed: 0.1, power: { idle: 1 W, busy: 3 W } }
  edge: { count: 2, speed: 0.5, power: { idle: 5 W, busy: 20 W } }
  cloud: { power: { idle: 50 W, busy: 200 W } }
links:
  cell: { between: [camera, edge], kind: fifo, up: 2 Mbit/s, down: 8 Mbit/s, latency: 2 ms, attach: all }
  backhaul: { between: [edge, cloud], kind: fifo, up: 20 Mbit/s, down: 20 Mbit/s, latency: 5 ms }
workload: { camera: { arrivals: { poisson: 60 /s }, deadline: 100 ms } }
policies:
  tried: ${kind === "both" ? rule : `{ exit: ${exit}, place: ${place} }`}
run: { requests: 400, replications: 2, warmup: 0 }`;
}

const askedRows = 150;

/** @param rule as in a scenario, in flow style: `{ rule: ./mine.ts, among: [edge] }` @throws ScenarioError where it is no rule at all */
export async function promisesOf(kind: RuleKind, rule: string, resources: Resources): Promise<KeptPromise[]> {
  const text = trial(kind, rule);
  const scenario = parseScenario(text, { path: "the trial", resources });
  const setup = compile(scenario, "tried", resources);
  const kept: KeptPromise[] = [];
  const look = async (promise: string, broken: () => string | null | Promise<string | null>): Promise<void> => {
    try {
      kept.push({ promise, broken: await broken() });
    } catch (error) {
      if ((error as { exitCode?: unknown }).exitCode !== 2) throw error;
      kept.push({ promise, broken: (error as Error).message });
    }
  };
  const same = (a: unknown, b: unknown): string | null => {
    const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
    return first === second ? null : `first ${first.slice(0, 200)}, then ${second.slice(0, 200)}`;
  };
  if (kind !== "place") {
    await look("asks for heads of exits that exist", () => headsFault(setup));
    await look("answers with an exit that was reached, or goes on", () => exitFault(setup));
    await look("decides the same of the same view and draws, from the start", () =>
      same(decisions(setup, 1)[0], decisions(setup, 1)[0]),
    );
    await look("keeps its state to itself: what another device asks changes nothing", () =>
      same(decisions(setup, 1)[0], decisions(setup, 2)[0]),
    );
    await look("leaves what it is shown untouched", () => touched(setup));
  }
  if (kind !== "exit") {
    await look("places every segment on a node and a machine that it may use", () => placementFault(setup));
    await look("places the same with the same view and draws, from the start", () =>
      same(placements(setup, 1)[0], placements(setup, 1)[0]),
    );
    await look("keeps its state to itself: what another device sends changes nothing", () =>
      same(placements(setup, 1)[0], placements(setup, 2)[0]),
    );
  }
  const run = async () => {
    const { result } = await runExperiment(prepareExperiment(text, { resources }), { version: "trial" });
    return result.policies[0]!;
  };
  await look("runs: every request is completed, dropped or still under way", async () => {
    const { arrived, completed, dropped, in_flight } = (await run()).requests;
    const lost = arrived - completed - in_flight - Object.values(dropped).reduce((a, b) => a + b, 0);
    return lost === 0 && arrived > 0 ? null : `${lost} of ${arrived} requests are none of these`;
  });
  await look("runs the same again", async () => same((await run()).fingerprint, (await run()).fingerprint));
  return kept;
}

const begun = (setup: Setup) => setup.policy.begin?.() ?? setup.policy;

function headsFault({ model, policy }: Setup): string | null {
  const exits = model.exits.map(({ name }) => name);
  const heads = [...policy.exit.heads({ exits, classes: 10 })];
  const isFine = heads.every(
    (head, i) => Number.isInteger(head) && head >= 0 && head < exits.length && head > (heads[i - 1] ?? -1),
  );
  return isFine ? null : `heads ${JSON.stringify(heads)} of exits 0 to ${exits.length - 1}`;
}

function evidence({ model }: Setup): ExitEvidence[][] {
  const { outputs } = model;
  if (outputs.kind !== "table") return [];
  return Array.from({ length: askedRows }, (_, row) =>
    outputs.scores.map((scores, exit) => evidenceOf(scores, exit, row, outputs.classes)),
  );
}

/** By number: sometimes late, sometimes crowded. */
const observed = (number: number, setup?: Setup): Observation => ({
  ...quiet,
  number,
  note: number % 3,
  now: 0.01 * number,
  elapsed: 0.003 * (number % 11),
  deadline: number % 4 === 0 ? Number.POSITIVE_INFINITY : 0.02,
  waiting: number % 5,
  timeTo: (exit) => 0.002 * (exit + 1),
  timeBack: () => 0.001,
  node: (group, machine) => ({ present: (number * 7 + group * 3 + machine) % 6, at: 0.01 * number - 0.005 }),
  rate: (way) => (setup === undefined ? 1e6 : new NetworkView(setup).rate(way)) / (1 + (number % 3)),
});

const spread = (from: number): Random => {
  let u = from;
  return {
    uniform: () => {
      u = (u + 0.6180339887498949) % 1;
      return u;
    },
  };
};
const noHindsight = { isRight: () => false };

/** What each of several rules, begun alike and asked in turn, decides at every exit that it is asked at. */
function decisions(setup: Setup, rules: number): unknown[][] {
  const pairs = Array.from({ length: rules }, () => begun(setup).exit);
  const said: unknown[][] = pairs.map(() => []);
  evidence(setup).forEach((row, number) => {
    pairs.forEach((exit, i) => {
      // The second is asked about other rows, and less often.
      if (i > 0 && number % 3 === 0) return;
      const reached = i === 0 ? row : evidence(setup)[askedRows - 1 - number]!;
      for (let e = 0; e < reached.length; e++) {
        if (e === reached.length - 1 && exit.decidesAtLast !== true) break;
        const verdict = exit.decide(reached.slice(0, e + 1), observed(number), spread(0.1 * e), noHindsight);
        said[i]!.push(verdict);
        if (verdict.kind === "answer") break;
      }
    });
  });
  return said;
}

function exitFault(setup: Setup): string | null {
  const { exit } = begun(setup);
  for (const [number, row] of evidence(setup).entries())
    for (let e = 0; e < row.length; e++) {
      if (e === row.length - 1 && exit.decidesAtLast !== true) break;
      const verdict = exit.decide(row.slice(0, e + 1), observed(number), spread(0.2), noHindsight);
      if (verdict.kind === "answer" && !row.slice(0, e + 1).some((said) => said.exit === verdict.of))
        return `exit ${verdict.of} when ${e} was the last that had spoken`;
    }
  return null;
}

function touched(setup: Setup): string | null {
  const { exit } = begun(setup);
  const rows = evidence(setup);
  const text = (row: readonly ExitEvidence[]): string => JSON.stringify(row);
  for (const [number, row] of rows.entries()) {
    const before = text(row);
    exit.decide(row.slice(0, 1), Object.freeze(observed(number)), spread(0.3), noHindsight);
    if (text(row) !== before) return `it changed evidence: ${before.slice(0, 100)}`;
  }
  return null;
}

/** Routes that rules, begun alike and asked in turn, give. */
function placements(setup: Setup, rules: number): Route[][] {
  const pairs = Array.from({ length: rules }, () => begun(setup).place);
  const said: Route[][] = pairs.map(() => []);
  for (let number = 0; number < askedRows; number++)
    pairs.forEach((place, i) => {
      if (place.plan(0) !== null || (i > 0 && number % 3 === 0)) return;
      for (let segment = 0; segment < setup.model.segments.length; ) {
        const request = requestAt(setup, i, segment);
        const choice = place.next(
          request,
          observed(number + 31 * i, setup),
          spread(0.01 * segment),
          undefined as never,
        );
        const route: Route = typeof choice === "number" ? { nodes: [choice] } : choice;
        said[i]!.push(route);
        if (route.nodes.length === 0) break;
        segment += route.nodes.length;
      }
    });
  return said;
}

const requestAt = (setup: Setup, device: number, segment: number): RequestView => ({
  source: 0,
  stream: 0,
  device,
  segment,
  at: 0,
  machines: (node) => reachable(setup, 0, device, node) ?? [],
});

function placementFault(setup: Setup): string | null {
  const mayUse = setup.policy.mayUse!(0);
  for (const { nodes, machines = [] } of placements(setup, 1)[0]!) {
    if (nodes.length === 0) return "no node for the next segment";
    for (const [i, node] of nodes.entries()) {
      if (!mayUse.includes(node)) return `node ${setup.nodes[node]?.name ?? node}, which it may not use`;
      const machine = machines[i] ?? null;
      if (machine !== null && !requestAt(setup, 0, 0).machines(node).includes(machine))
        return `machine ${machine} of ${setup.nodes[node]!.name}, which the request cannot reach`;
    }
  }
  return null;
}
