import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { offramp, root, scenarioFile, temporaryFolder } from "./cli/offramp.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const scripts = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts as Record<string, string>;

test("the scenario of the README runs as it stands there, and its expectation holds", () => {
  const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(blocks).toHaveLength(1);
  const out = temporaryFolder();
  const answer = offramp(["run", scenarioFile(blocks[0]!), "--out", out, "--no-report", "--quiet"]);
  expect(answer.stderr).toBe("");
  expect(answer.code).toBe(0);
});

test("the two commands of the README are scripts of the package", () => {
  const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!.trim());
  expect(commands).toEqual(["npm install && npm run main", "npm install && npm test"]);
  expect(scripts.main).toMatch(/offramp\.js run scenarios\/[a-z-]+\.yaml/);
  expect(existsSync(join(root, scripts.main!.match(/scenarios\/\S+/)![0]))).toBe(true);
});

test("every page that the README and docs link to is there", () => {
  const pages = [
    "README.md",
    "ARCHITECTURE.md",
    ...readdirSync(join(root, "docs"))
      .filter((f) => f.endsWith(".md"))
      .map((f) => `docs/${f}`),
  ];
  for (const page of pages) {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)) {
      expect([page, target, existsSync(join(root, page, "..", target!))]).toEqual([page, target, true]);
    }
  }
});

test("the version in the source is that of the package", async () => {
  const { version } = await import("../src/version.ts");
  expect(version).toBe(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
});
