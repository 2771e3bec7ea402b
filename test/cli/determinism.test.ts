import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import { offramp, resultOf, scenarioFile, temporaryFolder } from "./offramp.ts";

const base = (extra: string): string => `
version: 1
title: two nodes and a shared link
seed: 9
model:
  synthetic:
    input: 20 kB
    segments: [ { name: first, time: { exponential: 4 ms }, output: 6 kB }, { name: second, time: { gamma: { mean: 5 ms, cv: 0.7 } } } ]
    exits: [ { after: first, share: 0.5, accuracy: 0.9, time: 0.3 ms }, { after: second, accuracy: 0.95 } ]
nodes: { device: { count: 8 }, edge: { servers: 2 } }
links: { cell: { between: [device, edge], kind: shared, up: 8 Mbit/s, down: 20 Mbit/s, latency: 4 ms, jitter: { exponential: 1 ms } } }
workload: { device: { arrivals: { poisson: 12 /s }, deadline: 60 ms } }
policies:
  split: { exit: { rule: share }, place: { rule: fixed, segments: { first: device, second: edge } } }
  local: { exit: { rule: never }, place: { rule: only, node: device } }
${extra}
baseline: local
run: { requests: 4000, replications: 4 }
`;

test("two runs with one seed give byte-identical results, with any number of threads, at every point of a sweep", () => {
  const sweep =
    "{ workload.device.deadline: [40 ms, 80 ms], zip: { links.cell.up: [8 Mbit/s, 16 Mbit/s], nodes.edge.servers: [1, 2] } }";
  const file = scenarioFile(`${base("").replace("requests: 4000", "requests: 700")}sweep: ${sweep}\n`);
  const texts = ["1", "2", "3"].map((workers) => {
    const out = temporaryFolder();
    const args = ["run", file, "--out", out, "--quiet", "--no-report", "--workers", workers];
    expect(offramp(args).code).toBe(0);
    return readFileSync(join(out, "result.json"), "utf8") + readFileSync(join(out, "distributions.json"), "utf8");
  });
  expect(texts[0]!.match(/"nodes.edge.servers"/g)).toHaveLength(4);
  for (const text of texts.slice(1)) expect(text).toBe(texts[0]);
});

test("precision stops at the same replication with one thread and with two, of every policy and point", () => {
  const file = scenarioFile(
    base("")
      .replace("requests: 4000, replications: 4", "requests: 800, precision: 4 %, replications: 4")
      .concat("sweep: { workload.device.arrivals.poisson: [16 /s, 20 /s] }\n"),
  );
  const texts = ["1", "2"].map((workers) => {
    const out = temporaryFolder();
    const args = ["run", file, "--out", out, "--quiet", "--no-report", "--workers", workers];
    expect(offramp(args).code).toBe(0);
    return readFileSync(join(out, "result.json"), "utf8") + readFileSync(join(out, "distributions.json"), "utf8");
  });
  expect(texts[1]).toBe(texts[0]);
  const result = JSON.parse(texts[0]!.slice(0, texts[0]!.lastIndexOf('{"format"'))) as Result;
  const counts = [...result.policies, ...result.sweep.flatMap((point) => point.policies)].map(
    ({ latency_s }) => latency_s.mean!.n,
  );
  // It did stop by the rule, and not everywhere alike.
  expect(Math.max(...counts)).toBeGreaterThan(4);
  expect(new Set(counts).size).toBeGreaterThan(1);
});

/** The result of the scenario as it stands, run once. */
let known: Result | undefined;
const plain = (): Result => (known ??= resultOf(base("")));

test("another seed gives another result", () => {
  const mean = ({ policies }: Result): number => policies[0]!.latency_s.mean!.estimate;
  expect(mean(resultOf(base(""), "--seed", "10"))).not.toBe(mean(plain()));
});

test("adding a policy changes no other policy's numbers", () => {
  const before = plain();
  const after = resultOf(base("  remote: { exit: { rule: never }, place: { rule: only, node: edge } }"));
  expect(after.policies.slice(0, 2)).toEqual(before.policies);
});

test("a point of a sweep equals the same value set on the command line", () => {
  const swept = resultOf(base(""), "--set", "links.cell.up=[8 Mbit/s, 12 Mbit/s]");
  const set = resultOf(base(""), "--set", "links.cell.up=12 Mbit/s");
  expect(swept.sweep).toHaveLength(2);
  expect(swept.sweep[1]!.at).toEqual({ "links.cell.up": "12 Mbit/s" });
  expect(swept.sweep[1]!.policies).toEqual(set.policies);
  expect(swept.sweep[0]!.policies).toEqual(swept.policies);
});

