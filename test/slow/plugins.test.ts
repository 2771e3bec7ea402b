/** What needs the shipped profile or the TypeScript compiler: promises of rules, of users' and ours. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { promisesOf } from "../../src/experiment/promises.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { offramp, root } from "../cli/offramp.ts";

const folder = mkdtempSync(join(tmpdir(), "offramp-rules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const resources = () => fileResources(folder);

test("the manual's rules run and keep every promise", async () => {
  const manual = readFileSync(new URL("../../docs/plugins.md", import.meta.url), "utf8");
  const [hurry, emptiest] = [...manual.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(hurry!.trim().split("\n").length).toBeLessThanOrEqual(20);
  write("hurry.ts", hurry!);
  write("emptiest.ts", emptiest!);
  for (const kept of await promisesOf("exit", "{ rule: ./hurry.ts, sure: 0.9 }", resources()))
    expect(kept).toMatchObject({ broken: null });
  for (const kept of await promisesOf("place", "{ rule: ./emptiest.ts, among: [source, edge] }", resources()))
    expect(kept).toMatchObject({ broken: null });
});

test("state outside the function is found by the promises", async () => {
  write("shared.ts", 'let asked = 0;\nexport default () => () => (asked++ % 3 === 0 ? 0 : "go-on");');
  const kept = await promisesOf("exit", "{ rule: ./shared.ts }", resources());
  expect(kept.filter(({ broken }) => broken !== null).map(({ promise }) => promise)).toContain(
    "keeps its state to itself: what another device asks changes nothing",
  );
});

const shipped = fileResources(root);
const ours: Readonly<Record<"exit" | "place" | "both", readonly string[]>> = {
  exit: [
    "{ rule: max-probability, threshold: 0.9 }",
    "{ rule: entropy, threshold: 0.3 }",
    "{ rule: margin, threshold: 0.8 }",
    "{ rule: patience, patience: 1 }",
    "{ rule: calibrated, threshold: 0.9 }",
    "{ rule: ensemble, threshold: 0.9 }",
    "{ rule: gate }",
    "{ rule: budgeted, budget: 0.6 }",
    "{ rule: anytime, deadline: 20 ms }",
    "{ rule: deadline-aware, base: { rule: entropy, threshold: 0.4 } }",
    "{ rule: cost-aware, worth: 100 ms }",
    "{ rule: load-adaptive, waiting: 2 }",
    "{ rule: random, share: 0.3 }",
    "{ rule: first }",
    "{ rule: never }",
  ],
  place: [
    "{ rule: random, among: [source, edge] }",
    "{ rule: round-robin, among: [source, edge] }",
    "{ rule: shortest-queue, among: [source, edge] }",
    "{ rule: power-of-two, among: [edge, cloud] }",
    "{ rule: least-expected, among: [edge, cloud] }",
    "{ rule: neurosurgeon, to: edge }",
    "{ rule: jointdnn, among: [source, edge, cloud] }",
    "{ rule: queue-aware, among: [edge, cloud] }",
    "{ rule: drift-plus-penalty, among: [edge, cloud] }",
    "{ rule: mu-lin-ucb, to: edge }",
  ],
  both: [
    "{ rule: edgent, to: edge }",
    "{ rule: spinn, to: edge }",
    "{ rule: splitee, to: edge }",
    "{ rule: lee, worth: 1 s }",
  ],
};

for (const [kind, rules] of Object.entries(ours))
  test(`our rules keep what users' rules are checked for: ${kind}`, async () => {
    for (const rule of rules)
      for (const kept of await promisesOf(kind as "exit", rule, shipped))
        expect({ rule, ...kept }).toMatchObject({ broken: null });
  });

test("check-rule prints promise by promise, and ends with 2 where one is broken", () => {
  write("sure.ts", 'export default () => (r: { confidence: number }[]) => (r[0]!.confidence > 0.9 ? 0 : "go-on");');
  const fine = offramp(["check-rule", join(folder, "sure.ts")]);
  expect(fine.code).toBe(0);
  expect(
    fine.stdout
      .trim()
      .split("\n")
      .every((line) => line.startsWith("kept ")),
  ).toBe(true);
  write("peeks.ts", "export default () => () => 2;");
  const wrong = offramp(["check-rule", join(folder, "peeks.ts")]);
  expect(wrong.code).toBe(2);
  expect(`${wrong.stdout}${wrong.stderr}`).toContain("an exit that was reached");
});

test("the manual's rules type-check; one that peeks does not", () => {
  const manual = readFileSync(join(root, "docs/plugins.md"), "utf8");
  const typed = mkdtempSync(join(tmpdir(), "offramp-types-"));
  mkdirSync(join(typed, "node_modules"));
  symlinkSync(root, join(typed, "node_modules/offramp"));
  [...manual.matchAll(/```ts\n([\s\S]*?)```/g)].forEach((block, i) => {
    writeFileSync(join(typed, `fine-${i}.ts`), block[1]!);
  });
  const check = (...files: string[]): string => {
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--skipLibCheck",
      "--types",
      "",
    ];
    try {
      execFileSync(process.execPath, [tsc, ...options, ...files], { cwd: typed, encoding: "utf8" });
      return "";
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  expect(check("fine-0.ts", "fine-1.ts")).toBe("");
  const peek = (what: string): string =>
    `import type { ExitPlugin } from "offramp";\nconst rule: ExitPlugin = () => (reached, observed) => (${what} ? 0 : "go-on");\nexport default rule;`;
  writeFileSync(join(typed, "label.ts"), peek("reached[0]!.label === 1"));
  writeFileSync(join(typed, "future.ts"), peek("observed.futureRate('cell') > 1"));
  const said = check("label.ts", "future.ts");
  expect(said).toMatch(/label\.ts.*Property 'label' does not exist/);
  expect(said).toMatch(/future\.ts.*Property 'futureRate' does not exist/);
  rmSync(typed, { recursive: true, force: true });
});
