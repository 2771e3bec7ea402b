import { expect, test } from "vitest";
import { render, renderAll, ScenarioError } from "../../src/scenario/errors.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { editDistance, nearest } from "../../src/scenario/suggest.ts";
import { example, problemsOf } from "./example.ts";

const source = { name: "scenarios/uplink-rush.yaml", text: "a\nb\nc\nd\ne\nlinks:\n    up: 30 mbs\n", isOption: false };
const start = source.text.indexOf("30");
const problem = {
  path: "links.cell.up",
  at: { source, start, end: start + 6 },
  expected: 'a data rate such as "50 Mbit/s"',
  got: '"30 mbs"',
  hint: 'did you mean "30 Mbit/s"?',
};

test("a problem is shown with file, line, column, path, expected, got, hint and the line with carets", () => {
  expect(render(problem)).toBe(`scenarios/uplink-rush.yaml:7:9  links.cell.up
  expected  a data rate such as "50 Mbit/s"
  got       "30 mbs"
  hint      did you mean "30 Mbit/s"?
  7 |     up: 30 mbs
              ^^^^^^`);
});

test("of a long line the part around the mistake is shown, its carets below it", () => {
  const text = `${"x".repeat(300)}BAD${"y".repeat(300)}`;
  const lines = render({ ...problem, at: { source: { ...source, text }, start: 300, end: 303 } }).split("\n");
  const [line, carets] = lines.slice(-2) as [string, string];
  expect(line.length).toBeLessThan(130);
  expect(line.indexOf("BAD")).toBe(carets.indexOf("^^^"));
});

test("problems come in the order of the file, those of the command line last", () => {
  const later = { ...problem, path: "second", at: { ...problem.at, start: start + 3 } };
  const option = {
    ...problem,
    path: "third",
    at: { source: { ...source, name: "--set a=1", isOption: true }, start: 0, end: 1 },
  };
  const text = renderAll([option, later, problem]);
  expect(text.indexOf("links.cell.up")).toBeLessThan(text.indexOf("second"));
  expect(text.indexOf("second")).toBeLessThan(text.indexOf("third"));
  expect(text).toContain("--set a=1  third\n  expected");
});

test("control characters of a broken file do not reach the terminal", () => {
  const text = "title: \u001b[31mred\u0007\n";
  const shown = render({ ...problem, at: { source: { ...source, text }, start: 7, end: 9 } });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test("a scenario error carries exit code 2 and every problem", () => {
  try {
    parseScenario(example.replace("seed: 7", "seed: -1").replace("12 Mbit/s", "12 Mbps"), { path: "x.yaml" });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    expect((error as ScenarioError).exitCode).toBe(2);
    expect((error as ScenarioError).problems).toHaveLength(2);
    expect((error as Error).message).toContain("x.yaml:3:7  seed");
  }
});

test("a misspelt key is one problem, with the key that was meant", () => {
  expect(problemsOf(example.replace("nodes:", "nodse:"))[0]).toMatchObject({
    path: "nodse",
    line: 14,
    column: 1,
    hint: 'did you mean "nodes"?',
  });
});

test("edits are counted, a swap of neighbours as one", () => {
  expect(editDistance("camera", "camera", 2)).toBe(0);
  expect(editDistance("caemra", "camera", 2)).toBe(1);
  expect(editDistance("cmra", "camera", 2)).toBe(2);
  expect(editDistance("edge", "camera", 2)).toBeGreaterThan(2);
  expect(nearest("egde", ["camera", "edge"])).toBe("edge");
  expect(nearest("cloud", ["camera", "edge"])).toBeNull();
  expect(nearest("x", ["up", "y"])).toBe("y");
});
