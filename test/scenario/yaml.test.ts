import { expect, test } from "vitest";
import { ScenarioError } from "../../src/scenario/errors.ts";
import { toPlain } from "../../src/scenario/tree.ts";
import { largestFile, readYaml } from "../../src/scenario/yaml.ts";

const source = (text: string) => ({ name: "x.yaml", text, isOption: false });
const message = (text: string): string => {
  try {
    readYaml(source(text));
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message;
  }
  throw new Error("it was read");
};

test("a value keeps the place it was written at", () => {
  const tree = readYaml(source("a:\n  b: [1, two]\n"));
  expect(toPlain(tree)).toEqual(
    Object.assign(Object.create(null), { a: Object.assign(Object.create(null), { b: [1, "two"] }) }),
  );
  const list =
    tree.kind === "map" && tree.entries[0]!.value.kind === "map" ? tree.entries[0]!.value.entries[0]!.value : null;
  expect(list?.kind === "list" && list.items[1]!.at).toMatchObject({ start: 12, end: 15 });
});

test("an alias stands for what it names, which keeps the place it was written at", () => {
  const tree = readYaml(source("a: &x { n: 1 }\nb: *x\n"));
  expect(tree.kind === "map" && tree.entries[1]!.value.at.start).toBe(6);
  expect(JSON.stringify(toPlain(tree))).toBe('{"a":{"n":1},"b":{"n":1}}');
});

test.each([
  ["an empty file", ""],
  ["an empty file", "   \n"],
  ["no content", "# only a comment\n"],
  ["a binary file", "a\0b"],
  ["a second one after ---", "a: 1\n---\nb: 2\n"],
  ['a second "a"', "a: 1\na: 2\n"],
  ['a second "a"', "{ a: 1, a: 2 }"],
  ["a tab", "a:\n\t- b\n"],
  ["must be sufficiently indented", "a: [1, 2\n"],
  ["missing closing", 'a: "open\n'],
  ["unresolved tag", "a: !!js/function x\n"],
  ["*nothing, which is not defined", "a: *nothing\n"],
  ["*a, inside itself", "a: &a { b: *a }\n"],
  ["a list, map or alias as key", "? [a]\n: b\n"],
  ["YAML 1.1", "%YAML 1.1\n---\na: yes\n"],
  ["deeper nesting", "[".repeat(900_000)],
  ["deeper nesting", "{a: ".repeat(100_000)],
  ["deeper nesting", "- ".repeat(100_000)],
  ["deeper nesting", `${" ".repeat(300)}a: 1`],
  ["1000001 characters", "x".repeat(largestFile + 1)],
] as const)("refused: %s", (got, text) => {
  expect(message(text)).toContain(got);
});

test("an alias bomb is refused before it unfolds", () => {
  const levels = "abcdefghijkl";
  const lines = [...levels].map((name, i) =>
    i === 0
      ? "a: &a [x, x, x, x, x, x, x, x, x]"
      : `${name}: &${name} [${Array(9)
          .fill(`*${levels[i - 1]}`)
          .join(", ")}]`,
  );
  expect(message(lines.join("\n"))).toContain("at most 100 aliases");
  const wide = `a: &a [${Array(5000).fill("x").join(", ")}]\n${Array.from({ length: 9 }, (_, i) => `k${i}: *a`).join("\n")}`;
  expect(message(wide)).toContain("aliases that repeat at most 10000 values");
});

test("a file of ten thousand keys is read in a moment", () => {
  const text = Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join("\n");
  const startedAt = performance.now();
  readYaml(source(text));
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
