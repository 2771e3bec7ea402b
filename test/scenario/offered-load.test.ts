import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { exitShares, loadWarnings, offeredLoad, peakNotes } from "../../src/scenario/offered-load.ts";
import { noResources } from "../../src/scenario/resources.ts";
import { changed, example, read } from "./example.ts";
import { load, resourcesWith } from "./profile-fixture.ts";

const loadOf = (text: string, policy: string) => offeredLoad(compile(read(text), policy, noResources))!;

const warningsFor = (text: string, policy: string): string[] => {
  const setup = compile(read(text), policy, noResources);
  return loadWarnings(setup, offeredLoad(setup)!);
};

test("load of nodes and links follows from rates, shares, mean times and sizes", () => {
  const { nodes, links } = loadOf(example, "split");
  // Each of four cameras: 2/s x (4 + 0.5) ms on one server.
  expect(nodes.camera).toBeCloseTo(2 * 0.0045, 12);
  // All four at the edge, 40 % of them: 8/s x 0.4 x 8 ms / speed 2 on two servers.
  expect(nodes.edge).toBeCloseTo((8 * 0.4 * 0.004) / 2, 12);
  // Per camera: 2/s x 0.4 x 30 kB at 12 Mbit/s up, 200 B at 50 Mbit/s down.
  expect(links.cell!.up).toBeCloseTo((2 * 0.4 * 30_000 * 8) / 12e6, 12);
  expect(links.cell!.down).toBeCloseTo((2 * 0.4 * 200 * 8) / 50e6, 12);
});

test("loads that are 1 and more only at the peak of what changes with time are noted, and no warning", () => {
  const notes = (arrivals: string): string[] => {
    const text = changed(["poisson: 2 /s", arrivals]);
    expect(warningsFor(text, "there")).toEqual([]);
    const setup = compile(read(text), "there", noResources);
    return peakNotes(setup, offeredLoad(setup)!);
  };
  // Each request takes the link up, a camera's own, for 150 kB x 8 / 12 Mbit/s = 0.1 s, and one of two edge servers for 6 ms: of four cameras at 12/s, 0.144.
  const note = (mean: string) =>
    `note: there offers cell.up ${mean} of what it can do, but 1.2 while rates are at their highest: what comes then waits`;
  expect(notes("diurnal: { every: 1 h, rates: [4 /s, 12 /s] }")).toEqual([note("0.8")]);
  expect(notes("diurnal: { every: 1 h, rates: [4 /s, 8 /s] }")).toEqual([]);
  expect(notes("mmpp: { rates: [16 /s, 48 /s], switch: 10 s }, total: true")).toEqual([note("0.8")]);
  // Four cameras, each in states of its own, are seldom all at their highest; and who is on and off is meant to be.
  expect(notes("mmpp: { rates: [4 /s, 12 /s], switch: 10 s }")).toEqual([]);
  expect(notes("on-off: { rate: 12 /s, on: 1 s, off: 1 s }")).toEqual([]);
});

test("a link that all share carries all devices, a fixed one has no load", () => {
  expect(loadOf(changed(["per: camera, ", ""]), "split").links.cell!.up).toBeCloseTo((8 * 0.4 * 30_000 * 8) / 12e6, 12);
  expect(loadOf(changed(["kind: shared", "kind: fixed"]), "split").links.cell).toEqual({ up: null, down: null });
});

test("headers count, and so does a rate of a whole group", () => {
  const { links } = loadOf(
    changed(["jitter: 1 ms", "mtu: 1500 B, header: 40 B"], ["poisson: 2 /s", "poisson: 8 /s, total: true"]),
    "split",
  );
  expect(links.cell!.up).toBeCloseTo((2 * 0.4 * (30_000 + 20 * 40) * 8) / 12e6, 12);
});

