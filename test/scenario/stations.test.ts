import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { example, problemsOf, read } from "./example.ts";

const resources = fileResources(".");
const without = ({ origins: _, ...scenario }: Scenario) => scenario;
const changed = (...changes: readonly (readonly [from: string, to: string])[]): string =>
  changes.reduce((text, [from, to]) => text.replace(from, to), example);
/** Read, and the same when its resolved form is read again. */
function whole(...changes: readonly (readonly [from: string, to: string])[]): Scenario {
  const scenario = read(changed(...changes));
  const again = parseScenario(resolvedYaml(scenario), { path: "resolved.yaml", resources });
  expect(without(again)).toEqual(without(scenario));
  return scenario;
}

const withBatch = ["places: 20", "places: 20, batch: { min: 2, max: 8, wait: 2 ms }"] as const;
const byBatch = ["time: 4 ms", "time: { batch: { 1: 4 ms, 8: { exponential: 12 ms } } }"] as const;
const setupOf = (scenario: Scenario) => compile(scenario, "split", resources);

test("batches and times by batch size are read, and compiled to what the simulator takes", () => {
  const scenario = whole(withBatch, byBatch, ["time: 0.5 ms", "time: { batch: { 1: 0.5 ms, 16: 2 ms } }"]);
  expect(scenario.nodes[0]!.queue.batch).toEqual({ min: 2, max: 8, wait: 0.002 });
  const { model, nodes } = setupOf(scenario);
  expect(nodes[0]!.queue.batch).toEqual({ min: 2, max: 8, wait: 0.002 });
  expect(model.trunk[0]![0]![0]).toEqual({ kind: "constant", value: 0.004 });
  expect(model.batched!.trunk[0]![0]![0]).toEqual({
    sizes: [1, 8],
    times: [
      { kind: "constant", value: 0.004 },
      { kind: "exponential", mean: 0.012 },
    ],
  });
  expect(model.batched!.head[0]![0]![0]!.sizes).toEqual([1, 16]);
});

test("times by batch size may stand in times by node and stream, and speed divides them", () => {
  const time = "time: { stream: { camera: { on: { camera: { batch: { 1: 4 ms, 8: 12 ms } }, edge: 1 ms } } } }";
  const scenario = whole(
    withBatch,
    ["time: 4 ms", time],
    ["time: 0.5 ms", "time: 0 s"],
    ["count: 4", "count: 4, speed: 2"],
  );
  expect(setupOf(scenario).model.batched!.trunk[0]![0]![0]!.times).toEqual([
    { kind: "constant", value: 0.002 },
    { kind: "constant", value: 0.006 },
  ]);
});

test("a batch larger than the largest whose time is known is a mistake", () => {
  const found = problemsOf(changed(withBatch, byBatch, ["8: {", "4: {"]));
  const max = found.filter((f) => f.path === "nodes.camera.queue.batch.max");
  expect(max.map((f) => [f.expected, f.got])).toEqual([
    ["at most 4, the largest batch whose time model.synthetic.segments.stem.time says", "8"],
    ["at most 1, the largest batch whose time model.synthetic.exits.stem.time says", "8"],
  ]);
});

test.each([
  ["{ min: 9, max: 8 }", "nodes.camera.queue.batch", "9 and 8"],
  ["{ min: 1 }", "nodes.camera.queue.batch.max", "nothing"],
  ["{ max: 0 }", "nodes.camera.queue.batch.max", "0"],
  ["{ max: 2, wait: 2 }", "nodes.camera.queue.batch.wait", "2, without a unit"],
])("a batch of %s is a mistake", (batch, path, got) => {
  const found = problemsOf(changed(["places: 20", `batch: ${batch}`]));
  expect(found.map((f) => [f.path, f.got])).toContainEqual([path, got]);
});

test.each(["ps", "priority-preemptive"])("batches and %s do not go together", (discipline) => {
  const found = problemsOf(changed(withBatch, ["discipline: fifo", `discipline: ${discipline}`]));
  expect(found[0]!.expected).toBe("batches with fifo, priority, edf or sjf");
});

test.each([
  ["{ batch: { 8: 4 ms } }", "model.synthetic.segments.stem.time.batch", "none"],
  ["{ batch: { 1: 4 ms, 1.5: 5 ms } }", "model.synthetic.segments.stem.time.batch.1.5", '"1.5"'],
  ["{ batch: [4 ms] }", "model.synthetic.segments.stem.time.batch", "a list of 1"],
])("times of %s are a mistake", (time, path, got) => {
  const found = problemsOf(changed(["time: 4 ms", `time: ${time}`]));
  expect(found.map((f) => [f.path, f.got])).toContainEqual([path, got]);
});

