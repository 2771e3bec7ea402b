/** Stations: finite queues, priorities, processor sharing, shortest jobs, breakdowns, batches. Rates [1/s], times [s]. */
import { renewalRoot } from "./arrival-queues.ts";
import { theory } from "./harness.ts";
import { erlangB, erlangC, overExponential, pollaczekKhinchine, station } from "./queues.ts";

// lambda = 80/s, mu = 100/s, five in the system at most: P_n = (1 - rho) rho^n / (1 - rho^6), rho = 0.8.
const full = (k: number): number => (0.2 * 0.8 ** k) / (1 - 0.8 ** (k + 1));
const inside = [0, 1, 2, 3, 4, 5].reduce((sum, n) => sum + (n * (0.2 * 0.8 ** n)) / (1 - 0.8 ** 6), 0);
theory("M/M/1/5 at load 0.8", {
  of: station("{ exponential: 10 ms }", { rate: 80, node: "queue: { places: 4 }" }),
  seed: 201,
  requests: 120_000,
  facts: {
    "a share lost of P_5": {
      figure: "dropped",
      exact: full(5),
      source: "arrivals see the stationary state: (1 - rho) rho^5 / (1 - rho^6)",
      wrong: { value: full(4), of: "places that count the one in service" },
    },
    "the mean sojourn of those taken": {
      figure: "latency_s.mean",
      exact: inside / (80 * (1 - full(5))),
      source: "Little: L / (lambda (1 - P_5))",
      wrong: { value: inside / 80, of: "dividing by all arrivals" },
    },
  },
});

// Three servers, no waiting room, 2 erlang: B = 4/19.
theory("M/M/3/3 offered 2 erlang", {
  of: station("{ exponential: 10 ms }", { rate: 200, servers: 3, node: "queue: { places: 0 }" }),
  seed: 202,
  requests: 80_000,
  facts: {
    "Erlang's loss": {
      figure: "dropped",
      exact: erlangB(3, 2),
      source: "Erlang B(3, 2) = 4/19",
      wrong: { value: erlangC(3, 2), of: "Erlang C" },
    },
    "two erlang less what is lost inside": {
      figure: "nodes.server.in_system",
      exact: 2 * (1 - erlangB(3, 2)),
      source: "carried load a (1 - B)",
      wrong: { value: 2, of: "the offered load" },
    },
  },
});

/** Two streams of one priority each at one server: 40/s of 5 ms and of 10 ms, exponential. */
const twoClasses = (discipline: string): string => `
version: 1
title: two classes
model:
  synthetic:
    segments: [ { name: work, time: { stream: { urgent: { exponential: 5 ms }, bulk: { exponential: 10 ms } } } } ]
    exits: [ { after: work } ]
nodes: { server: { queue: { discipline: ${discipline} } } }
workload:
  urgent: { from: server, arrivals: { poisson: 40 /s }, answer_to: nowhere, priority: 1 }
  bulk: { from: server, arrivals: { poisson: 40 /s }, answer_to: nowhere, priority: 2 }
policies: { here: { exit: { rule: never }, place: { rule: only, node: server } } }
`;
// Work found in service: W0 = sum lambda E[S^2] / 2 = 40 x 25e-6 + 40 x 100e-6 = 5 ms. rho 0.2 and 0.4.
const w0 = 0.005;
const [cobham1, cobham2] = [w0 / 0.8, w0 / (0.8 * 0.4)];
const fifo = w0 / 0.4;
theory("M/M/1 with two classes, non-preemptive", {
  of: twoClasses("priority"),
  seed: 203,
  requests: 100_000,
  facts: {
    "the urgent in 11.25 ms": {
      figure: "streams.urgent.latency_s.mean",
      exact: 0.005 + cobham1,
      source: "A. Cobham, Operations Research 2(1), 1954: W0 / (1 - rho1)",
      wrong: { value: 0.005 / 0.8, of: "preemption" },
    },
    "the others in 25.625 ms": {
      figure: "streams.bulk.latency_s.mean",
      exact: 0.01 + cobham2,
      source: "Cobham: W0 / ((1 - rho1) (1 - rho1 - rho2))",
      wrong: { value: 0.01 + fifo, of: "first come first served" },
    },
  },
});
theory("M/M/1 with two classes, preemptive-resume", {
  of: twoClasses("priority-preemptive"),
  seed: 204,
  requests: 100_000,
  facts: {
    "the urgent as if alone, 6.25 ms": {
      figure: "streams.urgent.latency_s.mean",
      exact: 0.005 / 0.8,
      source: "M/M/1 of their own: 1 / (mu1 - lambda1)",
      wrong: { value: 0.005 + cobham1, of: "no preemption" },
    },
    "the others in 28.125 ms": {
      figure: "streams.bulk.latency_s.mean",
      exact: 0.01 / 0.8 + cobham2,
      source:
        "H. White, L. S. Christie, Operations Research 6(1), 1958: S / (1 - rho1) + W0 / ((1 - rho1) (1 - rho1 - rho2))",
      wrong: { value: 0.01 + cobham2, of: "no preemption" },
    },
  },
});