test("a rule that never leaves asks the whole of the last node", () => {
  const { nodes, links } = loadOf(example, "there");
  expect(nodes).toEqual({ camera: 0, edge: expect.closeTo((8 * (0.002 + 0.004)) / 2, 12) });
  expect(links.cell!.up).toBeCloseTo((2 * 150_000 * 8) / 12e6, 12);
});

test("shares of a table are those of the rule over its evaluation rows", () => {
  const resources = resourcesWith({ tiny: load() });
  const text = `version: 1
model: { profile: tiny }
nodes: { camera: {} }
workload: { camera: { arrivals: { poisson: 1 /s } } }
policies:
  p: { exit: { rule: max-probability, threshold: 0.45 }, place: { rule: only, node: camera } }
  n: { exit: { rule: never }, place: { rule: only, node: camera } }`;
  const s = read(text, { resources });
  // Confidences at the first exit: 0.665, 0.422 and 0.333.
  const of = (policy: string) => {
    const setup = compile(s, policy, resources);
    return exitShares(setup, [0, 0], setup.streams[0]!);
  };
  const shares = of("p");
  expect(shares.leaves[0]).toBeCloseTo(1 / 3, 12);
  expect(shares.leaves[1]).toBeCloseTo(2 / 3, 12);
  expect(of("n")).toEqual({ leaves: [0, expect.closeTo(1, 12)], heads: [1] });
});

test("a load of 1 and more is warned of, one below is not", () => {
  const text = changed(["poisson: 2 /s", "poisson: 300 /s"]);
  const warnings = warningsFor(text, "there");
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^warning: there offers edge 3.6 times what it can do/);
  expect(warningsFor(example, "split")).toEqual([]);
});

test("the load is that of the machine that most devices end up at, over several attachments in a row", () => {
  // Ten cameras on four hubs: 3, 3, 2, 2; hubs on three edges: hub 3 shares edge 0 with hub 0: 3 + 2 = 5 cameras there. 5 x 10/s x 8 ms = 0.4.
  const text = `version: 1
model: { synthetic: { input: 1 kB, segments: [ { name: work, time: 8 ms } ] } }
nodes: { camera: { count: 10 }, hub: { count: 4 }, edge: { count: 3 } }
links:
  near: { between: [camera, hub], kind: fifo, per: hub, up: 1 Mbit/s, down: 1 Mbit/s }
  far: { between: [hub, edge], kind: fifo, per: edge, up: 2 Mbit/s, down: 1 Mbit/s }
workload: { camera: { arrivals: { poisson: 10 /s } } }
policies: { p: { exit: { rule: never }, place: { rule: only, node: edge } } }`;
  const { nodes, links } = loadOf(text, "p");
  expect(nodes.edge).toBeCloseTo(0.4, 12);
  // Raw input 8 kbit a request: 30/s at the fullest hub, 50/s at the fullest edge; answers of 100 B back.
  expect(links.near!.up).toBeCloseTo((30 * 8000) / 1e6, 12);
  expect(links.far!.up).toBeCloseTo((50 * 8000) / 2e6, 12);
  expect(links.far!.down).toBeCloseTo((50 * 800) / 1e6, 12);
});

test("loads of a million machines that are all alike take no room", () => {
  const setup = compile(read(changed(["count: 4", "count: 1000000"])), "split", noResources);
  const before = process.memoryUsage().arrayBuffers;
  const { nodes } = offeredLoad(setup)!;
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  expect(nodes.camera).toBeCloseTo(2 * 0.0045, 12);
});

test("several streams add up where they meet, each with its own way", () => {
  const text = `version: 1
model: { synthetic: { input: 1 kB, result: 0 B, segments: [ { name: work, time: { stream: { a: 10 ms, b: 30 ms } } } ] } }
nodes: { left: { count: 2 }, right: {}, edge: { servers: 4 } }
links:
  l: { between: [left, edge], kind: fixed }
  r: { between: [right, edge], kind: fixed }
workload: { a: { from: left, arrivals: { poisson: 100 /s, total: true } }, b: { from: right, arrivals: { periodic: 10 /s } } }
policies: { p: { exit: { rule: never }, place: { rule: only, node: edge } } }`;
  // 100 x 10 ms + 10 x 30 ms over 4 servers.
  expect(loadOf(text, "p").nodes.edge).toBeCloseTo((1 + 0.3) / 4, 12);
});