test("a profile's batch times are taken as measured, and no batch may be larger", () => {
  const text = (batch: string, device = "") => `version: 1
model: { profile: b-lenet-fashion }
nodes: { cloud: { servers: 1, ${device} queue: { batch: ${batch} } } }
workload: { cloud: { arrivals: { poisson: 1 /s } } }
policies: { split: { exit: { rule: never }, place: { rule: only, node: cloud } } }
`;
  const { profile } = resources.profile("b-lenet-fashion");
  const work = profile.segments[0]!.trunk;
  const measured = setupOf(parseScenario(text("{ max: 8 }"), { resources })).model.batched!.trunk[0]![0]![0]!;
  expect(measured.sizes).toEqual(work.time.map((t) => t.batch));
  expect(measured.times[1]).toEqual({ kind: "empirical", quantiles: work.time[1]!.quantiles_s });
  const found = problemsOf(text("{ max: 1000 }"), { resources });
  expect(found[0]!.path).toBe("nodes.cloud.queue.batch.max");
  // On a device preset: twice the arithmetic, the overhead of the layers once (assumed).
  const device = setupOf(parseScenario(text("{ max: 2 }", "device: rpi4,"), { resources })).model.batched!
    .trunk[0]![0]![0]!;
  const [one, two] = device.times.map((d) => (d.kind === "constant" ? d.value : Number.NaN));
  const { rate } = resources.devices().get("rpi4") as { rate: { value: number } };
  expect(two! - one!).toBeCloseTo((2 * work.macs) / rate.value, 12);
});

test("a fault of 5 ms at 9 ms ends at 14 ms, whatever the sum rounds to", () => {
  // 0.009 + 0.005 is 0.013999999999999999.
  const [, edge] = setupOf(whole(["seed: 7", "seed: 7\nfaults: [{ at: 9 ms, for: 5 ms, node: edge }]"])).nodes;
  expect(edge!.faults[0]!.until).toBe(0.014);
});

test("failures and faults are read, and compiled to what the simulator takes", () => {
  const scenario = whole(
    [
      "count: 4",
      "count: 4, failures: { mtbf: 1 h, mttr: { constant: 30 s }, clock: busy, in_service: drop, of: machine }",
    ],
    ["seed: 7", "seed: 7\nfaults: [{ at: 4 min, for: 30 s, node: edge, kind: down }]"],
  );
  const [camera, edge] = setupOf(scenario).nodes;
  expect(camera!.failures).toEqual({
    uptime: { kind: "exponential", mean: 3600 },
    repair: { kind: "constant", value: 30 },
    clock: "busy",
    inService: "drop",
    of: "machine",
  });
  expect(edge!.failures).toBeNull();
  expect([camera!.faults, edge!.faults]).toEqual([[], [{ at: 240, until: 270, inService: "resume" }]]);
});

test("servers may come and go beside failures and faults", () => {
  const scenario = whole(
    [
      "count: 4",
      "count: 4, failures: { mtbf: 1 h, mttr: 30 s }, autoscale: { max: 8, up: { queue: 1 }, down: { queue: 0.5 }, every: 5 s, start_up: 30 s }",
    ],
    ["seed: 7", "seed: 7\nfaults: [{ at: 4 min, for: 30 s, node: camera, kind: down }]"],
  );
  const [camera] = setupOf(scenario).nodes;
  expect([camera!.failures?.of, camera!.autoscale?.max, camera!.faults.length]).toEqual(["server", 8, 1]);
});

test.each([
  ["failures: { mtbf: 1 h }", "nodes.camera.failures.mttr", "nothing"],
  ["failures: { mtbf: 0 s, mttr: 1 s }", "nodes.camera.failures.mtbf", '"0 s"'],
  ["failures: { mtbf: 1, mttr: 1 s }", "nodes.camera.failures.mtbf", "1, without a unit"],
  ["failures: { mtbf: 1 s, mttr: 1 s, in_service: retry }", "nodes.camera.failures.in_service", '"retry"'],
  [
    "failures: { mtbf: 1 s, mttr: 1 s, in_service: drop }, queue: { discipline: ps }",
    "nodes.camera.failures.in_service",
    "drop",
  ],
])("%s is a mistake", (text, path, got) => {
  const found = problemsOf(changed(["count: 4, servers: 1, queue: { discipline: fifo, places: 20 }", text]));
  expect(found.map((f) => [f.path, f.got])).toContainEqual([path, got]);
});

