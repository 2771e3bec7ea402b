import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

test("no declaration that the package's models entry reaches names a type of TensorFlow.js", () => {
  const out = mkdtempSync(join(tmpdir(), "offramp-declarations-"));
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const options = ["-p", join(root, "tsconfig.build.json"), "--outDir", out, "--emitDeclarationOnly", "--noCheck"];
  execFileSync(process.execPath, [tsc, ...options], { cwd: root });
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const text = readFileSync(path, "utf8");
    expect(text.replace(/\/\*[\s\S]*?\*\//g, ""), path).not.toContain("@tensorflow");
    for (const [, from] of text.matchAll(/from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/g)) {
      if (from !== undefined) visit(resolve(dirname(path), from.replace(/\.[jt]s$/, ".d.ts")));
    }
  };
  visit(join(out, "src", "models", "index.d.ts"));
  expect(reached.size).toBeGreaterThan(8);
});
