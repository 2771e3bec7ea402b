import { expect, test } from "vitest";
import { renderTable } from "../../src/report/table.ts";
import { emptied, fixture, usual } from "./fixture.ts";

const { result } = fixture(usual);
const widest = (text: string): number => Math.max(...text.split("\n").map((line) => Array.from(line).length));
const long = Array.from({ length: 12 }, (_, i) => `a-policy-with-a-rather-long-name-that-ends-in-${i}`);

test("the table fits into 80 columns, with twelve policies of long names too", () => {
  expect(widest(renderTable(result, { color: false, width: 80 }))).toBeLessThanOrEqual(80);
  expect(
    widest(renderTable(fixture({ ...usual, policies: long }).result, { color: false, width: 80 })),
  ).toBeLessThanOrEqual(80);
});

test("a wide terminal shows a policy on one line", () => {
  const text = renderTable(result, { color: false, width: 160 });
  expect(text).toMatch(/^split-70 .*better.*\[.*\].*68\/19\/13$/m);
});

test("every policy, verdict, expectation and swept value is in the table", () => {
  const text = renderTable(result, { color: false, width: 80 });
  for (const { name } of result.policies) expect(text).toContain(name);
  for (const { text: expected, verdict } of result.expectations) expect(text).toContain(`${expected} — ${verdict}`);
  for (const { at } of result.sweep) expect(text).toContain(String(Object.values(at)[0]));
  expect(text).toContain("cloud-only (base)");
});

test("colour is written only where it is asked for, and changes no letter", () => {
  const plain = renderTable(result, { color: false, width: 100 });
  const coloured = renderTable(result, { color: true, width: 100 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
  const codes = /\u001b\[[\d;]*m/g;
  expect(plain).not.toMatch(codes);
  expect(coloured).toMatch(codes);
  expect(coloured.replace(codes, "")).toBe(plain);
});

test("a result without values is a table of dashes", () => {
  const text = renderTable(emptied(result), { color: false, width: 80 });
  expect(text).toContain("—");
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test("a warning stands below the table with the policy it is about", () => {
  const policies = result.policies.map((p, i) =>
    i === 1 ? { ...p, verdict: { steady: false, reasons: ["overload: node edge is busy 100 % of the time"] } } : p,
  );
  expect(renderTable({ ...result, policies }, { color: false, width: 80 })).toContain(
    "! device-only: overload: node edge is busy 100 % of the time",
  );
});

test("latencies of very different sizes carry their own prefixes", () => {
  const text = renderTable(fixture({ ...usual, ratios: [1, 1e5, 1e-3, 1] }).result, { color: false, width: 100 });
  expect(text).toMatch(/device-only .* \d+ s /);
  expect(text).toMatch(/split-90 .* µs/);
});

test("a policy without a steady state has that said in place of its interval", () => {
  const [first, ...rest] = result.policies;
  const unsteady = {
    ...first!,
    verdict: { steady: false, reasons: ["overload"] },
    latency_s: { ...first!.latency_s, p95: { ...first!.latency_s.p95!, low: null, high: null } },
  };
  const text = renderTable({ ...result, policies: [unsteady, ...rest] }, { color: false, width: 160 });
  expect(text.split("\n").find((line) => line.startsWith(first!.name))).toContain("(no steady state)");
});

test("the numbers of replications and requests are those of all policies, where each stopped by itself", () => {
  const { result } = fixture(usual);
  const [first, ...others] = result.policies;
  const { mean } = first!.latency_s;
  const few = {
    ...first!,
    requests: { ...first!.requests, arrived: 250 },
    latency_s: { ...first!.latency_s, mean: { ...mean!, n: 3, values: mean!.values.slice(0, 3) } },
  };
  const text = renderTable({ ...result, policies: [few, ...others] });
  expect(text).toContain(`3 to ${mean!.values.length} replications, 250 to `);
  expect(text).toMatch(/from\s+3\s+to\s+\d+\s+replications/);
  expect(renderTable(result)).toContain(`, ${mean!.values.length} replications, `);
});