// lambda = 50/s, mean service 10 ms: S / (1 - rho) = 20 ms whatever its law; E[S^2] = 2 (0.8 x 25 + 0.2 x 900) = 400 ms^2, cv^2 = 3.
for (const [name, time, cv, seed] of [
  ["constant", "10 ms", 0, 205],
  ["hyperexponential", "{ hyperexponential: { shares: [0.8, 0.2], means: [5 ms, 30 ms] } }", Math.sqrt(3), 206],
] as const)
  theory(`M/G/1 processor sharing, ${name} service`, {
    of: station(time, { rate: 50, node: "queue: { discipline: ps }" }),
    seed,
    requests: 80_000,
    facts: {
      "mean sojourn 20 ms": {
        figure: "latency_s.mean",
        exact: 0.02,
        source: "insensitivity, S / (1 - rho): L. Kleinrock, Journal of the ACM 14(2), 1967",
        wrong: { value: 0.01 + pollaczekKhinchine(50, 0.01, cv), of: "first come first served" },
      },
    },
  });

/** Mean wait when the shortest goes first, exponential service of mean 1 / mu. */
function shortestFirst(lambda: number, mu: number): number {
  const shorter = (x: number): number => (lambda / mu) * (1 - (1 + mu * x) * Math.exp(-mu * x));
  return (lambda / mu ** 2) * overExponential(1 / mu, (x) => (1 - shorter(x)) ** -2);
}
theory("M/M/1 with the shortest job first, load 0.6", {
  of: station("{ exponential: 10 ms }", { rate: 60, node: "queue: { discipline: sjf }" }),
  seed: 207,
  requests: 100_000,
  facts: {
    "the mean wait of Phipps": {
      figure: "nodes.server.waiting_s.mean",
      exact: shortestFirst(60, 100),
      source: "T. E. Phipps, Operations Research 4(1), 1956: W0 E[1 / (1 - rho(S))^2]",
      wrong: { value: pollaczekKhinchine(60, 0.01, 1), of: "first come first served" },
    },
  },
});

// lambda = 30/s, mu = 100/s, failures f = 2/s, repairs r = 20/s, all exponential; a server that fails whether it works or not.
// Generating functions of the states up and down: P_u(z) = mu p / D(z), D(z) = mu - lambda z - f lambda z / (lambda (1 - z) + r),
// P_d = f P_u / (lambda (1 - z) + r). A = r / (r + f) = 10/11; D(1) = mu - lambda / A = 67; D'(1) = -lambda - f lambda (r + lambda) / r^2 = -37.5.
// L = -D'(1) / D(1) + f A lambda / r^2.
const available = 20 / 22;
const anyTime = (37.5 / 67 + (2 * available * 30) / 400) / 30;
theory("M/M/1 with breakdowns at any time", {
  of: station("{ exponential: 10 ms }", { rate: 30, node: "failures: { mtbf: 500 ms, mttr: 50 ms }" }),
  seed: 208,
  requests: 110_000,
  facts: {
    "mean sojourn 23.2 ms": {
      figure: "latency_s.mean",
      exact: anyTime,
      source: "H. White, L. S. Christie, Operations Research 6(1), 1958; derived above",
      wrong: { value: 1 / (100 * available - 30), of: "a server that is slower by its availability" },
    },
    "availability 10/11": {
      figure: "nodes.server.availability",
      exact: available,
      source: "mtbf / (mtbf + mttr)",
      wrong: { value: 0.9, of: "1 - mttr / mtbf" },
    },
  },
});
// The same server fails only while it works: M/G/1 of completion times C = service and the repairs in it, E[C] = m (1 + f / r) = 11 ms,
// E[C^2] = E[S^2] (1 + f / r)^2 + m f E[R^2] = 2e-4 x 1.21 + 0.01 x 2 x 2 / 400.
theory("M/M/1 with breakdowns while it works", {
  of: station("{ exponential: 10 ms }", { rate: 30, node: "failures: { mtbf: 500 ms, mttr: 50 ms, clock: busy }" }),
  seed: 209,
  requests: 110_000,
  facts: {
    "mean sojourn 18.7 ms": {
      figure: "latency_s.mean",
      exact: 0.011 + (30 * (2e-4 * 1.21 + 1e-4)) / (2 * 0.67),
      source: "B. Avi-Itzhak, P. Naor, Operations Research 11(3), 1963: Pollaczek-Khinchine of completion times",
      wrong: { value: anyTime, of: "breakdowns at any time" },
    },
  },
});