test("a point of a sweep more changes nothing at the others, nor in the file as written", () => {
  const swept = (values: string): Result => resultOf(base(""), "--set", `links.cell.up=[${values}]`);
  const [few, more] = [swept("6 Mbit/s, 12 Mbit/s"), swept("6 Mbit/s, 9 Mbit/s, 12 Mbit/s")];
  expect(more.sweep.map(({ at }) => at["links.cell.up"])).toEqual(["6 Mbit/s", "9 Mbit/s", "12 Mbit/s"]);
  expect([more.sweep[0], more.sweep[2]]).toEqual(few.sweep);
  expect([more.policies, more.comparisons]).toEqual([few.policies, few.comparisons]);
});

/** Everything by chance that a scenario can have, and with `second` another stream on machines and links of its own; the edge has room for all. */
const apart = (second: boolean): string => `
version: 1
title: two paths that meet in a cloud without queues
seed: 12
model:
  synthetic:
    input: { uniform: { mean: 20 kB, cv: 0.3 } }
    segments: [ { name: first, time: { lognormal: { mean: 4 ms, cv: 0.6 } }, output: 6 kB }, { name: second, time: { erlang: { mean: 5 ms, cv: 0.5 } } } ]
    exits: [ { after: first, share: 0.5, accuracy: 0.9, time: 0.3 ms }, { after: second, accuracy: 0.95 } ]
nodes:
  camera: { count: 6, failures: { mtbf: 2 s, mttr: 50 ms } }
  edge: { servers: 1000 }
${second ? "  drone: { count: 3 }" : ""}
links:
  cell: { between: [camera, edge], kind: shared, up: { gauss-markov: { mean: 8 Mbit/s, sd: 3 Mbit/s, correlation: 0.9, every: 50 ms } }, down: 20 Mbit/s, latency: 4 ms, jitter: { exponential: 1 ms }, loss: { probability: 0.03, per: message, retry: 5 ms, attempts: 6 } }
${second ? "  air: { between: [drone, edge], kind: fifo, up: 9 Mbit/s, down: 9 Mbit/s, jitter: { gamma: { mean: 1 ms, cv: 2 } } }" : ""}
workload:
  camera: { arrivals: { mmpp: { rates: [4 /s, 30 /s], switch: 2 /s } }, deadline: 60 ms }
${second ? "  drone: { arrivals: { poisson: 9 /s }, deadline: 60 ms }" : ""}
policies: { split: { exit: { rule: share }, place: { rule: fixed, segments: { first: source, second: edge } } } }
run: { duration: 20 s, warmup: 2 s, replications: 3 }
`;

test("a stream on machines of its own changes no figure of another: draws go by stream, device and request", () => {
  const [alone, beside] = [apart(false), apart(true)].map((text) => resultOf(text).policies[0]!);
  // Twelve digits: what a standard deviation is summed around depends on who else is there. The drone's own parts are 0 and left out.
  const shown = (figures: unknown): unknown =>
    JSON.parse(
      JSON.stringify(figures, (key, value) =>
        key === "drone" ? undefined : typeof value === "number" ? Number(value.toPrecision(12)) : value,
      ),
    );
  expect(beside!.streams.drone!.requests.completed).toBeGreaterThan(1000);
  expect(shown(beside!.streams.camera)).toEqual(shown(alone!.streams.camera));
  expect(shown(beside!.nodes.camera)).toEqual(shown(alone!.nodes.camera));
  expect(shown(beside!.links.cell)).toEqual(shown(alone!.links.cell));
});

test("a group that nobody uses changes no figure of any other", () => {
  const alone = resultOf(apart(false)).policies[0]!;
  const text = apart(false).replace("  edge: {", "  spare: { count: 50, servers: 3 }\n  edge: {");
  const beside = resultOf(
    text.replace(
      "links:\n",
      "links:\n  unused: { between: [spare, edge], kind: fifo, up: 1 Mbit/s, down: 1 Mbit/s }\n",
    ),
  ).policies[0]!;
  const without = JSON.parse(
    JSON.stringify(beside, (key, value) => (key === "spare" || key === "unused" ? undefined : value)),
  );
  expect(beside.nodes.spare).toBeDefined();
  expect(without).toEqual(JSON.parse(JSON.stringify(alone)));
});

test("an expectation that fails gives exit code 3, and a run is written all the same", () => {
  const out = temporaryFolder();
  const text = base('expect: [ "local: p95 latency < 1 ms" ]');
  const answer = offramp(["run", scenarioFile(text), "--out", out, "--quiet", "--no-report"]);
  expect(answer.code).toBe(3);
  expect(JSON.parse(readFileSync(join(out, "result.json"), "utf8")).expectations[0].verdict).toBe("failed");
});
