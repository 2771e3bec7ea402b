/** One exponential server behind other arrivals than Poisson ones: modulated, in batches, with gaps of other laws, closed. */

import { batchArrivals, machineRepair, mmppQueue, renewalRoot, repairmen } from "./arrival-queues.ts";
import { theory } from "./harness.ts";
import { station } from "./queues.ts";

/** The station with other arrivals than Poisson ones. */
const behind = (arrivals: string): string =>
  station("{ exponential: 10 ms }", { rate: 1 }).replace("{ poisson: 1 /s }", arrivals);
const mu = 100;

const modulated = mmppQueue([20, 100], [40, 40], mu);
theory("MMPP/M/1: 20 and 100 requests a second, 25 ms each in the mean", {
  of: behind("{ mmpp: { rates: [20 /s, 100 /s], switch: 40 /s } }"),
  seed: 301,
  requests: 85_000,
  facts: {
    "the mean sojourn of the matrix-geometric solution": {
      figure: "latency_s.mean",
      exact: modulated.sojourn,
      source: "pi_k = pi_0 R^k, R = -(L + R^2 M) (Q - L - M)^-1 (M. F. Neuts, 1981)",
      wrong: { value: 1 / (mu - 60), of: "M/M/1 at the same load of 0.6" },
    },
    "the mean number inside": {
      figure: "nodes.server.in_system",
      exact: modulated.inside,
      source: "pi_0 R (I - R)^-2 1",
      wrong: { value: 1.5, of: "M/M/1 at the same load of 0.6" },
    },
    "utilization 0.6": {
      figure: "nodes.server.utilization",
      exact: 0.6,
      source: "the mean rate over mu: half of the time in each state",
      wrong: { value: 1 / 3, of: "states weighed by the inverse of their rates" },
    },
  },
});

// Interrupted Poisson: on-off is the MMPP with rates 100 and 0.
const interrupted = mmppQueue([100, 0], [20, 10], mu);
theory("on-off/M/1: 100 requests a second for 50 ms, none for 100 ms", {
  of: behind("{ on-off: { rate: 100 /s, on: 50 ms, off: 100 ms } }"),
  seed: 302,
  requests: 54_000,
  facts: {
    "the mean sojourn of the matrix-geometric solution": {
      figure: "latency_s.mean",
      exact: interrupted.sojourn,
      source: "an MMPP of two states, one of them silent",
      wrong: { value: 1 / (mu - 100 / 3), of: "M/M/1 at the same load of 1/3" },
    },
  },
});

// Batches of a geometric number, 3 in the mean: E[X^2] / E[X] = 2 x 3 - 1 = 5. Load 10 x 3 / 100 = 0.3.
theory("M^X/M/1: batches of a geometric number", {
  of: behind("{ batch: { poisson: 10 /s, size: { geometric: 3 } } }"),
  seed: 303,
  requests: 52_000,
  facts: {
    "the mean sojourn": {
      figure: "latency_s.mean",
      exact: batchArrivals(10, 3, 5, mu),
      source: "L = rho (1 + E[X^2] / E[X]) / (2 (1 - rho)), W = L / (lambda E[X])",
      wrong: { value: batchArrivals(10, 3, 3, mu), of: "batches of three each" },
    },
  },
});

// Gamma gaps of mean 20 ms and cv sqrt(2): shape 1/2, scale 40 ms; E e^-sT = (1 + 0.04 s)^-1/2.
const bursty = renewalRoot((s) => (1 + 0.04 * s) ** -0.5, mu);
theory("GI/M/1: gamma gaps with cv^2 = 2 at load 0.5", {
  of: behind("{ gamma: { rate: 50 /s, cv: 1.4142135623730951 } }"),
  seed: 305,
  requests: 90_000,
  facts: {
    "the mean sojourn": {
      figure: "latency_s.mean",
      exact: 1 / (mu * (1 - bursty)),
      source: "1 / (mu (1 - sigma)), sigma = E exp(-mu (1 - sigma) T) (D. G. Kendall, 1953)",
      wrong: { value: 0.02, of: "M/M/1 at the same load" },
    },
    "the share that waits": {
      figure: "nodes.server.waited",
      exact: bursty,
      source: "sigma, which is not the load",
      wrong: { value: 0.5, of: "the load, as if arrivals saw time averages" },
    },
  },
});