test.each([
  ["{ at: 1 s, for: 0 s, node: edge }", "for", '"0 s"'],
  ["{ at: 1 s, for: 1 s, node: egde }", "node", '"egde"'],
  ["{ at: 1 s, for: 1 s, node: edge, kind: slow }", "kind", '"slow"'],
])("a fault of %s is a mistake", (text, key, got) => {
  const found = problemsOf(changed(["seed: 7", `seed: 7\nfaults: [${text}]`]));
  expect(found.map((f) => [f.path, f.got])).toContainEqual([`faults.0.${key}`, got]);
});

test.each(["fifo", "priority", "priority-preemptive", "edf", "sjf", "ps"])("a queue can be %s", (discipline) => {
  const { nodes } = whole(["discipline: fifo", `discipline: ${discipline}`]);
  expect(nodes[0]!.queue.discipline).toBe(discipline);
});

test("admission, autoscaling and background are read, and compiled to what the simulator takes", () => {
  const scenario = whole(
    ["places: 20", "places: 20, admit: { rate: 50 /s, burst: 10, wait: 20 ms, deadline: true }"],
    [
      "count: 4",
      "count: 4, background: 20 %, autoscale: { max: 8, up: { utilization: 80 % }, down: { queue: 0.5 }, every: 5 s, start_up: 30 s }",
    ],
  );
  const { nodes, model } = setupOf(scenario);
  expect(nodes[0]!.queue.admit).toEqual({ rate: 50, burst: 10, wait: 0.02, deadline: true });
  expect(nodes[0]!.autoscale).toEqual({
    min: 1,
    max: 8,
    up: { of: "utilization", limit: 0.8 },
    down: { of: "queue", limit: 0.5 },
    every: 5,
    startUp: 30,
  });
  // 4 ms at 80 % of the speed; the other node is not touched.
  expect(model.trunk[0]![0]![0]).toEqual({ kind: "constant", value: 0.005 });
  expect(model.head[0]![0]![0]).toEqual({ kind: "constant", value: 0.000625 });
  expect(model.trunk[0]![1]![1]).toEqual(setupOf(read(example)).model.trunk[0]![1]![1]);
});

test.each([
  ["queue: { admit: {} }", "nodes.camera.queue.admit"],
  ["queue: { admit: { burst: 2, wait: 1 s } }", "nodes.camera.queue.admit.burst"],
  ["background: 100 %", "nodes.camera.background"],
  [
    "servers: 9, autoscale: { max: 8, up: { queue: 1 }, down: { queue: 0 }, every: 1 s, start_up: 0 s }",
    "nodes.camera.autoscale",
  ],
  ["autoscale: { max: 8, up: { queue: 1 }, down: { queue: 2 }, every: 1 s, start_up: 0 s }", "nodes.camera.autoscale"],
  [
    "autoscale: { max: 8, up: { queue: 1, utilization: 1 }, down: { queue: 0 }, every: 1 s, start_up: 0 s }",
    "nodes.camera.autoscale.up",
  ],
  ["autoscale: { max: 8, up: { queue: 1 }, down: { queue: 0 }, every: 1 s }", "nodes.camera.autoscale.start_up"],
  ["scale: { factor: 2 }", "nodes.camera.scale"],
])("%s is a mistake", (text, path) => {
  const found = problemsOf(changed(["count: 4, servers: 1, queue: { discipline: fifo, places: 20 }", text]));
  expect(found.map((f) => f.path)).toContain(path);
});

test("a measured profile moves to another host by a factor and an offset per layer, spread and all", () => {
  const text = `version: 1
model: { profile: b-lenet-fashion }
nodes: { cloud: { scale: { factor: 2.5, per_layer: 0.1 ms } } }
workload: { cloud: { arrivals: { poisson: 1 /s } } }
policies: { split: { exit: { rule: never }, place: { rule: only, node: cloud } } }
`;
  const scenario = parseScenario(text, { resources });
  const { profile } = resources.profile("b-lenet-fashion");
  const { layers, time } = profile.segments[0]!.trunk;
  const one = time[0]!.quantiles_s;
  const moved = setupOf(scenario).model.trunk[0]![0]![0]!;
  expect(moved.kind === "empirical" && moved.quantiles).toEqual(one.map((t) => 2.5 * t + 0.0001 * layers));
  expect(scenario.origins["nodes.cloud.scale"]!.text).toContain("+-25 %");
  const again = parseScenario(resolvedYaml(scenario), { path: "resolved.yaml", resources });
  expect(without(again)).toEqual(without(scenario));
});
