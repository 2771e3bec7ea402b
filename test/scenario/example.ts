/** A scenario that uses every section, for tests that change one thing in it. */
import { ScenarioError } from "../../src/scenario/errors.ts";
import { type ParseOptions, parseScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

export const example = `version: 1
title: Cameras
seed: 7
model:
  synthetic:
    input: 150 kB
    result: 200 B
    segments:
      - { name: stem, time: 4 ms, output: 30 kB }
      - { name: tail, time: { exponential: 8 ms } }
    exits:
      - { after: stem, share: 0.6, accuracy: 0.9, time: 0.5 ms }
      - { after: tail, accuracy: 95 % }
nodes:
  camera: { count: 4, servers: 1, queue: { discipline: fifo, places: 20 } }
  edge: { speed: 2, servers: 2, power: { idle: 2 W, busy: 6 W }, price: 0.50 USD/h }
links:
  cell: { between: [camera, edge], kind: shared, per: camera, up: 12 Mbit/s, down: 50 Mbit/s, latency: 5 ms, jitter: 1 ms }
workload:
  camera: { arrivals: { poisson: 2 /s }, deadline: 100 ms, late: drop }
policies:
  split: { exit: { rule: share }, place: { rule: fixed, segments: { stem: camera, tail: edge } } }
  there: { exit: { rule: never }, place: { rule: only, node: edge } }
baseline: there
run: { requests: 1000, warmup: 100, replications: 3, confidence: 90 % }
expect: ["split: p95 latency < 100 ms", "there: accuracy > 0.5"]
sweep: { links.cell.up: [6 Mbit/s, 12 Mbit/s] }
`;

export interface Found {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | null;
}

/** The scenario with some text replaced. @throws Error when the text is not there */
export function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`no ${from} in the example`);
    return text.replace(from, to);
  }, example);
}

export function read(text: string, options: ParseOptions = {}): Scenario {
  return parseScenario(text, { path: "cameras.yaml", ...options });
}

/** What is wrong with a text; fails when nothing is. */
export function problemsOf(text: string, options: ParseOptions = {}): Found[] {
  try {
    read(text, options);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ path, at, expected, got, hint }) => {
      const before = at === null ? "" : at.source.text.slice(0, at.start);
      const column = before.length - before.lastIndexOf("\n");
      return { path, line: before.split("\n").length, column, expected, got, hint };
    });
  }
  throw new Error("nothing is wrong with it");
}
