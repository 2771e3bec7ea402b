import { expect, test } from "vitest";
import { writeNpz } from "../../src/npz.ts";
import { compile } from "../../src/scenario/compile.ts";
import type { Resources } from "../../src/scenario/resources.ts";
import { changed, problemsOf, read } from "./example.ts";
import { arrays, resourcesWith } from "./profile-fixture.ts";

const text = (exit = "{ rule: max-probability, threshold: 0.6 }", file = "exits.csv") =>
  changed(
    [
      "      - { after: stem, share: 0.6, accuracy: 0.9, time: 0.5 ms }\n      - { after: tail, accuracy: 95 % }",
      `      - { after: stem }\n      - { after: tail }\n    table: ${file}`,
    ],
    ["{ rule: share }", exit],
  );
const csv = `sample,exit,label,prediction,confidence,entropy,margin
7,stem,1,1,0.70000000000000001,0.8,0.5
7,tail,1,1,0.99,0.1,0.98
3,stem,2,0,0.4,1.0,0.05
3,1,2,2,0.9,0.2,0.85
`;
const resources = (file: string | Uint8Array = csv, name = "exits.csv"): Resources =>
  resourcesWith({}, { [name]: file });

test("rows of a csv file are samples in the order they first appear, scores as written", () => {
  const { outputs } = compile(read(text(), { resources: resources() }), "split", resources()).model;
  if (outputs.kind !== "table") throw new Error("no table");
  expect(outputs).toMatchObject({ rows: 2, classes: 3 });
  expect([...outputs.labels]).toEqual([1, 2]);
  expect([...outputs.scores[0]!.confidence]).toEqual([0.7, 0.4]);
  expect([...outputs.scores[1]!.prediction]).toEqual([1, 2]);
  expect([...outputs.scores[1]!.entropy]).toEqual([0.1, 0.2]);
});

test("with a column split only evaluation rows count, without it all do", () => {
  const withSplit = csv
    .replace("margin\n", "margin,split\n")
    .replace(/^(7.*)$/gm, "$1,0")
    .replace(/^(3.*)$/gm, "$1,1");
  const { outputs } = compile(read(text(), { resources: resources(withSplit) }), "split", resources(withSplit)).model;
  expect(outputs.kind === "table" && outputs.rows).toBe(1);
});

test("an npz file beside segments gives real outputs, split or not", () => {
  const { split: _, ...rest } = arrays;
  for (const [given, rows] of [
    [arrays, 3],
    [rest, 4],
  ] as const) {
    const files = resources(writeNpz(given), "exits.npz");
    const { outputs } = compile(read(text(undefined, "exits.npz"), { resources: files }), "split", files).model;
    expect(outputs.kind === "table" && outputs.rows).toBe(rows);
  }
});

test("logits in double precision are used as they are", () => {
  const data = new Float64Array(24).fill(0);
  data[6] = 1 / 3;
  const files = resources(writeNpz({ ...arrays, logits: { shape: [4, 2, 3], data } }), "exits.npz");
  const { outputs } = compile(read(text(undefined, "exits.npz"), { resources: files }), "split", files).model;
  expect(outputs.kind === "table" && outputs.scores[0]!.confidence[0]).toBe(Math.exp(0) / (1 + 2 * Math.exp(-1 / 3)));
});

const broken: readonly (readonly [what: string, file: string, says: string])[] = [
  ["a missing column", csv.replace("label", "truth"), "none called label"],
  ["an unknown exit", csv.replace("3,stem", "3,stern"), '"stern" in line 4'],
  ["an exit beyond the last", csv.replace("3,1,", "3,2,"), '"2" in line 5'],
  ["a confidence above 1", csv.replace("0.4,", "1.4,"), '"1.4" in line 4'],
  ["a negative entropy", csv.replace("1.0,0.05", "-1.0,0.05"), '"-1.0" in line 4'],
  ["a prediction that is no class", csv.replace("2,0,0.4", "2,cat,0.4"), '"cat" in line 4'],
  ["a missing row", csv.split("\n").slice(0, 4).join("\n"), 'none for sample "3" at tail'],
  ["a doubled row", `${csv}3,stem,2,0,0.4,1.0,0.05\n`, "a second row of sample 3 at stem"],
  ["two labels of a sample", csv.replace("3,1,2,2", "3,1,1,2"), '"1" in line 5'],
  ["no rows", csv.split("\n")[0]!, "none in exits.csv"],
  ["nothing", "", "none called"],
];

test.each(broken)("a table with %s is refused at the place that names it", (_, file, says) => {
  const [found] = problemsOf(text(), { resources: resources(file) });
  expect(found).toMatchObject({ path: "model.synthetic.table" });
  expect(found!.got).toContain(says);
});

test("a table that is not there, or binary, is refused", () => {
  expect(problemsOf(text(), { resources: resourcesWith({}) })[0]).toMatchObject({ path: "model.synthetic.table" });
  expect(problemsOf(text(), { resources: resources(new Uint8Array([0, 1, 2])) })[0]!.got).toBe("a binary file");
});

test("a rule whose score the table lacks is refused, others are not", () => {
  const bare = csv
    .split("\n")
    .map((line) => line.split(",").slice(0, 5).join(","))
    .join("\n");
  expect(read(text(), { resources: resources(bare) }).policies).toHaveLength(2);
  const [found] = problemsOf(text("{ rule: entropy, threshold: 0.5 }"), { resources: resources(bare) });
  expect(found).toMatchObject({ path: "policies.split.exit.rule", got: "exits.csv without it at stem" });
});

test("shares and accuracies beside a table, and the rule share, are mistakes", () => {
  const both = text().replace("- { after: stem }", "- { after: stem, share: 0.5 }");
  expect(problemsOf(both, { resources: resources() })[0]).toMatchObject({ path: "model.synthetic.exits.stem.share" });
  expect(problemsOf(text("{ rule: share }"), { resources: resources() })[0]).toMatchObject({
    path: "policies.split.exit.rule",
  });
});

test("traces and empirical values are read from files, with a unit or in SI, titles and comments passed over", () => {
  const files = resourcesWith(
    {},
    {
      "times.csv": "time_s,what\n0,a\n12 ms,b\n# no more\n\n0.5,c\n",
      "back.txt": "2\n1\n",
      "bad.txt": "1\nx\n",
      "none.txt": "# nothing\n",
    },
  );
  const arrivals = (name: string) => changed(["{ poisson: 2 /s }", `{ trace: ${name} }`]);
  expect(read(arrivals("times.csv"), { resources: files }).streams[0]!.arrivals).toEqual({
    kind: "trace",
    instants: [0, 0.012, 0.5],
    file: "times.csv",
  });
  expect(problemsOf(arrivals("back.txt"), { resources: files })[0]!.got).toBe("1 s after 2 s (value 2)");
  expect(problemsOf(arrivals("bad.txt"), { resources: files })[0]!.got).toBe('"x" in line 2 of bad.txt');
  expect(problemsOf(arrivals("none.txt"), { resources: files })[0]!.got).toBe("none in none.txt");
  expect(problemsOf(arrivals("gone.txt"), { resources: files })[0]!.got).toBe('"gone.txt"');
  const s = read(changed(["{ exponential: 8 ms }", "{ empirical: { file: times.csv } }"]), { resources: files });
  expect(s.model.kind === "synthetic" && s.model.segments[1]!.time).toEqual({
    kind: "empirical",
    quantiles: [0, 0.012, 0.5],
    file: "times.csv",
  });
});
