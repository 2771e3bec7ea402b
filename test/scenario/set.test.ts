import { expect, test } from "vitest";
import { ScenarioError } from "../../src/scenario/errors.ts";
import { parseDocument, readScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { withOptions, withValues } from "../../src/scenario/set.ts";
import { example } from "./example.ts";

const document = () => parseDocument(example, "cameras.yaml");
const set = (...options: string[]): Scenario => readScenario(withOptions(document(), options));
const message = (...options: string[]): string => {
  try {
    set(...options);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message;
  }
  throw new Error("it was taken");
};

test("a value is set by its path, items of a list by their name or what they are after", () => {
  const s = set(
    "links.cell.up=30 Mbit/s",
    "model.synthetic.exits.stem.share=0.25",
    "model.synthetic.segments.tail.time=3 ms",
    "seed=12",
  );
  expect(s.links[0]!.up).toBe(30e6);
  expect(s.seed).toBe(12);
  expect(s.model.kind === "synthetic" && s.model.exits[0]!.share).toBe(0.25);
  expect(s.model.kind === "synthetic" && s.model.segments[1]!.time).toEqual({ kind: "constant", value: 0.003 });
});

test("a key that the file leaves out can be set, and so can one in a section it leaves out", () => {
  expect(set("nodes.camera.price=1 USD/h").nodes[0]!.price).toBe(1);
  const short = parseDocument(example.replace(/^run:.*\n/m, ""), "x.yaml");
  expect(readScenario(withOptions(short, ["run.replications=2"])).run.replications).toBe(2);
});

test("whole maps and lists can be set", () => {
  const s = set(
    "workload.camera.arrivals={ periodic: 1 s }",
    'expect=["split: accuracy > 0.1"]',
    "workload.camera.arrivals={ trace: [1 s, 2 s] }",
  );
  expect(s.streams[0]!.arrivals.kind).toBe("trace");
  expect(s.expect).toHaveLength(1);
  expect(set("links.cell.between=[edge, camera]").links[0]!.between).toEqual(["edge", "camera"]);
});

test("a list for what is no list is an axis of the sweep, beside those of the file", () => {
  const s = set("run.requests=[200, 400]", "links.cell.up=[1 Mbit/s, 2 Mbit/s]");
  expect(s.sweep).toEqual([
    [{ path: "run.requests", values: [200, 400] }],
    [{ path: "links.cell.up", values: ["1 Mbit/s", "2 Mbit/s"] }],
  ]);
});

test.each([
  ["links.cel.up=30 Mbit/s", "--set links.cel.up=30 Mbit/s", 'did you mean "cell"?'],
  ["nodes.cloud.servers=2", "--set nodes.cloud.servers=2", "one of nodes: camera, edge"],
  ["links.cell.upp=30 Mbit/s", "--set links.cell.upp=30 Mbit/s", 'did you mean "up"?'],
  ["links.cell.up=30 Mbps", "--set links.cell.up=30 Mbps", 'did you mean "30 Mbit/s"?'],
  ["model.synthetic.segments.stern.time=1 ms", "--set model.synthetic.segments.stern", 'did you mean "stem"?'],
  ["links.cell.up.rate=1", "--set links.cell.up.rate=1", "a map at links.cell.up"],
  ["links.cell.up", "--set links.cell.up", "path=value, such as links.cell.up=30 Mbit/s"],
  ["=5", "--set =5", "path=value"],
  ["seed=", "--set seed=", "a value after ="],
  ["seed={ a: ", "--set seed={ a: ", "valid YAML"],
  ["links..up=1 Mbit/s", "--set links..up", "a path such as"],
  ["version=1", "--set version=1", "the path of a value"],
  ["run.requests=[10, x]", "--set run.requests=[10, x]", "a whole number"],
])("%s is refused, naming the option", (option, name, says) => {
  const text = message(option);
  expect(text).toContain(name);
  expect(text).toContain(says);
});

test("mistakes of several options are shown together", () => {
  const text = message("links.cel.up=1 Mbit/s", "nodes.cloud.count=2");
  expect(text).toContain("--set links.cel.up");
  expect(text).toContain("--set nodes.cloud.count");
});

test("a range given for a path is an axis of the sweep, too", () => {
  expect(set("seed={ from: 1, to: 5, step: 2 }").sweep[1]).toEqual([{ path: "seed", values: [1, 3, 5] }]);
  expect(message("seed={ from: 1, to: 5 }")).toContain("one of step and points");
});

test("a point of the sweep changes its values and nothing else, and has no sweep", () => {
  const before = readScenario(document());
  const at = readScenario(withValues(document(), { "links.cell.up": "6 Mbit/s", "nodes.camera.count": 8 }));
  expect(at.links[0]!.up).toBe(6e6);
  expect(at.nodes[0]!.count).toBe(8);
  expect(at.sweep).toEqual([]);
  // Expectations without a point are of the file as written.
  expect(at.expect).toEqual([]);
  expect({ ...at, links: before.links, nodes: before.nodes, sweep: before.sweep, expect: before.expect }).toEqual(
    before,
  );
});
