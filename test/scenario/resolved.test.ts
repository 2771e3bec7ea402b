import fc from "fast-check";
import { expect, test } from "vitest";
import { fileResources } from "../../src/scenario/files.ts";
import { linesOf, outlineOf } from "../../src/scenario/outline.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { example, read } from "./example.ts";

const resources = fileResources(".");
const without = ({ origins: _, ...scenario }: Scenario) => scenario;
const again = (scenario: Scenario): Scenario =>
  parseScenario(resolvedYaml(scenario), { path: "resolved.yaml", resources });

test("a resolved scenario, read again, is the same scenario", () => {
  const s = read(example);
  expect(without(again(s))).toEqual(without(s));
});

test("a precision, read again, is the same precision, with its cap spelled out", () => {
  const s = read(
    example
      .replace(/run: \{/, "run: { precision: { mean latency: 2 %, accuracy of stem: 1 % },")
      .replace("replications: 3", "replications: 4"),
  );
  expect(s.run.precision).toEqual({
    targets: [
      { metric: "latency_s.mean", relative: 0.02 },
      { metric: "exits.stem.accuracy", relative: 0.01 },
    ],
    most: 100,
  });
  expect(without(again(s))).toEqual(without(s));
});

test("nothing is left to default in a resolved scenario but what no key can say", () => {
  const left = Object.keys(again(read(example)).origins);
  expect(left).toEqual(["nodes.camera.speed"]);
});

test("every default carries a comment with its source, and what was written none", () => {
  const text = resolvedYaml(read(example));
  expect(text).toMatch(/^ {4}servers: 1$/m);
  expect(text).toMatch(/^ {4}count: 1 {2}# default$/m);
  expect(text).toMatch(/^ {4}mtu: unbounded {2}# default: every message is one packet$/m);
  expect(text).toMatch(/^ {4}# speed: the model's own times, default: /m);
});

test("figures of presets stand there with their source", () => {
  const s = parseScenario(
    `version: 1
model: { profile: b-lenet-fashion }
nodes: { camera: { count: 3, device: rpi4 }, edge: { device: xeon-c5-8t } }
links: { cell: { between: [camera, edge], preset: 5g-n78-public } }
workload: { camera: { arrivals: { poisson: 1 /s } } }
policies:
  split: { exit: { rule: entropy, threshold: { stem: 0.2, body: 0.3 }, normalised: true }, place: { rule: only, node: source, codec: uint8-deflate } }
  there: { exit: { rule: max-probability, threshold: 0.9 }, place: { rule: only, node: edge } }`,
    { path: "x.yaml", resources },
  );
  const text = resolvedYaml(s);
  expect(text).toMatch(/up: 60 Mbit\/s {2}# median of preset 5g-n78-public, recalled: /);
  expect(text).toMatch(
    /device: rpi4 {2}# times: 2 x macs \/ 38.4 GFLOP\/s \+ 507.2 us a layer, mean error 20 %; preset rpi4, measured: /,
  );
  expect(text).toMatch(/power: {2}# preset rpi4, measured: /);
  expect(without(again(s))).toEqual(without(s));
});

test("an outline names every default by the path that sets it", () => {
  const s = read(example);
  const lines = linesOf(outlineOf(s), (path) => Object.hasOwn(s.origins, path));
  const paths = lines.map((line) => line.path);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of Object.keys(s.origins)) expect(paths).toContain(path);
  expect(lines.find((line) => line.path === "nodes.edge.count")?.text).toBe("1");
});

const amount = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
const time = fc.oneof(
  amount.map((x) => `${x} s`),
  amount.map((x) => `{ exponential: ${x} ms }`),
  fc.tuple(amount, amount).map(([a, b]) => `{ uniform: { low: ${Math.min(a, b)} us, high: ${Math.max(a, b)} us } }`),
  fc.tuple(amount, fc.integer({ min: 1, max: 9 })).map(([m, k]) => `{ erlang: { mean: ${m} ms, k: ${k} } }`),
  fc.tuple(amount, amount).map(([a, b]) => `{ discrete: { values: [${a} ms, ${b} min], shares: [0.25, 75 %] } }`),
  fc
    .tuple(amount, amount)
    .map(([a, b]) => `{ on: { camera: ${a} ms, edge: { weibull: { shape: 1.5, scale: ${b} ms } } } }`),
  amount.map((x) => `{ sequence: [${x} ms, 1 h] }`),
);
const size = fc.oneof(
  amount.map((x) => `${x} kB`),
  amount.map((x) => `{ lognormal: { mean: ${x} KiB, cv: 0.5 } }`),
);

test("whatever the values, a resolved scenario is read back to the bit", () => {
  fc.assert(
    fc.property(
      time,
      time,
      size,
      amount,
      amount,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (a, b, bytes, rate, latency, share) => {
        {
          const text = example
            .replace("time: 4 ms", `time: ${a}`)
            .replace("{ exponential: 8 ms }", b)
            .replace("output: 30 kB", `output: { size: ${bytes}, encode: ${a} }`)
            .replace("poisson: 2 /s", `poisson: ${rate} /min`)
            .replace("latency: 5 ms", `latency: ${latency} us`)
            .replace("share: 0.6", `share: ${share}`);
          const s = read(text);
          expect(without(again(s))).toEqual(without(s));
        }
      },
    ),
    { numRuns: 40 },
  );
});
