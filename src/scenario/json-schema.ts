/** The JSON Schema that editors complete and explain scenarios with: the same readers, said in another way. */
import * as z from "zod";
import { scenarioReader } from "./parse.ts";

/** Draft 7, which the YAML language server promises to understand. */
export function scenarioSchema(): object {
  const schema = z.toJSONSchema(scenarioReader.schema(), { target: "draft-7", io: "input" });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Offramp scenario",
    description: "Written by scripts/schema.mjs from src/scenario; do not edit.",
    ...schema,
  };
}

/** The file, as it ships. */
export function schemaText(): string {
  return `${JSON.stringify(scenarioSchema(), null, 1)}\n`;
}
