/** Pipelines without chance: every request to the nanosecond, by Lindley's recursion in whole numbers. */
import { expect, test } from "vitest";
import { deriveKey, KeyedRandom } from "../../src/sim/random.ts";
import { at, build, follow, link, node, sequence, stream } from "../sim/build.ts";
import { seedFor } from "./harness.ts";

const seconds = (ns: number): number => ns / 1e9;
const whole = (s: number): number => Math.round(s * 1e9);

/** Device with one server, link in turns, edge with `servers`, link in turns, cloud with one server. Sizes in bytes at 8 Mbit/s: 1 us each. */
function pipelines(servers: number, seed: number) {
  const random = new KeyedRandom(deriveKey(seedFor(seed), 0, "pipelines"));
  const draw = (most: number): number => Math.floor(random.uniform() * most);
  const n = 2000;
  const stages = [9_000_000, 7_000_000 * servers, 8_000_000].map((most) => Array.from({ length: n }, () => draw(most)));
  const bytes = [8000, 6000].map((most) => Array.from({ length: n }, () => 1 + draw(most)));
  let now = 0;
  const arrivals = Array.from({ length: n }, () => (now += draw(10_000_000)));
  const setup = build({
    nodes: [node("device"), node("edge", { servers }), node("cloud")],
    links: [link(0, 1, { rate: 8e6, latency: 0.003 }), link(1, 2, { rate: 8e6, latency: 0.02 })],
    streams: [stream({ arrivals: at(...arrivals.map(seconds)) })],
    times: stages.map((stage) => sequence(...stage.map(seconds))),
    sizes: [0, ...bytes.map((of) => sequence(...of))],
    place: [0, 1, 2],
  });
  return { setup, arrivals, stages, bytes };
}

/** Instants of departure: whoever comes first is served first, by the server that is free first. In nanoseconds. */
function departures(arrivals: readonly number[], services: readonly number[], servers: number): number[] {
  const free = new Array<number>(servers).fill(0);
  const ends = new Array<number>(arrivals.length);
  const order = [...arrivals.keys()].sort((a, b) => arrivals[a]! - arrivals[b]! || a - b);
  for (const i of order) {
    const server = free.indexOf(Math.min(...free));
    ends[i] = Math.max(free[server]!, arrivals[i]!) + services[i]!;
    free[server] = ends[i]!;
  }
  return ends;
}

test.each([
  [1, 601],
  [3, 602],
])(
  "a chain of device, link, edge with %i servers, link and cloud ends 2,000 requests to the nanosecond",
  (servers, seed) => {
    const { setup, arrivals, stages, bytes } = pipelines(servers, seed);
    const sent = (from: number[], of: readonly number[], latency: number): number[] =>
      departures(
        from,
        of.map((size) => size * 1000),
        1,
      ).map((end) => end + latency);
    const device = departures(arrivals, stages[0]!, 1);
    const edge = departures(sent(device, bytes[0]!, 3_000_000), stages[1]!, servers);
    const cloud = departures(sent(edge, bytes[1]!, 20_000_000), stages[2]!, 1);
    const { requests } = follow(setup);
    expect(requests.map(({ endedAt }) => whole(endedAt))).toEqual(cloud);
    // Somebody waited, and at the edge with several servers somebody overtook.
    const alone = arrivals.map(
      (a, i) =>
        a + stages[0]![i]! + stages[1]![i]! + stages[2]![i]! + (bytes[0]![i]! + bytes[1]![i]!) * 1000 + 23_000_000,
    );
    expect(cloud.filter((end, i) => end > alone[i]!).length).toBeGreaterThan(1000);
    expect(edge.some((end, i) => i > 0 && end < edge[i - 1]!)).toBe(servers > 1);
  },
);
