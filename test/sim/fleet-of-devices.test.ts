/** Of large fleets only what is going on is kept: a device meets there what it would meet in a small one, to the last bit. */
import { expect, test } from "vitest";
import { Draw } from "../../src/sim/draw.ts";
import { FifoLinks } from "../../src/sim/links/fifo.ts";
import type { NrCell } from "../../src/sim/links/nr/nr-cell.ts";
import { deriveKey, uniform } from "../../src/sim/random.ts";
import type { Failures, Link, NodeGroup } from "../../src/sim/setup.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { seconds } from "../../src/units.ts";
import { build, exponential, follow, type LinkOptions, link, node, poisson, stream } from "./build.ts";

/** As many as are all kept, and as many more that share what is kept with them. */
const [few, many] = [1600, 6000];
const until = 12;

interface Fleet {
  readonly link?: LinkOptions;
  /** A second link of its own behind the first. */
  readonly behind?: LinkOptions;
  readonly device?: Partial<NodeGroup>;
}

/** Devices that ask the edge over links of their own, or work themselves; none is in another's way. */
function fleet({ link: options, behind, device }: Fleet, count: number) {
  const own = link(0, 1, { rate: 8000, ...options, per: 0 });
  const middle = node("middle", { count, servers: 1_000_000 });
  return build({
    nodes: [node("device", { count, ...device }), node("edge", { servers: 1_000_000 }), ...(behind ? [middle] : [])],
    links: behind ? [{ ...own, to: 2 }, link(2, 1, { rate: 6000, ...behind, per: 2 })] : [own],
    streams: [1, 2].map((weight) =>
      stream({ name: `stream-${weight}`, weight, arrivals: poisson(0.125), answerTo: "source" }),
    ),
    times: [exponential(0.5)],
    sizes: [100],
    result: 100,
    place: [device === undefined ? 1 : 0],
    run: { requests: null, duration: seconds(until) },
  });
}

/** What became of the requests of the first devices; of those that never ended, that. */
function told(of: Fleet, count: number): [number, number, number, string, number, number][] {
  return follow(fleet(of, count))
    .requests.filter(({ device }) => device < few)
    .map((r): [number, number, number, string, number, number] => [
      r.stream,
      r.device,
      r.number,
      r.end,
      r.arrivedAt,
      r.end === "in_flight" ? 0 : r.endedAt,
    ])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
}

const failures = (more: Partial<Failures> = {}): Failures => ({
  uptime: exponential(5),
  repair: exponential(1),
  clock: "time",
  inService: "restart",
  of: "server",
  ...more,
});
const twoState = {
  kind: "two-state",
  good: 16_000,
  bad: 0,
  goodFor: exponential(0.2),
  badFor: exponential(0.1),
} as const;
const clustered: NonNullable<Link["loss"]> = {
  kind: "gilbert-elliott",
  per: "message",
  good: 0.01,
  bad: 0.9,
  goodFor: exponential(0.3),
  badFor: exponential(0.1),
  retry: seconds(0.05),
  attempts: 5,
};
const bursts = { every: exponential(0.3), lasts: exponential(0.1) };
/** Of each device alone: radios sleep after half a second, and have spells without service. */
const cell: NrCell = {
  numerology: 1,
  pattern: "DDDSU",
  special: 0.5,
  times: { grant: "dynamic", occasions: 1, device: 2, station: 2, n1: 2, k2: 2, decode: 2 },
  harq: { error: 0.1, falls: 0.1, retransmissions: 3 },
  share: "resource-fair",
  idle: { after: 0.5, promotion: exponential(0.1) },
  interruptions: { every: exponential(0.1), lasts: exponential(0.05) },
  signal: null,
  mobility: null,
};
const outages = { kind: "random", up: exponential(0.5), down: exponential(0.1) } as const;
const trace = {
  kind: "steps",
  at: Float64Array.of(0, 0.3, 0.5),
  values: Float64Array.of(16_000, 0, 4000),
  length: 0.7,
  repeats: true,
  start: "random",
} as const;

