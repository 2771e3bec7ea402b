/** One link, taken in turns or shared at once. Rates [1/s], times [s]. */
import { expect, test } from "vitest";
import { meanInterval, studentFactor } from "../../src/experiment/statistics/index.ts";
import { Window } from "../../src/experiment/window.ts";
import type { Setup } from "../../src/sim/setup.ts";
import { built } from "../built.ts";
import { build, link, node, poisson, stream } from "../sim/build.ts";
import { seedFor, theory } from "./harness.ts";
import { constantWait, crossing, pollaczekKhinchine } from "./queues.ts";

const { simulate } = await built<typeof import("../../src/sim/simulation.ts")>("sim/simulation");

/** Messages of one size over one link: 1 s each alone. */
function setupOf(kind: "fifo" | "shared", load: number): Setup {
  return build({
    nodes: [node("device"), node("edge", { servers: 1_000_000 })],
    links: [link(0, 1, { name: "wire", kind, rate: 8000 })],
    streams: [stream({ arrivals: poisson(load) })],
    times: [0],
    sizes: [1000],
    place: [1],
  });
}

// In turns it is M/D/1, shared an M/G/1 with processor sharing: 1 / (1 - load), 2 / (2 - load) times as long.
for (const [load, seed, requests] of [
  [0.3, 501, 8_000],
  [0.5, 502, 40_000],
  [0.8, 503, 100_000],
] as const) {
  theory(`messages of one size that take turns on a link, load ${load}`, {
    of: setupOf("fifo", load),
    seed,
    requests,
    facts: {
      "M/D/1's mean delay": {
        figure: "latency_s.mean",
        exact: 1 + pollaczekKhinchine(load, 1, 0),
        source: "1 + load / (2 (1 - load))",
        wrong: { value: 1 / (1 - load), of: "sharing" },
      },
      "the load as the time it is busy": {
        figure: "links.wire.up.utilization",
        exact: load,
        source: "rate x time of a message",
        wrong: { value: load * (1 - load), of: "sending while nobody waits" },
      },
      ...(load === 0.5 && {
        "its p95": {
          figure: "latency_s.p95",
          exact: 1 + crossing(constantWait(load, 1), 0.05, 0.1, 20),
          source: "A. K. Erlang, 1909",
          wrong: { value: -Math.log(0.05) * (1 + pollaczekKhinchine(load, 1, 0)), of: "an exponential delay" },
        },
      }),
    },
  });
  theory(`messages of one size that share a link, load ${load}`, {
    of: setupOf("shared", load),
    seed: seed + 10,
    requests,
    facts: {
      "the mean delay of processor sharing": {
        figure: "latency_s.mean",
        exact: 1 / (1 - load),
        source: "S / (1 - load), whatever the sizes: L. Kleinrock, 1967",
        wrong: { value: 1 + pollaczekKhinchine(load, 1, 0), of: "taking turns" },
      },
    },
  });
}

test("at load 0.9 sharing takes 2 / (2 - load) = 1.818 times as long, not 1 / (1 - load) = 10 times", () => {
  // Both meet the same arrivals, so the ratio is known far better than either delay.
  const [load, replications] = [0.9, 60];
  const delays = (kind: "fifo" | "shared"): number[] => {
    const setup = { ...setupOf(kind, load), seed: seedFor(530) };
    const run = { ...setup.run, requests: 60_000, warmup: { kind: "requests" as const, n: 6000 } };
    return Array.from({ length: replications }, (_, r) => {
      const { n, latency } = new Window(setup, simulate({ ...setup, run }, r), 1).completed(() => true);
      return latency / n;
    });
  };
  const fifo = delays("fifo");
  const ratios = meanInterval(delays("shared").map((shared, r) => shared / fifo[r]!))!;
  const error = (ratios.high - ratios.estimate) / studentFactor(0.95, replications - 1);
  const exact = 2 / (2 - load);
  expect(error).toBeLessThan(0.0025 * exact);
  expect(Math.abs(ratios.estimate - exact)).toBeLessThan(Math.max(4 * error, 0.002 * exact));
});

// Attempts N geometric with p = 0.3, S = N s: E S = 1 / 0.7, E S^2 = (1 + p) / (1 - p)^2.
const [p, rate] = [0.3, 0.4];
const [first, second] = [1 / (1 - p), (1 + p) / (1 - p) ** 2];
const lossy: Setup = (() => {
  const base = setupOf("fifo", rate);
  const loss = { kind: "bernoulli", per: "message", probability: p, retry: 0, attempts: 1000 } as never;
  return { ...base, links: base.links.map((l) => ({ ...l, loss })) };
})();
theory("a link in turns that loses and sends again at once", {
  of: lossy,
  seed: 521,
  requests: 60_000,
  facts: {
    "the mean delay of geometric services": {
      figure: "latency_s.mean",
      exact: first + (rate * second) / (2 * (1 - rate * first)),
      source: "Pollaczek-Khinchine, S geometric: E S = 1 / (1 - p), E S^2 = (1 + p) / (1 - p)^2",
      wrong: { value: first + pollaczekKhinchine(rate, first, 0), of: "the mean number of attempts each time" },
    },
    "attempts of every message": {
      figure: "links.wire.up.attempts",
      exact: first,
      source: "1 / (1 - p)",
      wrong: { value: 1 + p, of: "one more try at most" },
    },
  },
});
