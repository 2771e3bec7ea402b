import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { offeredLoad } from "../../src/scenario/offered-load.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { noResources, type Resources } from "../../src/scenario/resources.ts";
import type { Scenario, ScenarioLink } from "../../src/scenario/scenario.ts";
import { changed, problemsOf, read } from "./example.ts";

const files: Readonly<Record<string, string>> = {
  "lte.csv": "0,4 Mbit/s\n1,8 Mbit/s\n2,0 bit/s\n",
  "cell.up": "1\n",
  "log.csv": "Timestamp,DL_bitrate\n2020.01.16_10.43.34,100\n",
  "rtt.txt": "pub_time(ms) delay(ms)\n0 16\n50 20\n",
  "zero.csv": "0,0\n1,0\n",
};
const resources: Resources = {
  ...noResources,
  bytes: (path, limit) =>
    files[path] === undefined ? noResources.bytes(path, limit) : new TextEncoder().encode(files[path]),
};
const without = ({ origins: _, ...scenario }: Scenario) => scenario;
const linkWith = (from: string, to: string): ScenarioLink => read(changed([from, to]), { resources }).links[0]!;

/** What a link may say, and where it goes in the example. */
const features: readonly (readonly [from: string, to: string])[] = [
  ["up: 12 Mbit/s", "up: { trace: lte.csv }"],
  ["up: 12 Mbit/s", "up: { trace: cell.up, start: 120 s, then: hold, bin: 10 ms }"],
  ["up: 12 Mbit/s", "up: { trace: log.csv, format: irish-5g, column: DL_bitrate, pauses: keep }"],
  ["up: 12 Mbit/s", "up: { steps: [[0 s, 12 Mbit/s], [200 ms, 0 bit/s]] }"],
  ["up: 12 Mbit/s", "up: { steps: [[0 s, 12 Mbit/s], [200 ms, 0 bit/s]], length: 1 s, start: random, then: loop }"],
  ["up: 12 Mbit/s", "up: { gauss-markov: { mean: 50 Mbit/s, sd: 15 Mbit/s, correlation: 0.9, every: 100 ms } }"],
  [
    "up: 12 Mbit/s",
    "up: { two-state: { good: 50 Mbit/s, bad: 1 Mbit/s, good_for: 10 s, bad_for: { constant: 500 ms } } }",
  ],
  ["latency: 5 ms", "latency: { trace: rtt.txt }"],
  ["latency: 5 ms", "latency: { steps: [[0 s, 5 ms], [1 s, 9 ms]] }"],
  ["jitter: 1 ms", "jitter: { lognormal: { mean: 2 ms, cv: 1 }, bursts: { every: 3 min, for: 265 ms } }"],
  ["jitter: 1 ms", "jitter: { bursts: { every: { constant: 3 min }, for: { exponential: 265 ms } } }"],
  ["jitter: 1 ms", "loss: 1 %"],
  ["jitter: 1 ms", "loss: none"],
  ["jitter: 1 ms", "loss: { probability: 0.01, per: packet, retry: 20 ms, attempts: 5 }, mtu: 1500 B, header: 40 B"],
  ["jitter: 1 ms", "loss: { good: 0.1 %, bad: 30 %, good_for: 10 s, bad_for: 200 ms }"],
  ["jitter: 1 ms", "outages: [{ at: 10 s, for: 2 s }, { at: 30 s, for: 1 s }]"],
  ["jitter: 1 ms", "outages: { mtbf: 5 min, mttr: { lognormal: { mean: 2 s, cv: 1 } } }"],
  ["jitter: 1 ms", "connection: new, flow_cap: 5 Mbit/s"],
  ["jitter: 1 ms", "energy: { sending: 0.8 W, receiving: 0.3 W, per_byte: 0.2 uJ/B, connected: 1.3 W, tail: 10 s }"],
  ["jitter: 1 ms", "energy: { per_byte: { up: 256 nJ/B, down: 90 nJ/B } }"],
  ["late: drop", "late: drop, weight: 2.5"],
];

test.each(features)("%s -> %s is understood, and the same in the resolved scenario", (from, to) => {
  const scenario = read(changed([from, to]), { resources });
  const again = parseScenario(resolvedYaml(scenario), { path: "resolved.yaml", resources });
  expect(without(again)).toEqual(without(scenario));
  expect(Object.keys(again.origins).filter((path) => path.startsWith("links"))).toEqual([]);
  expect(() => compile(scenario, "there", resources)).not.toThrow();
});

