import { expect, test } from "vitest";
import { Window } from "../../src/experiment/window.ts";
import type { Setup } from "../../src/sim/setup.ts";
import { built } from "../built.ts";
import { build, link, node, poisson, stream } from "../sim/build.ts";

const { simulate } = await built<typeof import("../../src/sim/simulation.ts")>("sim/simulation");

const replications = 16;

/** Messages of one size over one link: 1 s each alone. */
function setupOf(kind: "fifo" | "shared", load: number): Setup {
  return build({
    nodes: [node("device"), node("edge", { servers: 1_000_000 })],
    links: [link(0, 1, { kind, rate: 8000 })],
    streams: [stream({ arrivals: poisson(load) })],
    times: [0],
    sizes: [1000],
    place: [1],
    run: { requests: 50_000, warmup: { kind: "requests", n: 5000 } },
  });
}

function meanDelays(kind: "fifo" | "shared", load: number): number[] {
  const setup = setupOf(kind, load);
  return Array.from({ length: replications }, (_, r) => {
    const window = new Window(setup, simulate(setup, r), 1);
    const { n, latency } = window.completed(() => true);
    return latency / n;
  });
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test.each([0.3, 0.5, 0.8, 0.9])(
  "at a load of %d sharing a link delays fixed sizes 2 / (2 - load) times as much as taking turns, within 2 percent",
  (load) => {
    const fifo = average(meanDelays("fifo", load));
    const shared = average(meanDelays("shared", load));
    // M/D/1: S (1 + load / (2 (1 - load))); processor sharing: S / (1 - load), whatever the sizes.
    expect(Math.abs(shared / fifo / (2 / (2 - load)) - 1)).toBeLessThan(0.02);
    expect(Math.abs(shared * (1 - load) - 1)).toBeLessThan(0.05);
    expect(Math.abs(fifo / (1 + load / (2 * (1 - load))) - 1)).toBeLessThan(0.05);
  },
);

test("a FIFO link that loses and sends again at once is an M/G/1 queue of geometric services", () => {
  // Attempts N geometric with p = 0.3, S = N s: E S = 1 / 0.7, E S² = (1 + p) / (1 - p)²; wait = rate E S² / (2 (1 - rate E S)).
  const [p, rate] = [0.3, 0.4];
  const [first, second] = [1 / (1 - p), (1 + p) / (1 - p) ** 2];
  const exact = first + (rate * second) / (2 * (1 - rate * first));
  const base = setupOf("fifo", rate);
  const loss = { kind: "bernoulli", per: "message", probability: p, retry: 0, attempts: 1000 } as never;
  const setup: Setup = { ...base, links: base.links.map((l) => ({ ...l, loss })) };
  const means = Array.from({ length: replications }, (_, r) => {
    const { n, latency } = new Window(setup, simulate(setup, r), 1).completed(() => true);
    return latency / n;
  });
  expect(Math.abs(average(means) / exact - 1)).toBeLessThan(0.01);
});