test("encoding loads the node that made the tensor, decoding the one that takes it", () => {
  const { nodes } = loadOf(changed(["output: 30 kB", "output: { size: 30 kB, encode: 1 ms, decode: 3 ms }"]), "split");
  expect(nodes.camera).toBeCloseTo(2 * (0.0045 + 0.4 * 0.001), 12);
  // The edge runs at twice the speed, decoding as well.
  expect(nodes.edge).toBeCloseTo((8 * 0.4 * (0.004 + 0.0015)) / 2, 12);
});

test("shares of a synthetic model are exact, whatever their digits", () => {
  const text = changed(["share: 0.6", "share: 0.33333"]);
  const setup = compile(read(text), "split", noResources);
  const { leaves } = exitShares(setup, [0, 1], setup.streams[0]!);
  expect(leaves[0]).toBe(0.33333);
  expect(leaves[1]).toBeCloseTo(0.66667, 12);
});

test("a full queue that drops is warned of as such", () => {
  const text = changed(
    ["poisson: 2 /s", "poisson: 300 /s"],
    ["edge: { speed: 2,", "edge: { speed: 2, queue: { places: 5 },"],
  );
  expect(warningsFor(text, "there")[0]).toBe(
    "warning: there offers edge 3.6 times what it can do: its queue is full, and drops requests",
  );
});

test("a warning says what becomes of too many requests: turned away, given up, or waiting while a trace lasts", () => {
  const first = (...changes: readonly (readonly [from: string, to: string])[]): string =>
    warningsFor(changed(...changes), "there")[0]!.replace(/^.*: /, "");
  const many = ["poisson: 2 /s", "poisson: 300 /s"] as const;
  const kept = [", late: drop", ""] as const;
  expect(first(many)).toBe("it drops requests that have become late");
  expect(first(many, kept)).toBe("its queue grows without end");
  expect(first(many, ["edge: { speed: 2,", "edge: { speed: 2, queue: { admit: { wait: 20 ms } },"])).toBe(
    "it turns requests away",
  );
  expect(first(["poisson: 2 /s", "trace: [0 s, 1 ms, 2 ms]"], kept)).toBe("its queue grows as long as the trace lasts");
});

test("batches, repairs, servers that come and background are reckoned with in the load of a node", () => {
  const load = (...changes: readonly (readonly [from: string, to: string])[]) =>
    loadOf(changed(...changes), "split").nodes.camera!;
  const batched = ["places: 20", "batch: { max: 4 }"] as const;
  // Of the largest batch: 2/s x (10 + 2) ms / 4.
  const times = [
    ["time: 4 ms", "time: { batch: { 1: 4 ms, 4: 10 ms } }"],
    ["time: 0.5 ms", "time: { batch: { 1: 0.5 ms, 4: 2 ms } }"],
  ] as const;
  expect(load(batched, ...times)).toBeCloseTo((2 * 0.012) / 4, 12);
  // A server that is there nine tenths of the time, at four fifths of its speed: 2/s x 4.5 ms / 0.8 / 0.9.
  const failing = "count: 4, background: 20 %, failures: { mtbf: 9 min, mttr: 1 min }";
  expect(load(["count: 4", failing])).toBeCloseTo((2 * 0.0045) / 0.8 / 0.9, 12);
  const scaled = "count: 4, autoscale: { max: 3, up: { queue: 1 }, down: { queue: 0 }, every: 1 s, start_up: 1 s }";
  expect(load(["count: 4", scaled])).toBeCloseTo((2 * 0.0045) / 3, 12);
});
