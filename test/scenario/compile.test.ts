import { expect, test } from "vitest";
import { codecs } from "../../src/profile.ts";
import { compile } from "../../src/scenario/compile.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { noResources } from "../../src/scenario/resources.ts";
import { changed, example, problemsOf, read } from "./example.ts";
import { arrays, load, profile, resourcesWith, timing } from "./profile-fixture.ts";

const text = (
  nodes: string,
  place = "{ rule: fixed, segments: { stem: camera, tail: edge } }",
  exit = "{ rule: max-probability, threshold: 0.6 }",
) => `version: 1
model: { profile: tiny }
nodes: ${nodes}
links: { cell: { between: [camera, edge], kind: fifo, up: 1 Mbit/s, down: 1 Mbit/s } }
workload: { camera: { arrivals: { poisson: 1 /s } } }
policies: { p: { exit: ${exit}, place: ${place} } }`;
const resources = resourcesWith({ tiny: load() }, {}, fileResources("."));
const setupOf = (nodes: string, place?: string, exit?: string) =>
  compile(read(text(nodes, place, exit), { resources }), "p", resources);

test("a synthetic model becomes times by stream, node and segment, divided by a node's speed", () => {
  const setup = compile(read(example), "split", noResources);
  expect(setup.model.trunk[0]).toEqual([
    [
      { kind: "constant", value: 0.004 },
      { kind: "exponential", mean: 0.008 },
    ],
    [
      { kind: "constant", value: 0.002 },
      { kind: "exponential", mean: 0.004 },
    ],
  ]);
  expect(setup.model.head[0]![1]![0]).toEqual({ kind: "constant", value: 0.00025 });
  expect(setup.model.size[0]).toEqual([
    { kind: "constant", value: 150_000 },
    { kind: "constant", value: 30_000 },
  ]);
  expect(setup.model.result[0]).toEqual({ kind: "constant", value: 200 });
  expect(setup.model.outputs).toEqual({ kind: "share", share: [0.6, 1], accuracy: [0.9, 0.95] });
  expect(setup.policy.place.plan(0)).toEqual([0, 1]);
  expect(setup.links[0]).toMatchObject({
    from: 0,
    to: 1,
    per: 0,
    up: { capacity: 12e6, latency: 0.005, jitter: { kind: "exponential", mean: 0.001 } },
  });
  expect(setup.streams[0]).toMatchObject({
    source: 0,
    deadline: 0.1,
    late: "drop",
    answerTo: "source",
    arrivals: { kind: "poisson", rate: 2 },
  });
  expect(setup.run).toEqual({ requests: 1000, duration: null, warmup: { kind: "requests", n: 100 }, inBatches: false });
});

test("a size by node is that of the node that made the tensor", () => {
  const text = changed(
    ["output: 30 kB", "output: { on: { camera: 30 kB, edge: 5 kB } }"],
    ["input: 150 kB", "input: { on: { camera: 9 kB } }"],
  );
  const sizes = (policy: string) => compile(read(text), policy, noResources).model.size[0];
  expect(sizes("split")).toEqual([
    { kind: "constant", value: 9000 },
    { kind: "constant", value: 30_000 },
  ]);
  expect(sizes("there")).toEqual([
    { kind: "constant", value: 9000 },
    { kind: "constant", value: 5000 },
  ]);
  expect(problemsOf(changed(["output: 30 kB", "output: { on: { edge: 5 kB } }"]))[0]).toMatchObject({
    path: "model.synthetic.segments.stem.output",
    expected: "a size on camera for stream camera",
  });
});

test("total rates are divided by the machines, total traces dealt in turn", () => {
  const arrivals = (what: string) =>
    compile(read(changed(["poisson: 2 /s", `${what}, total: true`])), "split", noResources).streams[0]!.arrivals;
  expect(arrivals("poisson: 2 /s")).toEqual({ kind: "poisson", rate: 0.5 });
  expect(arrivals("periodic: 100 ms")).toEqual({ kind: "periodic", period: 0.4, phase: null });
  expect(arrivals("trace: [0 s, 1 s]")).toEqual({ kind: "trace", instants: Float64Array.of(0, 1), each: false });
});