test.each<[string, Fleet]>([
  ["two states", { link: { varying: twoState } }],
  ["two states, shared", { link: { varying: twoState, kind: "shared" } }],
  ["two shared links at once", { link: { varying: twoState, kind: "shared" }, behind: { kind: "shared", outages } }],
  ["5G cells", { link: { kind: "nr-cell", radio: cell, varying: twoState } }],
  ["Gauss-Markov", { link: { varying: { kind: "gauss-markov", mean: 8000, sd: 4000, correlation: 0.9, every: 0.1 } } }],
  ["traces from anywhere", { link: { varying: trace } }],
  ["outages", { link: { outages } }],
  ["outages of what changes, shared", { link: { outages, varying: twoState, kind: "shared" } }],
  ["losses in clusters", { link: { loss: clustered } }],
  ["spells in which nothing arrives", { link: { bursts, latency: 0.01, jitter: exponential(0.001) } }],
  ["delays over time", { link: { delays: trace, kind: "fixed" } }],
  ["servers that fail", { device: { failures: failures() } }],
  ["servers that fail while they work", { device: { failures: failures({ clock: "busy", uptime: exponential(1) }) } }],
  ["machines that fail", { device: { servers: 2, failures: failures({ of: "machine", inService: "requeue" }) } }],
  ["processors that are shared and fail", { device: { queue: { discipline: "ps" }, failures: failures() } as never }],
  [
    "servers that fail, by chance and all together",
    {
      device: {
        failures: failures({ inService: "drop" }),
        faults: [{ at: seconds(5), until: seconds(6), inService: "resume" }],
      },
    },
  ],
])("%s: a device of a large fleet sees what it sees in a small one", (_, of) => {
  const [small, large] = [told(of, few), told(of, many)];
  expect(small.length).toBeGreaterThan(4000);
  expect(large).toEqual(small);
});

test("the availability of a large fleet is what its failures make of it, whoever comes to its machines", () => {
  for (const count of [few, many]) {
    const setup = fleet({ device: { failures: failures() } }, count);
    const { end } = simulate(setup, 0);
    const root = { seed: setup.seed, replication: 0 };
    const uptime = new Draw(exponential(5), root, "failures", "device", "uptime");
    const repair = new Draw(exponential(1), root, "failures", "device", "repair");
    let up = 0;
    for (let device = 0; device < count; device++) {
      for (let [t, n] = [0, 0]; t < end.at; n++) {
        const failsAt = t + uptime.value(n, device, n);
        up += Math.min(end.at, failsAt) - t;
        t = failsAt + repair.value(n, device, n);
      }
    }
    expect(end.stations[0]!.up / up, `${count} devices`).toBeCloseTo(1, 11);
    expect(end.stations[0]!.on).toBeCloseTo(count * end.at, 5);
  }
});

test("while all machines of a large fleet are down at a set time, none is available", () => {
  const faults = [
    { at: seconds(4), until: seconds(7), inService: "resume" },
    { at: seconds(6), until: seconds(8), inService: "resume" },
  ] as const;
  const { end } = simulate(fleet({ device: { faults } }, many), 0);
  expect(end.stations[0]!.up / (many * (end.at - 4))).toBeCloseTo(1, 11);
});

test("a token bucket of a large fleet remembers who came, as long as that matters", () => {
  const queue = { admit: { rate: 0.5, burst: 2, wait: null, deadline: false } };
  const device = { queue } as never;
  const [small, large] = [told({ device }, few), told({ device }, many)];
  expect(small.some(([, , , end]) => end === "admission")).toBe(true);
  expect(large).toEqual(small);
});

test("a FIFO link of a large fleet forgets when it was free, and nothing else", () => {
  const few = 1000;
  const [small, large] = [new FifoLinks(new Float64Array(few)), new FifoLinks(new Float64Array(0))];
  const key = deriveKey(1, 0, "test");
  let now = 0;
  for (let n = 0; n < 50_000; n++) {
    now += uniform(key.k0, key.k1, n, 0) * 0.01;
    const resource = Math.floor(uniform(key.k0, key.k1, n, 1) * few);
    const startsAt = small.startsAt(resource, now);
    expect(large.startsAt(resource, now)).toBe(startsAt);
    const until = startsAt + uniform(key.k0, key.k1, n, 2) * 8;
    for (const links of [small, large]) links.hold(resource, until);
  }
});
