import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { ScenarioError } from "../../src/scenario/errors.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { offeredLoad } from "../../src/scenario/offered-load.ts";
import { parseDocument, parseScenario, readScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { withOptions } from "../../src/scenario/set.ts";
import { example } from "./example.ts";

const resources = fileResources(".");
const words = [
  "0",
  "-1",
  "1e309",
  ".nan",
  ".inf",
  "~",
  "''",
  "[]",
  "{}",
  "true",
  "5 ms",
  "3 kB",
  "2 /s",
  "95 %",
  "none",
  "unbounded",
  "auto",
  "random",
  "source",
  "nowhere",
  "all",
  "camera",
  "edge",
  "stem",
  "tail",
  "split",
  "{ a: b }",
  "[1, 2]",
  "&x",
  "*x",
  "!!str",
  "? ",
  "- ",
  "\t",
  "#",
  ": ",
  "'",
  '"',
  "|",
  ">",
  "constructor",
  "__proto__",
  "toString",
  "\u0000",
  "\u{1F600}",
  "device: rpi4",
  "preset: wifi6",
  "kind: fixed",
  "rule: entropy",
  "threshold: 0.5",
  "total: true",
  "table: x.npz",
  "profile: b-lenet-fashion",
  "{ on: { camera: 1 ms } }",
  "{ exponential: 1 ms }",
] as const;

/** What may happen to a text: a scenario, or an error that the user can act on. */
function survives(make: () => ReturnType<typeof parseScenario>): void {
  try {
    const scenario = make();
    resolvedYaml(scenario);
    for (const { name } of scenario.policies) offeredLoad(compile(scenario, name, resources));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.message).toMatch(/expected {2}.*\n {2}got/);
    expect(error.problems.length).toBeGreaterThan(0);
  }
}

const spot = fc.nat({ max: example.length });

test("whatever is cut, put in or doubled, a scenario is read or its problems are named", () => {
  const cut = fc.tuple(spot, fc.nat({ max: 40 })).map(
    ([at, n]) =>
      (text: string) =>
        text.slice(0, at) + text.slice(at + n),
  );
  const put = fc.tuple(spot, fc.constantFrom(...words)).map(
    ([at, word]) =>
      (text: string) =>
        text.slice(0, at) + word + text.slice(at),
  );
  const doubled = fc.tuple(spot, fc.nat({ max: 200 })).map(
    ([at, n]) =>
      (text: string) =>
        text.slice(0, at + n) + text.slice(at),
  );
  const swapped = fc.tuple(spot, spot).map(
    ([a, b]) =>
      (text: string) =>
        text.slice(0, a) + text.slice(b, b + 20) + text.slice(a),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(cut, put, doubled, swapped), { minLength: 1, maxLength: 4 }), (changes) => {
      survives(() =>
        parseScenario(
          changes.reduce((text, change) => change(text), example),
          { resources },
        ),
      );
    }),
    { numRuns: 120 },
  );
});

/** Places of single values: what stands after a colon or in a list. */
const values = [...example.matchAll(/(?<=[:[,] )[^,{}[\]\n]+/g)].map((match) => ({
  at: match.index,
  length: match[0].length,
}));

test("whatever single values are replaced by, a scenario is read or its problems are named", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...values), fc.constantFrom(...words)), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const ordered = [...changes].sort(([a], [b]) => b.at - a.at);
        survives(() =>
          parseScenario(
            ordered.reduce(
              (text, [{ at, length }, word]) => text.slice(0, at) + word + text.slice(at + length),
              example,
            ),
            { resources },
          ),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("whatever is given to --set, it is taken or refused with its name", () => {
  const part = fc.oneof(
    fc.constantFrom(
      "links",
      "cell",
      "up",
      "nodes",
      "camera",
      "model",
      "synthetic",
      "segments",
      "stem",
      "0",
      "sweep",
      "__proto__",
      "",
    ),
    fc.string({ maxLength: 5 }),
  );
  const option = fc
    .tuple(fc.array(part, { maxLength: 5 }), fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 12 })))
    .map(([path, value]) => `${path.join(".")}=${value}`);
  fc.assert(
    fc.property(fc.array(option, { maxLength: 3 }), (options) => {
      survives(() => readScenario(withOptions(parseDocument(example), options), resources));
    }),
    { numRuns: 120 },
  );
});

test("whatever bytes a text is made of, it is refused in words", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      survives(() => parseScenario(text, { resources }));
    }),
    { numRuns: 100 },
  );
});