test("a node that says nothing has the measured distribution at batch 1", () => {
  const { model } = setupOf("{ camera: {}, edge: {} }");
  expect(model.trunk[0]![0]).toEqual([
    { kind: "empirical", quantiles: timing(0.004).quantiles_s },
    { kind: "empirical", quantiles: timing(0.008).quantiles_s },
  ]);
  expect(model.encode[0]![0]).toEqual([null, { kind: "empirical", quantiles: timing(0.0002).quantiles_s }]);
});

test("speed divides the median of the profile", () => {
  const { model } = setupOf("{ camera: { speed: 0.25 }, edge: {} }");
  expect(model.trunk[0]![0]).toEqual([
    { kind: "constant", value: 0.016 },
    { kind: "constant", value: 0.032 },
  ]);
  expect(model.head[0]![0]![0]).toEqual({ kind: "constant", value: 0.004 });
  expect(model.encode[0]![0]![1]).toEqual({ kind: "constant", value: 0.0008 });
});

test("a device takes 2 x macs / rate + overhead x layers, its codecs the profile's times by the ratio of whole networks", () => {
  const { model } = setupOf("{ camera: { device: rpi4 }, edge: {} }");
  const { rate, overhead } = fileResources(".").devices().get("rpi4") as {
    rate: { value: number };
    overhead: { value: number };
  };
  const time = (macs: number, layers: number): number => (2 * macs) / rate.value + overhead.value * layers;
  expect(model.trunk[0]![0]![1]).toEqual({ kind: "constant", value: time(4e6, 2) });
  const ratio = (time(1e6, 1) + 2 * time(1e5, 1) + time(4e6, 2)) / 0.014;
  const encode = model.encode[0]![0]![1];
  expect(encode?.kind === "constant" && encode.value).toBeCloseTo(0.0002 * ratio, 12);
});

test("a node's own profile gives its own distributions", () => {
  const own = {
    ...profile,
    segments: profile.segments.map((s) => ({ ...s, trunk: { ...s.trunk, time: [timing(0.1)] } })),
  };
  const both = resourcesWith({ tiny: load(), own: load({ profile: own }) });
  const setup = compile(read(text("{ camera: { profile: own }, edge: {} }"), { resources: both }), "p", both);
  expect(setup.model.trunk[0]![0]![0]).toEqual({ kind: "empirical", quantiles: timing(0.1).quantiles_s });
  expect(setup.model.trunk[0]![1]![0]).toEqual({ kind: "empirical", quantiles: timing(0.004).quantiles_s });
});

test("evidence is of evaluation rows only: softmax in double precision, entropy in nats, ties to the lowest class", () => {
  const { outputs } = setupOf("{ camera: {}, edge: {} }").model;
  if (outputs.kind !== "table") throw new Error("no table");
  expect(outputs.rows).toBe(3);
  expect([...outputs.labels]).toEqual([1, 2, 0]);
  const stem = outputs.scores[0]!;
  // Logits 2 1 0, 1 1 0 and 0 0 0.
  const z = Math.exp(2) + Math.exp(1) + 1;
  const p = [Math.exp(2) / z, Math.exp(1) / z, 1 / z] as const;
  expect([...stem.prediction]).toEqual([0, 0, 0]);
  expect(stem.confidence[0]).toBeCloseTo(p[0], 15);
  expect(stem.margin[0]).toBeCloseTo(p[0] - p[1], 15);
  expect(stem.entropy[0]).toBeCloseTo(-p.reduce((sum, x) => sum + x * Math.log(x), 0), 14);
  expect(stem.margin[1]).toBe(0);
  expect(stem.confidence[2]).toBeCloseTo(1 / 3, 15);
  expect(stem.entropy[2]).toBeCloseTo(Math.log(3), 15);
});