test.each([
  ["up: 12 Mbit/s", "up: { trace: none.csv }", "links.cell.up"],
  ["up: 12 Mbit/s", "up: { trace: zero.csv }", "links.cell.up"],
  ["up: 12 Mbit/s", "up: { trace: log.csv }", "links.cell.up"],
  ["up: 12 Mbit/s", "up: { trace: rtt.txt }", "links.cell.up"],
  ["up: 12 Mbit/s", "up: { trace: lte.csv, than: loop }", "links.cell.up.than"],
  ["up: 12 Mbit/s", "up: { trace: lte.csv, format: pcap }", "links.cell.up.format"],
  ["up: 12 Mbit/s", "up: { steps: [[1 s, 12 Mbit/s]] }", "links.cell.up.steps"],
  ["up: 12 Mbit/s", "up: { steps: [[0 s, 12 Mbit/s], [0 s, 1 Mbit/s]] }", "links.cell.up.steps"],
  ["up: 12 Mbit/s", "up: { steps: [[0 s, 12 Mbit/s], [2 s, 1 Mbit/s]], length: 1 s }", "links.cell.up.length"],
  ["up: 12 Mbit/s", "up: { steps: [[0 s, 0 bit/s]] }", "links.cell.up"],
  [
    "up: 12 Mbit/s",
    "up: { gauss-markov: { mean: 1 Mbit/s, sd: 0 bit/s, correlation: 1, every: 1 s } }",
    "links.cell.up.gauss-markov.correlation",
  ],
  [
    "up: 12 Mbit/s",
    "up: { two-state: { good: 0 bit/s, bad: 0 bit/s, good_for: 1 s, bad_for: 1 s } }",
    "links.cell.up.two-state",
  ],
  ["up: 12 Mbit/s", "up: [[0 s, 12 Mbit/s]]", "links.cell.up"],
  ["up: 12 Mbit/s", "up: {}", "links.cell.up"],
  ["up: 12 Mbit/s", "up: { trace: lte.csv, bin: 10 ms }", "links.cell.up"],
  ["kind: shared, per: camera", "kind: fifo, per: camera, flow_cap: 1 Mbit/s", "links.cell.flow_cap"],
  ["jitter: 1 ms", "loss: 2", "links.cell.loss"],
  ["jitter: 1 ms", "loss: { retry: 1 s }", "links.cell.loss"],
  ["jitter: 1 ms", "loss: { probability: 1 %, good: 1 % }", "links.cell.loss"],
  ["jitter: 1 ms", "loss: { probability: 1 %, attempts: 0 }", "links.cell.loss.attempts"],
  ["jitter: 1 ms", "outages: {}", "links.cell.outages.mtbf"],
  ["jitter: 1 ms", "outages: 5 s", "links.cell.outages"],
  ["jitter: 1 ms", "connection: old", "links.cell.connection"],
  ["jitter: 1 ms", "energy: { sending: 1 }", "links.cell.energy.sending"],
  ["jitter: 1 ms", "jitter: { bursts: { every: 1 s } }", "links.cell.jitter.bursts.for"],
  ["late: drop", "late: drop, weight: 0", "workload.camera.weight"],
  ["seed: 7", "routes: [[camera]]", "routes.0"],
  ["seed: 7", "routes: [[camera, fog]]", "routes.0.1"],
  ["seed: 7", "routes: [[camera, edge, camera]]", "routes.0"],
  ["seed: 7", "routes: [[camera, edge], [camera, edge]]", "routes.1"],
] as const)("%s -> %s is a mistake at %s", (from, to, path) => {
  const found = problemsOf(changed([from, to]), { resources });
  expect(found.map((f) => f.path)).toContain(path);
});

test("a preset that does not exist is one mistake", () => {
  const text = changed([
    "kind: shared, per: camera, up: 12 Mbit/s, down: 50 Mbit/s, latency: 5 ms, jitter: 1 ms",
    "kind: shared, preset: 6g",
  ]);
  expect(problemsOf(text.replace(/^sweep.*$/m, "")).map((f) => f.path)).toEqual(["links.cell.preset"]);
});

test("overlapping outages are one", () => {
  const { outages } = linkWith(
    "jitter: 1 ms",
    "outages: [{ at: 5 s, for: 2 s }, { at: 1 s, for: 5 s }, { at: 9 s, for: 1 s }]",
  );
  expect(outages).toEqual({
    kind: "windows",
    windows: [
      { at: 1, for: 6 },
      { at: 9, for: 1 },
    ],
  });
});

test("the load that is offered follows the mean capacity, the service and the attempts", () => {
  const up = (from: string, to: string): number => {
    const scenario = read(changed([from, to]), { resources });
    return offeredLoad(compile(scenario, "there", resources))!.links.cell!.up!;
  };
  const plain = up("jitter: 1 ms", "jitter: none");
  expect(up("up: 12 Mbit/s", "up: { trace: lte.csv }")).toBeCloseTo(plain * (12 / 4), 12);
  expect(up("jitter: 1 ms", "loss: { probability: 0.5, attempts: 3 }")).toBeCloseTo(plain * 1.75, 12);
  expect(up("jitter: 1 ms", "outages: { mtbf: 9 s, mttr: 1 s }")).toBeCloseTo(plain / 0.9, 12);
});

test("a route that is given is taken there and back, though another is shorter", () => {
  const text = changed(
    ["  edge: { speed: 2, servers: 2", "  fog: {}\n  edge: { speed: 2, servers: 2"],
    [
      "workload:\n",
      "  side: { between: [camera, fog], kind: fixed, latency: 1 ms }\n  back: { between: [fog, edge], kind: fixed, latency: 1 ms }\nroutes: [[camera, fog, edge]]\nworkload:\n",
    ],
  );
  const scenario = read(text);
  const again = parseScenario(resolvedYaml(scenario), { path: "resolved.yaml" });
  expect(without(again)).toEqual(without(scenario));
  const load = offeredLoad(compile(scenario, "there", noResources))!;
  expect(load.links.cell!.up).toBe(0);
  expect(
    problemsOf(
      text
        .replace("[camera, fog, edge]", "[fog, camera, edge]")
        .replace("  side: { between: [camera, fog], kind: fixed, latency: 1 ms }\n", ""),
    ).map((f) => f.path),
  ).toContain("routes.0");
});