// lambda = 150/s, batches of up to 4 in 10 ms exponential, taken as soon as the server is free. While it is busy, n wait with probability
// p r^n, where mu r^5 - (lambda + mu) r + lambda = 0, 0 < r < 1; idle: mu p / lambda.
function bulk(lambda: number, mu: number, b: number): { wait: number; size: number } {
  let [low, high] = [0, 1 - 1e-6];
  for (let i = 0; i < 200; i++) {
    const r = (low + high) / 2;
    // Positive below the root.
    if (mu * r ** (b + 1) - (lambda + mu) * r + lambda > 0) low = r;
    else high = r;
  }
  const r = low;
  const p = 1 / (1 / (1 - r) + mu / lambda);
  return { wait: (p * r) / (1 - r) ** 2 / lambda, size: (lambda * (1 - r)) / (mu * p) };
}
const four = bulk(150, 100, 4);
theory("M/M(1,4)/1, batches of up to four", {
  of: station("{ batch: { 1: { exponential: 10 ms }, 4: { exponential: 10 ms } } }", {
    rate: 150,
    node: "queue: { batch: { max: 4 } }",
  }),
  seed: 210,
  requests: 80_000,
  facts: {
    "the mean sojourn": {
      figure: "latency_s.mean",
      exact: four.wait + 0.01,
      source: "general bulk service rule with a = 1: N. T. J. Bailey, JRSS B 16(1), 1954; the root above",
      wrong: { value: bulk(150, 100, 3).wait + 0.01, of: "batches of up to three" },
    },
    "the mean batch": {
      figure: "nodes.server.batch_size",
      exact: four.size,
      source: "lambda / (mu P(busy))",
      wrong: { value: 1.5, of: "lambda / mu, as if the server never rested" },
    },
  },
});

// Batches of three, never fewer: of three the first waits for two gaps and the second for one, 1 / lambda in the mean, and batches come as
// an Erlang renewal process of three phases to one exponential server.
const three = renewalRoot((s) => (150 / (150 + s)) ** 3, 100);
theory("M/M(3,3)/1, batches of exactly three", {
  of: station("{ batch: { 1: { exponential: 10 ms }, 3: { exponential: 10 ms } } }", {
    rate: 150,
    node: "queue: { batch: { min: 3, max: 3 } }",
  }),
  seed: 211,
  requests: 60_000,
  facts: {
    "the mean sojourn": {
      figure: "latency_s.mean",
      exact: 1 / 150 + 1 / (100 * (1 - three)),
      source: "the mean time to fill a batch, (3 - 1) / (2 lambda), and the sojourn of E3/M/1",
      wrong: { value: bulk(150, 100, 3).wait + 0.01, of: "batches that start with fewer" },
    },
    "the batches' utilization": {
      figure: "nodes.server.utilization",
      exact: 0.5,
      source: "lambda / (3 mu)",
      wrong: { value: 150 / bulk(150, 100, 3).size / 100, of: "batches that start with fewer" },
    },
  },
});
