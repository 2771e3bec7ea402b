/** Scenarios behind docs/findings.md: they run in the slow suite. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const findings: readonly string[] = [
  ...readFileSync(join(import.meta.dirname, "../docs/findings.md"), "utf8").matchAll(
    /^`offramp run scenarios\/([a-z0-9-]+\.yaml)`$/gm,
  ),
].map((match) => match[1]!);