test("a tensor is as large on the wire as its row and codec were measured", () => {
  const { model } = setupOf("{ camera: {}, edge: {} }", "{ rule: only, node: edge, codec: uint8-deflate }");
  const c = codecs.indexOf("uint8-deflate");
  expect(model.size[0]![0]).toEqual({ kind: "constant", value: 784 });
  expect(model.size[0]![1]).toMatchObject({ kind: "rows", bytes: Uint32Array.of(1006 + c, 1012 + c, 1018 + c) });
});

test("without measured bytes of rows the mean of the codec is taken", () => {
  const { wire: _, ...rest } = arrays;
  const plain = resourcesWith({ tiny: load({ arrays: rest }) });
  const setup = compile(read(text("{ camera: {}, edge: {} }"), { resources: plain }), "p", plain);
  expect(setup.model.size[0]![1]).toEqual({ kind: "constant", value: 100 });
});

test("a lossy codec changes what later exits say, its deflated twin the same way", () => {
  for (const codec of ["uint8", "uint8-deflate"]) {
    const { outputs } = setupOf(
      "{ camera: {}, edge: {} }",
      `{ rule: fixed, segments: { stem: camera, tail: edge }, codec: ${codec} }`,
    ).model;
    if (outputs.kind !== "table") throw new Error("no table");
    const crossed = outputs.crossed[1]!;
    expect(outputs.crossed[0]).toBeNull();
    expect(crossed[0]!.confidence[0]).toBe(outputs.scores[0]!.confidence[0]);
    // 5 becomes 2.5 over two zeros.
    expect(crossed[1]!.confidence[0]).toBeCloseTo(Math.exp(2.5) / (Math.exp(2.5) + 2), 6);
  }
  const { outputs } = setupOf("{ camera: {}, edge: {} }").model;
  expect(outputs.kind === "table" && outputs.crossed).toEqual([null, null]);
});

const misfits: readonly (readonly [what: string, changes: Parameters<typeof load>[0], says: string])[] = [
  ["another format", { profile: { ...profile, format: "offramp/result" } }, "format"],
  ["another version", { profile: { ...profile, version: 2 } }, "version"],
  ["no segments", { profile: { ...profile, segments: [] } }, "segments"],
  [
    "an exit after nothing",
    { profile: { ...profile, exits: [{ name: "x", after: "stern" }, profile.exits[1]] } },
    "an exit after a segment that is not there",
  ],
  ["no exit at the end", { profile: { ...profile, exits: [profile.exits[0]] } }, "no exit after the last segment"],
  ["a negative time", { profile: { ...profile, dispatch_overhead_s: -1 } }, "dispatch_overhead_s"],
  [
    "a table of other exits",
    { arrays: { ...arrays, logits: { shape: [4, 3, 2], data: new Float32Array(24) } } },
    "logits has 3 exits, the model has 2",
  ],
  [
    "a table of other classes",
    { arrays: { ...arrays, logits: { shape: [4, 2, 2], data: new Float32Array(16) } } },
    "logits has 2 classes, the model has 3",
  ],
  [
    "NaN logits",
    {
      arrays: {
        ...arrays,
        logits: { shape: [4, 2, 3], data: Float32Array.from({ length: 24 }, (_, i) => (i === 20 ? Number.NaN : 0)) },
      },
    },
    "not finite",
  ],
  [
    "fewer labels",
    { arrays: { ...arrays, labels: { shape: [3], data: new Int32Array(3) } } },
    "labels has the shape [3]",
  ],
  [
    "a label beyond the classes",
    { arrays: { ...arrays, labels: { shape: [4], data: new Int32Array([0, 1, 2, 3]) } } },
    "labels go beyond the 3 classes",
  ],
  [
    "no evaluation rows",
    { arrays: { ...arrays, split: { shape: [4], data: new Uint8Array(4) } } },
    "no evaluation row",
  ],
  ["no logits", { arrays: { labels: arrays.labels! } }, 'no array "logits"'],
  ["a table that is no archive", { table: new Uint8Array([1, 2, 3]) }, "zip"],
  ["an empty table", { table: new Uint8Array() }, "zip"],
];

