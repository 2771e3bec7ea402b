/** What depends on the mean of a service and on nothing else of it: losses without waiting room, shared processors. Rates [1/s], times [s]. */
import { theory } from "./harness.ts";
import { erlangB, erlangC, meanWait, pollaczekKhinchine, station } from "./queues.ts";

// Three servers, no waiting room, 2 erlang: B = 4/19, whatever the law. Sevastyanov, 1957.
for (const [name, time, seed] of [
  ["constant", "10 ms", 401],
  ["hyperexponential", "{ hyperexponential: { shares: [0.8, 0.2], means: [5 ms, 30 ms] } }", 402],
] as const)
  theory(`M/G/3/3 offered 2 erlang, ${name} service`, {
    of: station(time, { rate: 200, servers: 3, node: "queue: { places: 0 }" }),
    seed,
    requests: 80_000,
    facts: {
      "Erlang's loss": {
        figure: "dropped",
        exact: erlangB(3, 2),
        source: "Erlang B(3, 2) = 4/19, insensitive",
        wrong: { value: erlangC(3, 2), of: "Erlang C" },
      },
    },
  });

// One server shared by two streams of 25/s each, of 5 and of 15 ms: load 0.5, each stays its own service / (1 - rho).
theory("M/G/1 processor sharing, short and long", {
  of: `
version: 1
title: short and long
model:
  synthetic:
    segments: [ { name: work, time: { stream: { short: 5 ms, long: 15 ms } } } ]
    exits: [ { after: work } ]
nodes: { server: { queue: { discipline: ps } } }
workload:
  short: { from: server, arrivals: { poisson: 25 /s }, answer_to: nowhere }
  long: { from: server, arrivals: { poisson: 25 /s }, answer_to: nowhere }
policies: { here: { exit: { rule: never }, place: { rule: only, node: server } } }
`,
  seed: 403,
  requests: 70_000,
  facts: {
    "the short in 10 ms": {
      figure: "streams.short.latency_s.mean",
      exact: 0.01,
      source: "E[T | S = x] = x / (1 - rho)",
      wrong: { value: 0.005 + pollaczekKhinchine(50, 0.01, 0.5), of: "first come first served" },
    },
    "the long in 30 ms": {
      figure: "streams.long.latency_s.mean",
      exact: 0.03,
      source: "E[T | S = x] = x / (1 - rho)",
      wrong: { value: 0.015 + 0.01, of: "the same slowdown in time, not in proportion" },
    },
  },
});

theory("M/G/1 processor sharing, lognormal service", {
  of: station("{ lognormal: { mean: 10 ms, cv: 0.8 } }", { rate: 50, node: "queue: { discipline: ps }" }),
  seed: 404,
  requests: 80_000,
  facts: {
    "mean sojourn 20 ms": {
      figure: "latency_s.mean",
      exact: 0.02,
      source: "insensitivity, S / (1 - rho)",
      wrong: { value: 0.01 + pollaczekKhinchine(50, 0.01, 0.8), of: "first come first served" },
    },
  },
});

// Three processors: each of n requests at min(1, 3 / n). The number inside is that of M/M/3, for any service.
theory("M/G/3 processor sharing, constant service", {
  of: station("10 ms", { rate: 180, servers: 3, node: "queue: { discipline: ps }" }),
  seed: 405,
  requests: 60_000,
  facts: {
    "M/M/3's mean sojourn": {
      figure: "latency_s.mean",
      exact: 0.01 + meanWait(3, 180, 100),
      source: "1 / mu + C / (c mu - lambda), insensitive",
      wrong: { value: 0.01 / 0.4, of: "one processor at the same load" },
    },
  },
});