// Gaps that never vary: D/M/1, sigma = e^(-2 (1 - sigma)) at load 0.5.
const even = renewalRoot((s) => Math.exp(-0.02 * s), mu);
theory("D/M/1 at load 0.5", {
  of: behind("{ periodic: 50 /s }"),
  seed: 306,
  requests: 34_000,
  facts: {
    "the mean sojourn": {
      figure: "latency_s.mean",
      exact: 1 / (mu * (1 - even)),
      source: "sigma = exp(-2 (1 - sigma)) = 0.2032",
      wrong: { value: 0.015, of: "M/D/1 at the same load" },
    },
  },
});

// Eight machines that run 100 ms in the mean, one repairman of 10 ms.
const repaired = machineRepair(8, 0.1, 0.01);
theory("machine repair: eight clients, exponential think time and service", {
  of: behind("{ closed: { clients: 8, think: { exponential: 100 ms } } }"),
  seed: 307,
  requests: 26_000,
  facts: {
    "the residence of mean value analysis": {
      figure: "latency_s.mean",
      exact: repaired.residence,
      source: "R(n) = s (1 + X(n-1) R(n-1)), X(n) = n / (R(n) + z) (M. Reiser, S. Lavenberg, 1980)",
      wrong: { value: machineRepair(9, 0.1, 0.01).residence, of: "a query that finds itself in the queue" },
    },
    "its throughput": {
      figure: "throughput_per_s",
      exact: repaired.throughput,
      source: "n / (R + z)",
      wrong: { value: 8 / (0.1 + 0.01), of: "clients that never wait" },
    },
    "its utilization": {
      figure: "nodes.server.utilization",
      exact: repaired.throughput * 0.01,
      source: "X s",
      wrong: { value: (8 * 0.01) / 0.11, of: "clients that never wait" },
    },
  },
});

theory("machine repair: eight clients that all think 100 ms, exponential service", {
  of: behind("{ closed: { clients: 8, think: { constant: 100 ms } } }"),
  seed: 308,
  requests: 26_000,
  facts: {
    "the residence whatever the law of thinking": {
      figure: "latency_s.mean",
      exact: repaired.residence,
      source: "the same mean value analysis: a delay counts by its mean (Baskett, Chandy, Muntz and Palacios, 1975)",
      wrong: { value: 0.01 / (1 - repaired.throughput * 0.01), of: "an open queue at the same throughput" },
    },
  },
});

// Two repairmen of 30 ms: a birth-death chain of how many machines are down.
const pair = repairmen(8, 0.1, 0.03, 2);
theory("machine repair: eight clients, two servers", {
  of: behind("{ closed: { clients: 8, think: { exponential: 100 ms } } }")
    .replace("{ exponential: 10 ms }", "{ exponential: 30 ms }")
    .replace("servers: 1", "servers: 2"),
  seed: 309,
  requests: 26_000,
  facts: {
    "the residence of the chain": {
      figure: "latency_s.mean",
      exact: pair.residence,
      source: "p(n + 1) / p(n) = (8 - n) s / (z min(n + 1, 2))",
      wrong: { value: machineRepair(8, 0.1, 0.015).residence, of: "one server twice as fast" },
    },
    "the throughput of the chain": {
      figure: "throughput_per_s",
      exact: pair.throughput,
      source: "8 / (R + z)",
      wrong: { value: machineRepair(8, 0.1, 0.015).throughput, of: "one server twice as fast" },
    },
  },
});
