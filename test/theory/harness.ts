/**
 * Theory cases: what a simulation must come to, by formula. Each runs replications through the tool's own statistics, until the standard
 * error is at most 0.25 %; accepts within max(4 standard errors, 0.2 %); and rejects a value that a plausible mistake would give.
 * Seeds are committed; `npm run test:theory:fresh` takes others.
 */
import { appendFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isInterval, valueAt } from "../../src/experiment/metrics.ts";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import type { PolicyResult } from "../../src/experiment/result.ts";
import type { Replication } from "../../src/sim/collector.ts";
import type { Setup } from "../../src/sim/setup.ts";
import { built } from "../built.ts";

// The built program: the test runner's own way to run sources more than doubles the time.
const { simulate } = await built<typeof import("../../src/sim/simulation.ts")>("sim/simulation");
const { outcomeOf } = await built<typeof import("../../src/experiment/outcome.ts")>("experiment/outcome");

/** Replications in one go: with 40, four standard errors are exceeded once in 3,700 cases by chance. */
const together = 40;
/** Goes before the standard error must be small enough. */
const mostGoes = 5;
/** Largest standard error, and least acceptance, over the exact value. */
const largestError = 0.0025;
const leastAcceptance = 0.002;

export interface Fact {
  /** Path in a policy's result, such as `latency_s.mean` or `nodes.server.waiting_s.mean`; or what to read of it. */
  readonly figure: string | ((result: PolicyResult) => Figure);
  /** Exact value, in the unit of the figure's key. */
  readonly exact: number;
  /** The formula in words or symbols, and where it is from. */
  readonly source: string;
  /** What a plausible mistake would give; it must be outside the acceptance. */
  readonly wrong: { readonly value: number; readonly of: string };
}

export interface Figure {
  readonly estimate: number;
  /** Standard error. */
  readonly error: number;
}

export interface TheoryCase {
  /** Scenario text, or a setup. Its seed, warm-up and requests are used as written; its replications are not. */
  readonly of: string | Setup;
  /** Policy of a scenario text; its only one unless given. */
  readonly policy?: string;
  readonly seed: number;
  /** Requests of each replication instead of what is written; a tenth of them is the warm-up. */
  readonly requests?: number;
  /** By a name that finishes the sentence "<case> has …". */
  readonly facts: Readonly<Record<string, Fact>>;
}

/** Registers a test for each fact of a case; the simulation is run once. */
export function theory(name: string, given: TheoryCase): void {
  describe(name, () => {
    let result: PolicyResult | undefined;
    for (const [fact, { figure, exact, source, wrong }] of Object.entries(given.facts)) {
      test(`has ${fact}: ${source}`, () => {
        result ??= simulateCase(given);
        const { estimate, error } = read(result, figure);
        const { isKnown, isNear, isTold } = judged({ estimate, error }, exact, wrong.value);
        record({ case: name, fact, exact, estimate, error, holds: isKnown && isNear && isTold });
        const seen = `estimate ${estimate}, standard error ${error} (${((100 * error) / Math.abs(exact)).toFixed(3)} %), exact ${exact}, seed ${seedFor(given.seed)}`;
        expect(isKnown, `too few requests for a standard error of 0.25 %: ${seen}`).toBe(true);
        expect(isNear, `off: ${seen}`).toBe(true);
        expect(isTold, `cannot tell from ${wrong.of}, ${wrong.value}: ${seen}`).toBe(true);
      });
    }
  });
}

export interface Judgement {
  /** The standard error is small enough. */
  readonly isKnown: boolean;
  /** The estimate is within what is accepted. */
  readonly isNear: boolean;
  /** The wrong alternative is not. */
  readonly isTold: boolean;
}

/** What is asked of every fact. A standard error that is no number is none that is small enough. */
export function judged({ estimate, error }: Figure, exact: number, wrong: number): Judgement {
  const acceptance = Math.max(4 * error, leastAcceptance * Math.abs(exact));
  return {
    isKnown: error <= largestError * Math.abs(exact),
    isNear: Math.abs(estimate - exact) <= acceptance,
    isTold: Math.abs(estimate - wrong) > acceptance,
  };
}

/** A line for each fact, to the file that `scripts/fresh-theory.mjs` makes its table of. */
function record(seen: Record<string, unknown>): void {
  const file = process.env.OFFRAMP_THEORY_FACTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(seen)}\n`);
}

/** The committed seed, or with `OFFRAMP_THEORY_SEED` another for each case. */
export function seedFor(committed: number): number {
  const base = process.env.OFFRAMP_THEORY_SEED;
  return base === undefined ? committed : Number(base) + committed;
}

/** Replications until every fact is known well enough, or there were enough goes. */
function simulateCase(given: TheoryCase): PolicyResult {
  const written = setupOf(given);
  const { requests } = given;
  const run = requests
    ? { ...written.run, requests, duration: null, warmup: { kind: "requests" as const, n: Math.round(requests / 10) } }
    : written.run;
  const setup = { ...written, run, seed: seedFor(given.seed) };
  const replications: Replication[] = [];
  for (let go = 1; ; go++) {
    while (replications.length < go * together) replications.push(simulate(setup, replications.length));
    const { result } = outcomeOf(setup, replications, 0.95);
    const known = Object.values(given.facts).every(
      ({ figure, exact }) => read(result, figure).error <= largestError * Math.abs(exact),
    );
    if (known || go === mostGoes) return result;
  }
}

function setupOf({ of, policy }: TheoryCase): Setup {
  if (typeof of !== "string") return of;
  const experiment = prepareExperiment(of);
  return experiment.setup({}, policy ?? experiment.policies[0]!);
}

function read(result: PolicyResult, figure: Fact["figure"]): Figure {
  if (typeof figure !== "string") return figure(result);
  return figureOf(result, figure);
}

/** An interval of a result as estimate and standard error. @throws Error when the result has none at that path */
export function figureOf(result: PolicyResult, path: string): Figure {
  const value = valueAt(result, path);
  if (!isInterval(value)) throw new Error(`no interval at ${path}`);
  const known = value.values.filter((v) => v !== null);
  // Of the values and not of the limits, which a verdict may take away.
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const variance = known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (known.length - 1);
  return { estimate: value.estimate, error: Math.sqrt(variance / known.length) };
}
