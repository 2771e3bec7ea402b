/** One station: M/M/1, M/M/c, M/G/1. */
import { theory } from "./harness.ts";
import {
  constantWait,
  crossing,
  erlangC,
  longer,
  meanWait,
  pollaczekKhinchine,
  station,
  waitSpread,
} from "./queues.ts";

// lambda = 50/s, mu = 100/s, rho = 0.5: sojourn exponential with rate mu - lambda = 50/s.
theory("M/M/1 at load 0.5", {
  of: station("{ exponential: 10 ms }", { rate: 50 }),
  seed: 101,
  requests: 80_000,
  facts: {
    "mean sojourn 20 ms": {
      figure: "latency_s.mean",
      exact: 0.02,
      source: "1 / (mu - lambda)",
      wrong: { value: 0.015, of: "M/D/1: 1 / mu + rho / (2 (mu - lambda))" },
    },
    "median 20 ms x ln 2": {
      figure: "latency_s.p50",
      exact: 0.02 * Math.log(2),
      source: "the sojourn is exponential",
      wrong: { value: 0.02, of: "the mean" },
    },
    "p95 of 20 ms x ln 20": {
      figure: "latency_s.p95",
      exact: 0.02 * Math.log(20),
      source: "the sojourn is exponential",
      wrong: { value: 0.02 * Math.log(10), of: "p90" },
    },
    "p99 of 20 ms x ln 100": {
      figure: "latency_s.p99",
      exact: 0.02 * Math.log(100),
      source: "the sojourn is exponential",
      wrong: { value: 0.02 * Math.log(50), of: "p98" },
    },
    "a standard deviation as large as the mean": {
      figure: "latency_s.sd",
      exact: 0.02,
      source: "the sojourn is exponential",
      wrong: { value: Math.sqrt(0.0002 + 0.0001), of: "that of the wait alone" },
    },
    "half of all wait": {
      figure: "nodes.server.waited",
      exact: 0.5,
      source: "Poisson arrivals see time averages: rho",
      wrong: { value: 0.25, of: "rho^2" },
    },
    "one request inside": {
      figure: "nodes.server.in_system",
      exact: 1,
      source: "rho / (1 - rho)",
      wrong: { value: 0.5, of: "the queue alone, rho^2 / (1 - rho)" },
    },
    "utilization 0.5": {
      figure: "nodes.server.utilization",
      exact: 0.5,
      source: "lambda / mu",
      wrong: { value: 0.505, of: "one service in a hundred counted twice" },
    },
  },
});

// lambda = 180/s, mu = 100/s, c = 3: a = 1.8 erlang, rho = 0.6.
theory("M/M/3 at load 0.6", {
  of: station("{ exponential: 10 ms }", { rate: 180, servers: 3 }),
  seed: 102,
  requests: 100_000,
  facts: {
    "Erlang's probability of waiting": {
      figure: "nodes.server.waited",
      exact: erlangC(3, 1.8),
      source: "Erlang C(3, 1.8) = 0.3547",
      wrong: { value: 0.6, of: "M/M/1 at the same load" },
    },
    "the sojourn of both": {
      figure: "latency_s.mean",
      exact: 0.01 + meanWait(3, 180, 100),
      source: "1 / mu + C / (c mu - lambda)",
      wrong: { value: 1 / (300 - 180), of: "one server three times as fast" },
    },
    "their p95 of 36.5 ms": {
      figure: "latency_s.p95",
      exact: crossing(longer(3, 180, 100), 0.05, 0, 1),
      source: "P(W > t) = C e^-(c mu - lambda) t, and an exponential service",
      wrong: { value: -Math.log(0.05) * (0.01 + meanWait(3, 180, 100)), of: "an exponential sojourn of that mean" },
    },
    "a p95 of the wait of 16.3 ms": {
      figure: "nodes.server.waiting_s.p95",
      exact: Math.log(erlangC(3, 1.8) / 0.05) / (300 - 180),
      source: "C e^-(c mu - lambda) t = 0.05",
      wrong: { value: Math.log(1 / 0.05) / (300 - 180), of: "the wait of those that wait" },
    },
  },
});

// Mean service 10 ms: the wait depends on the service's first two moments alone.
const general = (
  name: string,
  {
    seed,
    rate,
    time,
    cv,
    wrong,
    requests,
  }: { seed: number; rate: number; time: string; cv: number; wrong: number; requests: number },
): void =>
  theory(`${name} at load ${rate / 100}`, {
    of: station(time, { rate }),
    seed,
    requests,
    facts: {
      "Pollaczek's and Khinchine's mean sojourn": {
        figure: "latency_s.mean",
        exact: 0.01 + pollaczekKhinchine(rate, 0.01, cv),
        source: `m + lambda m^2 (1 + cv^2) / (2 (1 - rho)), cv^2 = ${Number((cv * cv).toPrecision(6))}`,
        wrong: { value: 0.01 + pollaczekKhinchine(rate, 0.01, wrong), of: `a cv of ${wrong}` },
      },
      "their mean number inside": {
        figure: "nodes.server.in_system",
        exact: rate * (0.01 + pollaczekKhinchine(rate, 0.01, cv)),
        source: "lambda times that (Little)",
        wrong: { value: rate * (0.01 + pollaczekKhinchine(rate, 0.01, wrong)), of: `a cv of ${wrong}` },
      },
    },
  });

// E[S^3] = m^3.
theory("M/D/1 at load 0.5, in more than the mean", {
  of: station("10 ms", { rate: 50 }),
  seed: 107,
  requests: 90_000,
  facts: {
    "the wait's standard deviation": {
      figure: "nodes.server.waiting_s.sd",
      exact: waitSpread(50, 0.01, 1e-4, 1e-6),
      source: "L. Takacs, 1962: E[W^2] = 2 E[W]^2 + lambda E[S^3] / (3 (1 - rho))",
      wrong: { value: (Math.sqrt(0.75) * 0.02) / 2, of: "M/M/1's at half the mean" },
    },
    "the wait's p95": {
      figure: "nodes.server.waiting_s.p95",
      exact: crossing(constantWait(50, 0.01), 0.05, 0.001, 0.2),
      source: "A. K. Erlang, 1909: P(W <= t) = (1 - rho) sum of (-x)^k e^x / k!, x = lambda (t - k m)",
      wrong: { value: Math.log(0.5 / 0.05) / 50, of: "M/M/1's" },
    },
    "half of all wait": {
      figure: "nodes.server.waited",
      exact: 0.5,
      source: "rho, whatever the service",
      wrong: { value: 0.25, of: "rho^2" },
    },
  },
});
general("M/D/1", { seed: 103, rate: 50, time: "10 ms", cv: 0, wrong: 0.5, requests: 30_000 });
general("M/E4/1", {
  seed: 104,
  rate: 50,
  time: "{ erlang: { mean: 10 ms, k: 4 } }",
  cv: 0.5,
  wrong: 1,
  requests: 36_000,
});
general("M/lognormal/1", {
  seed: 105,
  rate: 50,
  time: "{ lognormal: { mean: 10 ms, cv: 0.8 } }",
  cv: 0.8,
  wrong: 1,
  requests: 50_000,
});
// Shares 0.8 and 0.2 of means 5 and 30 ms: m = 10 ms, E[S^2] = 2 (0.8 x 25 + 0.2 x 900) = 400 ms^2, cv^2 = 3.
general("M/H2/1", {
  seed: 106,
  rate: 30,
  time: "{ hyperexponential: { shares: [0.8, 0.2], means: [5 ms, 30 ms] } }",
  cv: Math.sqrt(3),
  wrong: 1,
  requests: 140_000,
});
