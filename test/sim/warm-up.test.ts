import { expect, test } from "vitest";
import { Window } from "../../src/experiment/window.ts";
import type { RunLength, Setup } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import { build, exponential, follow, link, node, poisson, stream } from "./build.ts";

function chain(run: Partial<RunLength>): Setup {
  return build({
    nodes: [node("device", { count: 5 }), node("edge", { servers: 2, queue: { places: 4 } })],
    links: [link(0, 1, { rate: 80_000, latency: 0.05 })],
    streams: [stream({ arrivals: poisson(1), answerTo: "source", deadline: seconds(1) })],
    times: [exponential(0.3), exponential(0.5)],
    share: [0.3, 1],
    accuracy: [0.8, 0.9],
    sizes: [0, 1000],
    result: 100,
    place: [0, 1],
    run,
  });
}

/** All that a window says. */
function figures(w: Window): unknown {
  const all = (): boolean => true;
  const latencies = w.latencies(all);
  return {
    seconds: w.seconds,
    arrived: w.arrived(null),
    completed: w.completed(all),
    second: w.completed((_s, exit) => exit === 1),
    dropped: w.allDropped(null),
    quantiles: [latencies.count, latencies.quantile(0.5), latencies.quantile(0.99), latencies.max],
    integrals: (
      ["busy", "waiting", "departed", "linkBusy", "linkInside", "linkLeft", "linkBytes", "completed"] as const
    ).map((name) => [...w.begin![name].keys()].map((i) => w.over((s) => s[name][i]!))),
    inSystem: w.over((s) => s.inSystem),
    visits: [0, 1].map((g) => [...w.visits(g)]),
    waits: [0, 1].map((g) => [w.waiting(g).count, w.waiting(g).quantile(0.9)]),
    messages: [0, 1].map((way) => [...w.messages(way)]),
    busiest: [0, 1].map((g) => w.busiest(g)),
  };
}

/** Equal but for the order of additions. */
function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === "number" && typeof actual === "number") expect(actual).toBeCloseTo(expected, 7);
  else if (typeof expected === "object" && expected !== null) {
    for (const [key, value] of Object.entries(expected)) expectClose((actual as Record<string, unknown>)[key], value);
  } else expect(actual).toEqual(expected);
}

test("a cut made afterwards equals a cut made beforehand, by requests", () => {
  // With `auto`, slice k begins with arrival k / 40 of the run.
  const auto = simulate(chain({ requests: 2000, warmup: { kind: "auto" } }), 0);
  for (const k of [1, 7, 20]) {
    const setup = chain({ requests: 2000, warmup: { kind: "requests", n: 50 * k } });
    const before = new Window(setup, simulate(setup, 0), 1);
    const after = new Window(setup, auto, k);
    expect(after.begin!.arrived).toBe(50 * k);
    expectClose(figures(after), figures(before));
  }
});

test("a cut made afterwards equals a cut made beforehand, by time", () => {
  const auto = simulate(chain({ duration: seconds(400), warmup: { kind: "auto" } }), 0);
  for (const k of [1, 9, 20]) {
    const setup = chain({ duration: seconds(400), warmup: { kind: "time", at: seconds(10 * k) } });
    const before = new Window(setup, simulate(setup, 0), 1);
    expect(before.seconds).toBe(400 - 10 * k);
    expectClose(figures(new Window(setup, auto, k)), figures(before));
  }
});

test("request figures are of those that arrived after the cut", () => {
  const setup = chain({ requests: 500, warmup: { kind: "requests", n: 100 } });
  const { requests, replication } = follow(setup);
  const window = new Window(setup, replication, 1);
  const late = requests.filter((r) => r.order >= 100);
  expect(window.arrived(null)).toBe(400);
  expect(window.completed(() => true).n).toBe(late.filter((r) => r.end === "completed").length);
  expect(window.allDropped(null)).toBe(late.filter((r) => r.end === "queue").length);
  expect(window.visits(0)[0]).toBe(late.filter((r) => r.visits.some(([g]) => g === 0)).length);
});

test("the recorder changes no figure", () => {
  const setup = chain({ requests: 1000, warmup: { kind: "auto" } });
  const { replication } = follow(setup);
  const plain = simulate(setup, 0);
  expect(plain.fingerprint).toEqual(replication.fingerprint);
  expectClose(figures(new Window(setup, plain, 0)), figures(new Window(setup, replication, 0)));
});
