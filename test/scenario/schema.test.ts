import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { z } from "zod";
import { scenarioSchema, schemaText } from "../../src/scenario/json-schema.ts";
import { scenarioReader } from "../../src/scenario/parse.ts";
import { toPlain } from "../../src/scenario/tree.ts";
import { readYaml } from "../../src/scenario/yaml.ts";
import { changed, example } from "./example.ts";

const file = join(import.meta.dirname, "../../scenarios/schema.json");
const schema: z.ZodType = scenarioReader.schema();
const accepts = (text: string): boolean =>
  schema.safeParse(JSON.parse(JSON.stringify(toPlain(readYaml({ name: "x", text, isOption: false }))))).success;

test("scenarios/schema.json is what scripts/schema.mjs writes of the readers as they are", () => {
  expect(readFileSync(file, "utf8")).toBe(schemaText());
});

test("the schema is draft 7, closed, and explains every key at the top", () => {
  const { properties, ...rest } = scenarioSchema() as { properties: Record<string, { description?: string }> };
  expect(rest).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#", additionalProperties: false });
  for (const property of Object.values(properties)) expect(property.description).toBeTruthy();
});

test("the schema takes what is read, and refuses what an editor can see to be wrong", () => {
  expect(accepts(example)).toBe(true);
  for (const [from, to] of [
    ["seed: 7", "sed: 7"],
    ["up: 12 Mbit/s", "up: 12 Mbps"],
    ["up: 12 Mbit/s", "up: 12"],
    ["kind: shared", "kind: nr-cells"],
    ["count: 4", "count: 0"],
    ["rule: never", "rule: nevr"],
  ] as const)
    expect(accepts(changed([from, to]))).toBe(false);
});
