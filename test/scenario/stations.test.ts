import { expect, test } from "vitest";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { example, read } from "./example.ts";

const resources = fileResources(".");
const without = ({ origins: _, ...scenario }: Scenario) => scenario;
const changed = (...changes: readonly (readonly [from: string, to: string])[]): string =>
  changes.reduce((text, [from, to]) => text.replace(from, to), example);
/** Read, and the same when its resolved form is read again. */
function whole(...changes: readonly (readonly [from: string, to: string])[]): Scenario {
  const scenario = read(changed(...changes));
  const again = parseScenario(resolvedYaml(scenario), { path: "resolved.yaml", resources });
  expect(without(again)).toEqual(without(scenario));
  return scenario;
}

test.each(["fifo", "priority", "priority-preemptive", "edf", "sjf", "ps"])("a queue can be %s", (discipline) => {
  const { nodes } = whole(["discipline: fifo", `discipline: ${discipline}`]);
  expect(nodes[0]!.queue.discipline).toBe(discipline);
});
