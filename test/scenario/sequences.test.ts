import { describe, expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { ScenarioError } from "../../src/scenario/errors.ts";
import { problemsOf, read } from "./example.ts";

const scenario = ({
  time = "{ sequence: [1 ms, 2 ms, 3 ms] }",
  tail = "1 ms",
  exits = "",
  rule = "never",
  arrivals = "{ periodic: 10 ms }",
  node = "{}",
  run = "requests: 4",
} = {}): string => `version: 1
model:
  synthetic:
    segments:
      - { name: stem, time: ${time} }
      - { name: tail, time: ${tail} }
${exits}nodes:
  device: ${node}
workload: { device: { arrivals: ${arrivals} } }
policies: { here: { exit: { rule: ${rule} }, place: { rule: only, node: device } } }
run: { ${run}, replications: 1 }
`;

describe("an exact list that is shorter than the run", () => {
  test("is refused when the scenario is read, where every request needs a value", () => {
    expect(problemsOf(scenario())).toEqual([
      expect.objectContaining({
        path: "model.synthetic.segments.stem.time",
        line: 5,
        column: 29,
        expected: "4 values, one for each request of a replication",
        got: "a list of 3",
        hint: "add values, or set run.requests to at most 3",
      }),
    ]);
  });

  test("is fine where the run is as short, or a trace ends before", () => {
    expect(read(scenario({ run: "requests: 3" })).run.requests).toBe(3);
    expect(read(scenario({ arrivals: "{ trace: [0 s, 1 s, 2 s] }" })).run.requests).toBe(4);
  });

  test.each<[string, Parameters<typeof scenario>[0]]>([
    ["by duration", { run: "duration: 1 s" }],
    ["whose requests may be dropped", { node: "{ queue: { places: 5 } }" }],
  ])("of a run %s is told with its place when it runs out", async (_name, changes) => {
    const experiment = prepareExperiment(scenario(changes), { path: "x.yaml" });
    const failed = await runExperiment(experiment, { version: "0" }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ScenarioError);
    expect((failed as ScenarioError).exitCode).toBe(2);
    expect((failed as ScenarioError).message).toMatch(
      /^x\.yaml:5:29 {2}model\.synthetic\.segments\.stem\.time\n {2}expected {2}a value for arrival 4 of stream device\n {2}got {7}a list of 3\n/,
    );
  });

  test("of a later segment that not all come to is told at that segment", async () => {
    const text = scenario({
      time: "1 ms",
      tail: "{ sequence: [5 ms] }",
      exits: "    exits: [ { after: stem, share: 0.01 }, { after: tail } ]\n",
      rule: "share",
    });
    const failed = await runExperiment(prepareExperiment(text, { path: "x.yaml" }), { version: "0" }).catch(
      (error: Error) => error,
    );
    expect((failed as Error).message).toMatch(
      /^x\.yaml:6:29 {2}model\.synthetic\.segments\.tail\.time\n.*arrival 2 of/,
    );
  });

  test("of a later segment or a head that all come to is refused when the scenario is read", () => {
    const list = "{ sequence: [5 ms] }";
    expect(problemsOf(scenario({ time: "1 ms", tail: list }))).toEqual([
      expect.objectContaining({ path: "model.synthetic.segments.tail.time", line: 6, column: 29, got: "a list of 1" }),
    ]);
    const exits = (share: number) =>
      `    exits: [ { after: stem, share: ${share}, time: ${list} }, { after: tail, time: ${list} } ]\n`;
    const paths = (share: number) =>
      problemsOf(scenario({ time: "1 ms", rule: "share", exits: exits(share) })).map(({ path }) => path);
    expect(paths(0)).toEqual(["model.synthetic.exits.stem.time", "model.synthetic.exits.tail.time"]);
    expect(paths(0.5)).toEqual(["model.synthetic.exits.stem.time"]);
  });

  test("of one of several streams is refused when all of them are given exactly", () => {
    const text = scenario({ time: "{ stream: { device: { sequence: [1 ms] }, other: 2 ms } }" }).replace(
      "workload: { device: { arrivals: { periodic: 10 ms } } }",
      "workload: { device: { arrivals: { trace: [0 s, 1 s] } }, other: { from: device, arrivals: { trace: [0 s] } } }",
    );
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({
        path: "model.synthetic.segments.stem.time",
        expected: "2 values, one for each request of stream device",
        hint: "add values, or shorten the trace of device",
      }),
    ]);
    // Three requests of two streams in a run of two: whose they are is not said.
    expect(read(text.replace("requests: 4", "requests: 2")).streams).toHaveLength(2);
  });

  test("of a tensor is refused where every request sends it", () => {
    const text = scenario({ time: "1 ms, output: { size: { sequence: [1 kB, 2 kB] }, encode: { sequence: [1 ms] } }" })
      .replace("  device: {}\n", "  device: {}\n  edge: {}\nlinks: { way: { between: [device, edge], kind: fixed } }\n")
      .replace("{ rule: only, node: device }", "{ rule: fixed, segments: { stem: device, tail: edge } }");
    expect(problemsOf(text).map(({ path, got }) => [path, got])).toEqual([
      ["model.synthetic.segments.stem.output.size", "a list of 2"],
      ["model.synthetic.segments.stem.output.encode", "a list of 1"],
    ]);
    // What takes it may never get it, where messages are lost.
    const taken = text.replace(/output: .* }/, "output: { size: 1 kB, decode: { sequence: [1 ms] } } }");
    expect(problemsOf(taken).map(({ path }) => path)).toEqual(["model.synthetic.segments.stem.output.decode"]);
    expect(read(taken.replace("kind: fixed", "kind: fixed, loss: 1 %")).streams).toHaveLength(1);
  });
});

describe("a warm-up by the clock", () => {
  const withRun = (run: string, arrivals?: string) =>
    scenario({ time: "1 ms", run, ...(arrivals === undefined ? {} : { arrivals }) });

  test.each([
    ["longer than the requests take", "requests: 1000, warmup: 20 s", undefined],
    ["longer than a trace", "requests: 1000, warmup: 2 s", "{ trace: [0 s, 1 s] }"],
    ["of a thousand times the run", "requests: 100, warmup: 10 min", "{ poisson: 10 /s }"],
  ])("%s is refused", (_name, run, arrivals) => {
    expect(problemsOf(withRun(run, arrivals))[0]).toMatchObject({ path: "run.warmup", line: 11 });
  });

  test.each([
    ["of no time, where all come at once", "requests: 1000, warmup: 0 s", "offline"],
    ["that ends before the requests do", "requests: 1000, warmup: 5 s", undefined],
    ["of clients that wait, of whom nobody knows", "requests: 1000, warmup: 5 h", "{ closed: { clients: 2 } }"],
    ["that ends before a trace does", "requests: 1000, warmup: 0.5 s", "{ trace: [0 s, 1 s] }"],
  ])("%s is accepted", (_name, run, arrivals) => {
    expect(read(withRun(run, arrivals)).run.warmup.kind).toBe("time");
  });
});
