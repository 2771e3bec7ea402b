import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";

const folder = mkdtempSync(join(tmpdir(), "offramp-rules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const resources = () => fileResources(folder);

const table = ["sample,exit,label,prediction,confidence,entropy,margin,split"];
for (let i = 0; i < 20; i++)
  for (const exit of [0, 1])
    table.push(`s${i},${exit},1,1,${(0.05 * i).toFixed(2)},${(1 - 0.05 * i).toFixed(2)},0.1,${i % 2}`);
write("exits.csv", table.join("\n"));

const scenario = (policies: string): string => `version: 1
model:
  synthetic:
    input: 1 kB
    table: exits.csv
    segments: [{ name: near, time: 10 ms, output: 1 kB }, { name: far, time: 20 ms }]
    exits: [{ after: near, name: first }, { after: far, name: last }]
nodes: { phone: { count: 2 }, edge: {}, cloud: {} }
links:
  cell: { between: [phone, edge], kind: fixed, latency: 5 ms }
  core: { between: [edge, cloud], kind: fixed, latency: 5 ms }
workload: { phone: { arrivals: { poisson: 10 /s }, deadline: 1 s } }
policies:
  ${policies}
run: { requests: 200, replications: 2, warmup: 0 }`;
const onPhone = "place: { rule: only, node: source }";
const exit = (file: string, more = "") => `p: { exit: { rule: ./${file}${more} }, ${onPhone} }`;
const run = async (policies: string) =>
  (
    await runExperiment(prepareExperiment(scenario(policies), { path: "s.yaml", resources: resources() }), {
      version: "t",
    })
  ).result;
const fault = async (policies: string): Promise<string> => {
  try {
    await run(policies);
  } catch (error) {
    expect((error as { exitCode?: number }).exitCode).toBe(2);
    return (error as Error).message;
  }
  return "none";
};

test("a threshold in a user's file gives what ours gives", async () => {
  write(
    "threshold.ts",
    `import type { ExitPlugin } from "offramp";
export const options = { least: { kind: "share", default: 0.5 } } as const;
const rule: ExitPlugin<{ least: number }> = (_plan, { least }) => (reached) => {
  const last = reached[reached.length - 1]!;
  return last.confidence >= least ? last.exit : "go-on";
};
export default rule;`,
  );
  const { policies } = await run(
    `p: { exit: { rule: ./threshold.ts, least: 70 % }, ${onPhone} }\n  q: { exit: { rule: max-probability, threshold: 0.7 }, ${onPhone} }`,
  );
  expect({ ...policies[0], name: "q" }).toEqual(policies[1]);
});

test("a placement in a user's file gives what ours gives, asked once or before each segment", async () => {
  write(
    "there.js",
    `exports.rule = (plan) => (request) => ({ nodes: new Array(plan.segments - request.segment).fill("edge") });`,
  );
  write("step.mjs", `export default () => () => "edge";`);
  const never = "exit: { rule: never }";
  const { policies } = await run(
    `a: { ${never}, place: { rule: ./there.js, among: [edge] } }\n  b: { ${never}, place: { rule: ./step.mjs, among: [edge] } }\n  c: { ${never}, place: { rule: only, node: edge } }`,
  );
  const [a, b, c] = policies.map((p) => ({ latency: p.latency_s, order: p.fingerprint }));
  expect(a).toEqual(c);
  expect(b).toEqual(c);
});

test("a rule for both notes what its exit half reads", async () => {
  write(
    "both.ts",
    `import type { JointPlugin } from "offramp";
const both: JointPlugin = () => ({
  exit: (_reached, { note }) => (note === 1 ? 0 : "go-on"),
  place: ({ device }) => ({ nodes: device === 0 ? ["source", "source"] : ["source", "edge"], note: device === 0 ? 1 : 0 }),
});
export default both;`,
  );
  const { policies } = await run("p: { rule: ./both.ts, among: [edge] }");
  const [first] = policies[0]!.exits;
  // Device 0 leaves at the first exit, device 1 never does.
  expect(first!.share!.estimate).toBeGreaterThan(0.3);
  expect(first!.share!.estimate).toBeLessThan(0.7);
  expect(policies[0]!.answered.edge!.share!.estimate).toBeCloseTo(1 - first!.share!.estimate!, 12);
});

test("state is one for each source node, and learns from what completes", async () => {
  write(
    "first-then-never.ts",
    `import type { ExitPlugin } from "offramp";
const rule: ExitPlugin = () => {
  let ended = 0;
  return { decide: () => (ended === 0 ? 0 : "go-on"), learn: () => { ended += 1; } };
};
export default rule;`,
  );
  const { policies } = await run(exit("first-then-never.ts"));
  // One or a few requests of each device before its first has ended; of 400 in two replications.
  const left = policies[0]!.exits[0]!.share!.estimate! * 400;
  expect(left).toBeGreaterThanOrEqual(4);
  expect(left).toBeLessThan(12);
});

test("the file is one of the inputs with its hash, the resolved scenario names it, and read again is the same", () => {
  const inputs = resources();
  const s = parseScenario(scenario(exit("threshold.ts")), { path: "s.yaml", resources: inputs });
  expect(inputs.inputs().find(({ path }) => path === "./threshold.ts")!.sha256).toMatch(/^[0-9a-f]{64}$/);
  const text = resolvedYaml(s);
  expect(text).toContain('rule: "./threshold.ts"');
  expect(parseScenario(text, { resources: resources() }).policies).toEqual(s.policies);
});

test("another version of the file is another rule, in the same process too", async () => {
  write("changing.ts", "export default () => () => 0;");
  const before = (await run(exit("changing.ts"))).policies[0]!.exits[0]!.share!.estimate;
  write("changing.ts", 'export default () => () => "go-on";');
  const after = (await run(exit("changing.ts"))).policies[0]!.exits[0]!.share!.estimate;
  expect([before, after]).toEqual([1, 0]);
});

test("an answer that is none names file, policy, request, what is expected and what was got", async () => {
  write("nan.ts", "export default () => () => Number.NaN;");
  const message = await fault(exit("nan.ts"));
  expect(message).toMatch(/^\.\/nan\.ts {2}policy p/);
  expect(message).toContain('expected  "go-on", or an exit that was reached: 0 (first)');
  expect(message).toContain("got       NaN");
  write("later.ts", "export default () => (_r: unknown, o: { now: number }) => (o.now > 0 ? 1 : 0);");
  const later = await fault(exit("later.ts"));
  expect(later).toMatch(/policy p, request \d+ at [\d.]+ s/);
  expect(later).toContain("later exits have not spoken yet");
  write("yes.ts", "export default () => () => true;");
  expect(await fault(exit("yes.ts"))).toContain('return "go-on" for false');
});

test("what a rule throws is told at its line, without a stack", async () => {
  write("throws.ts", "type A = number;\nexport default () => (): A => {\n  throw new RangeError(`too much`);\n};");
  const message = await fault(exit("throws.ts"));
  expect(message).toMatch(/^\.\/throws\.ts:3:\d+/);
  expect(message).toContain("RangeError: too much");
  expect(message).not.toContain("    at ");
});

test("a node that is not there, or not under among, is told", async () => {
  write("nowhere.ts", 'export default () => () => "egde";');
  const never = "exit: { rule: never }";
  expect(await fault(`p: { ${never}, place: { rule: ./nowhere.ts, among: [edge] } }`)).toContain(
    "a node that it may use: phone or edge",
  );
  write("far.ts", 'export default () => () => "cloud";');
  expect(await fault(`p: { ${never}, place: { rule: ./far.ts, among: [edge] } }`)).toContain("name it under among");
  expect(await fault(`p: { ${never}, place: { rule: ./far.ts } }`)).toContain("policies.p.place.among");
});

test("chance and clock are not for rules, and neither are imports and the machine", async () => {
  for (const [name, code, said] of [
    ["chance.ts", "Math.random()", "use draw()"],
    ["clock.ts", "Date.now()", "use observed.now"],
    ["date.ts", "new Date().getTime()", "use observed.now"],
    ["machine.ts", "process.pid", "undefined"],
  ] as const) {
    write(name, `declare const process: { pid: number };\nexport default () => () => ${code};`);
    expect(await fault(exit(name))).toContain(said);
  }
  write("imports.ts", 'import { x } from "./other.ts";\nexport default () => () => x;');
  expect(await fault(exit("imports.ts"))).toContain("a rule is one file");
});

test("draw belongs to the request: the same shares again, about half", async () => {
  write(
    "coin.ts",
    'export default () => (_r: unknown, _o: unknown, draw: () => number) => (draw() < 0.5 ? 0 : "go-on");',
  );
  const [a, b] = [await run(exit("coin.ts")), await run(exit("coin.ts"))];
  expect(a.policies).toEqual(b.policies);
  expect(a.policies[0]!.exits[0]!.share!.estimate).toBeGreaterThan(0.35);
  expect(a.policies[0]!.exits[0]!.share!.estimate).toBeLessThan(0.65);
});

test("files that are no rules, and options that they do not take, are told with their place in the scenario", async () => {
  expect(await fault(exit("missing.ts"))).toMatch(/s\.yaml:\d+:\d+ {2}policies\.p\.exit\.rule[\s\S]*no such file/);
  write("broken.ts", "export default () => (;");
  expect(await fault(exit("broken.ts"))).toContain("./broken.ts:1:");
  write("none.ts", "export const x = 1;");
  expect(await fault(exit("none.ts"))).toContain("one exported function that makes a rule");
  expect(await fault(exit("threshold.ts", ", least: 2"))).toContain("a share from 0 to 1");
  expect(await fault(exit("threshold.ts", ", laest: 0.2"))).toContain('did you mean "least"?');
  write("odd.ts", 'export const options = { a: { kind: "numbre" } };\nexport default () => () => 0;');
  expect(await fault(exit("odd.ts"))).toContain('did you mean "number"?');
});
