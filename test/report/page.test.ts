import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { renderHtml } from "../../src/report/html/page.ts";
import { emptied, fixture, usual } from "./fixture.ts";

const { result, distributions } = fixture(usual);
const page = renderHtml(result, distributions, { command: "offramp run scenarios/street-cameras.yaml" });

test("the same run makes the same page", () => {
  expect(renderHtml(result, distributions, { command: "offramp run scenarios/street-cameras.yaml" })).toBe(page);
});

test("a hostile name stays text, in the markup and in the data", () => {
  const name = "x</script><b>";
  const made = fixture({
    ...usual,
    title: name,
    policies: ["cloud-only", name],
    sweep: { path: "a<i>", values: ["<u>", "\u2028"] },
  });
  const text = renderHtml(made.result, made.distributions, { command: name, run: { [name]: name } });
  expect(text).toContain("x&lt;/script&gt;&lt;b&gt;");
  expect(text).toContain("x\\u003c/script\\u003e\\u003cb\\u003e");
  for (const raw of [name, "<u>", "a<i>"]) expect(text).not.toContain(raw);
  expect(text.slice(text.indexOf('id="figures"'))).not.toContain("\u2028");
  // The page's own two: the data and the code.
  expect(text.match(/<\/script>/g)).toHaveLength(2);
});

test("the page names no address to load anything from", () => {
  const loads = page.match(/\b(?:src|href)="(?!#|data:,)[^"]*"|url\(|@import|\bimport\s*\(/g);
  expect(loads).toBeNull();
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)/);
});

test("only the page's own script and style may run, by their hashes", () => {
  const hash = (tag: RegExp): string => {
    const text = tag.exec(page)?.[1];
    if (text === undefined) throw new Error(`no ${tag}`);
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src ${hash(/<script>([\s\S]*?)<\/script>/)};`);
  expect(policy).toContain(`style-src ${hash(/<style>([\s\S]*?)<\/style>/)};`);
  // An attribute would be refused by that policy and lost.
  expect(page.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/\sstyle="|\son[a-z]+="/);
});

test("a result with null wherever null may stand makes a page that says so", () => {
  const text = renderHtml(emptied(result), { ...distributions, policies: [] });
  expect(text).toContain("No policy completed a request");
  expect(text.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/NaN|undefined|\[object|Infinity/);
});

test("the verdict names the winner, the gap and the price", () => {
  expect(page).toMatch(
    /split-70 answers in [\d.]+ ms on average, [\d.]+ ms \([\d.]+ %\) sooner than the baseline, cloud-only, at the price of [\d.]+ percentage points of accuracy/,
  );
});

test("a verdict that no interval settles is not claimed", () => {
  const undecided = {
    ...result,
    comparisons: result.comparisons.map((c) => ({ ...c, verdict: "undecided" as const })),
  };
  expect(renderHtml(undecided, distributions)).toContain(
    "No policy is shown to be faster than the baseline, cloud-only",
  );
});

test("of several comparisons the page says that verdicts hold together, and intervals alone", () => {
  const note = /one may be undecided although its interval leaves out 0/;
  const of = (...others: string[]): string => {
    const made = fixture({ ...usual, policies: ["base", ...others] });
    return renderHtml(made.result, made.distributions);
  };
  expect(of("one", "two")).toMatch(note);
  expect(of("one")).not.toMatch(note);
});

test("a policy whose queue grows never wins, and the page warns of it", () => {
  const reason = "growing queue: mean latency rose by 40 %";
  const policies = result.policies.map((p) =>
    p.name === "split-70" ? { ...p, verdict: { steady: false, reasons: [reason] } } : p,
  );
  const text = renderHtml({ ...result, policies }, distributions);
  expect(text).toContain("split-90 answers in");
  expect(text).toContain(`<b>split-70</b>: ${reason}`);
});

test("every chart has its numbers in a table, and every input its hash", () => {
  const charts = page.match(/<figure /g)?.length ?? 0;
  expect(charts).toBe(14);
  expect(page.match(/Numbers behind this chart/g)).toHaveLength(charts);
  for (const { path, sha256 } of result.inputs) {
    expect(page).toContain(path);
    expect(page).toContain(sha256);
  }
});

test("streams have a table of their own when there is more than one", () => {
  expect(page).not.toContain('id="streams"');
  const two = fixture({ ...usual, streams: ["urgent", "bulk"] });
  expect(renderHtml(two.result, two.distributions)).toContain('id="streams"');
});