test.each(misfits)("a profile with %s is refused at the place that names it", (_, changes, says) => {
  const found = problemsOf(text("{ camera: {}, edge: {} }"), {
    resources: {
      ...resources,
      profile: () => load(changes),
    },
  });
  expect(found[0]).toMatchObject({ path: "model.profile", line: 2 });
  expect(found[0]!.got).toContain(says);
});

test("a table of another shape after a lossy codec is a mistake of the policy that needs it", () => {
  const broken = resourcesWith({
    tiny: load({ arrays: { ...arrays, "logits@stem:uint8": { shape: [4, 2, 2], data: new Float32Array(16) } } }),
  });
  const lossy = "{ rule: only, node: edge, codec: uint8 }";
  expect(problemsOf(text("{ camera: {}, edge: {} }", lossy), { resources: broken })[0]).toMatchObject({
    path: "policies.p.place.codec",
  });
  expect(read(text("{ camera: {}, edge: {} }"), { resources: broken }).policies).toHaveLength(1);
});

test("a node's own profile must be of the same network", () => {
  const other = {
    ...profile,
    segments: profile.segments.map((s, i) => ({ ...s, name: `part-${i}` })),
    exits: [{ name: "part-1", after: "part-1" }],
  };
  const both = resourcesWith({
    tiny: load(),
    other: load({
      profile: other,
      arrays: {
        ...arrays,
        logits: { shape: [4, 1, 3], data: new Float32Array(12) },
        "logits@stem:uint8": { shape: [4, 1, 3], data: new Float32Array(12) },
      },
    }),
  });
  expect(problemsOf(text("{ camera: { profile: other }, edge: {} }"), { resources: both })[0]).toMatchObject({
    path: "nodes.camera.profile",
  });
});

test("share on a profile, and a codec that a profile lacks, are mistakes", () => {
  const nodes = "{ camera: {}, edge: {} }";
  expect(problemsOf(text(nodes, undefined, "{ rule: share }"), { resources })[0]).toMatchObject({
    path: "policies.p.exit.rule",
  });
  expect(problemsOf(text(nodes, "{ rule: only, node: edge, codec: zip }"), { resources })[0]).toMatchObject({
    path: "policies.p.place.codec",
  });
});

test.each([
  ["max-probability, threshold: 1.2", "policies.p.exit.threshold"],
  ["max-probability, threshold: -0.1", "policies.p.exit.threshold"],
  ["margin, threshold: 2", "policies.p.exit.threshold"],
  ["entropy, threshold: -1", "policies.p.exit.threshold"],
  ["entropy, threshold: 1.5, normalised: true", "policies.p.exit.threshold"],
  ["entropy, threshold: .inf", "policies.p.exit.threshold"],
  ["max-probability, threshold: { stern: 0.5 }", "policies.p.exit.threshold.stern"],
  ["max-probability, threshold: { tail: 0.5 }", "policies.p.exit.threshold"],
  ["max-probability, threshold: { stem: 1.5 }", "policies.p.exit.threshold.stem"],
  ["max-probability, threshold: 0.5 s", "policies.p.exit.threshold"],
])("a threshold of %s is out of range", (rule, path) => {
  const found = problemsOf(text("{ camera: {}, edge: {} }", undefined, `{ rule: ${rule} }`), { resources });
  expect(found.map((p) => p.path)).toContain(path);
});

test.each([
  ["max-probability, threshold: 95 %", [0.95, 0]],
  ["max-probability, threshold: { stem: 0.4 }", [0.4, 0]],
  ["entropy, threshold: 1.5", [1.5, 0]],
  ["entropy, threshold: 0.5, normalised: true", [0.5, 0]],
  ["margin, threshold: 0", [0, 0]],
])("a threshold of %s is taken", (rule, threshold) => {
  const s = read(text("{ camera: {}, edge: {} }", undefined, `{ rule: ${rule} }`), { resources });
  expect(s.policies[0]!.exit.options.threshold).toEqual(threshold);
});
