/** Priorities beyond two exponential classes at one server. Rates [1/s], times [s]. */
import { theory } from "./harness.ts";
import { erlangC } from "./queues.ts";

interface Class {
  /** As a scenario writes it. */
  readonly time: string;
  readonly rate: number;
  readonly mean: number;
  /** E[S^2]. */
  readonly second: number;
}

function scenario(discipline: string, servers: number, classes: Readonly<Record<string, Class>>): string {
  const names = Object.keys(classes);
  const times = names.map((name) => `${name}: ${classes[name]!.time}`).join(", ");
  const streams = names.map(
    (name, i) =>
      `  ${name}: { from: server, arrivals: { poisson: ${classes[name]!.rate} /s }, answer_to: nowhere, priority: ${i} }`,
  );
  return `
version: 1
title: classes
model:
  synthetic:
    segments: [ { name: work, time: { stream: { ${times} } } } ]
    exits: [ { after: work } ]
nodes: { server: { servers: ${servers}, queue: { discipline: ${discipline} } } }
workload:
${streams.join("\n")}
policies: { here: { exit: { rule: never }, place: { rule: only, node: server } } }
`;
}

// Constant 5 ms, hyperexponential of mean 10 ms and E[S^2] 400 ms^2, exponential 8 ms: loads 0.15, 0.2, 0.2.
const classes = {
  first: { time: "5 ms", rate: 30, mean: 0.005, second: 25e-6 },
  second: {
    time: "{ hyperexponential: { shares: [0.8, 0.2], means: [5 ms, 30 ms] } }",
    rate: 20,
    mean: 0.01,
    second: 400e-6,
  },
  third: { time: "{ exponential: 8 ms }", rate: 25, mean: 0.008, second: 128e-6 },
} as const satisfies Record<string, Class>;
const three = Object.values(classes);

/** Load of the first k classes. */
const load = (k: number): number => three.slice(0, k).reduce((sum, { rate, mean }) => sum + rate * mean, 0);
/** Work that an arrival finds in service, of the first k classes. */
const found = (k: number): number => three.slice(0, k).reduce((sum, { rate, second }) => sum + (rate * second) / 2, 0);
/** Mean stay of class k = 1, 2, 3. */
const waits = (k: number): number => three[k - 1]!.mean + found(3) / ((1 - load(k - 1)) * (1 - load(k)));
const resumes = (k: number): number =>
  three[k - 1]!.mean / (1 - load(k - 1)) + found(k) / ((1 - load(k - 1)) * (1 - load(k)));
const inTurn = (k: number): number => three[k - 1]!.mean + found(3) / (1 - load(3));

theory("M/G/1 with three classes, non-preemptive", {
  of: scenario("priority", 1, classes),
  seed: 411,
  requests: 150_000,
  facts: Object.fromEntries(
    Object.keys(classes).map((name, i) => [
      `the ${name} class's mean sojourn`,
      {
        figure: `streams.${name}.latency_s.mean`,
        exact: waits(i + 1),
        source: "A. Cobham, Operations Research 2(1), 1954: W0 / ((1 - sigma_k-1) (1 - sigma_k))",
        wrong:
          i === 0 ? { value: resumes(1), of: "preemption" } : { value: inTurn(i + 1), of: "first come first served" },
      },
    ]),
  ),
});

theory("M/G/1 with three classes, preemptive-resume", {
  of: scenario("priority-preemptive", 1, classes),
  seed: 412,
  requests: 150_000,
  facts: Object.fromEntries(
    Object.keys(classes).map((name, i) => [
      `the ${name} class's mean sojourn`,
      {
        figure: `streams.${name}.latency_s.mean`,
        exact: resumes(i + 1),
        source: "S / (1 - sigma_k-1) + sum to k of lambda E[S^2] / 2 / ((1 - sigma_k-1) (1 - sigma_k))",
        wrong: { value: waits(i + 1), of: "no preemption" },
      },
    ]),
  ),
});

// Two servers, two classes of 60/s, exponential 10 ms each: 1.2 erlang.
const exponential: Class = { time: "{ exponential: 10 ms }", rate: 60, mean: 0.01, second: 2e-4 };
const start = erlangC(2, 1.2) / 200;
theory("M/M/2 with two classes, non-preemptive", {
  of: scenario("priority", 2, { urgent: exponential, bulk: exponential }),
  seed: 413,
  requests: 110_000,
  facts: {
    "the urgent's mean sojourn": {
      figure: "streams.urgent.latency_s.mean",
      exact: 0.01 + start / 0.7,
      source: "Cobham, several channels: C / (c mu) / (1 - sigma_1)",
      wrong: { value: 0.01 + start / 0.4, of: "first come first served" },
    },
    "the others' mean sojourn": {
      figure: "streams.bulk.latency_s.mean",
      exact: 0.01 + start / (0.7 * 0.4),
      source: "C / (c mu) / ((1 - sigma_1) (1 - sigma_2))",
      wrong: { value: 0.01 + start / 0.4, of: "first come first served" },
    },
  },
});
