/** Servers that fail while they work, and what becomes of the request then. Rates [1/s], times [s]. */
import { theory } from "./harness.ts";
import { overExponential, station } from "./queues.ts";

// lambda = 30/s, mean service m = 10 ms, failures f = 2/s of busy time, repairs of 50 ms in the mean, all exponential.
const [lambda, m, f, repair] = [30, 0.01, 2, 0.05];
const failing = (fate: string): string =>
  station("{ exponential: 10 ms }", {
    rate: lambda,
    node: `failures: { mtbf: 500 ms, mttr: 50 ms, clock: busy, in_service: ${fate} }`,
  });

/** Mean and second moment of the time from the start of a service of x to its end, when it begins anew after each repair. */
function completion(x: number): readonly [first: number, second: number] {
  const whole = Math.exp(-f * x);
  const fails = 1 - whole;
  if (fails === 0) return [x, x * x];
  // The number of failures is geometric. What each takes: a life given that it ends within x, and a repair.
  const [n, variance] = [fails / whole, fails / whole ** 2];
  const life = 1 / f - (x * whole) / fails;
  const life2 = 2 / f ** 2 - ((x * x + (2 * x) / f) * whole) / fails;
  const lost = life + repair;
  const mean = x + n * lost;
  return [mean, mean ** 2 + n * (life2 - life ** 2 + repair ** 2) + variance * lost ** 2];
}
const first = overExponential(m, (x) => completion(x)[0]);
const second = overExponential(m, (x) => completion(x)[1]);
const resumed = 0.011 + (lambda * (2e-4 * 1.21 + 1e-4)) / (2 * (1 - lambda * 0.011));

for (const [fate, seed] of [
  ["restart", 421],
  ["requeue", 422],
] as const)
  theory(`M/M/1 with breakdowns while it works, the request in service: ${fate}`, {
    of: failing(fate),
    seed,
    requests: 130_000,
    facts: {
      "mean sojourn 20.0 ms": {
        figure: "latency_s.mean",
        exact: first + (lambda * second) / (2 * (1 - lambda * first)),
        source:
          "Pollaczek-Khinchine of completion times, the same service again after each repair (D. P. Gaver, JRSS B 24, 1962)",
        wrong: { value: resumed, of: "services that go on where they were" },
      },
    },
  });

// A server is held for min(service, life), and for the repair where the life was shorter: g = 1 / (1 / m + f), P(failure) = f g.
const held = 1 / (1 / m + f);
const lost = f * held;
const [hold, hold2] = [held + lost * repair, 2 * held ** 2 + 2 * held * lost * repair + lost * 2 * repair ** 2];
theory("M/M/1 with breakdowns while it works, the request in service: drop", {
  of: failing("drop"),
  seed: 423,
  requests: 110_000,
  facts: {
    "mean sojourn 16.7 ms of those completed": {
      figure: "latency_s.mean",
      exact: held + (lambda * hold2) / (2 * (1 - lambda * hold)),
      source: "Pollaczek-Khinchine of the time that a request holds the server, its repair included",
      wrong: { value: held + (lambda * held ** 2) / (1 - lambda * held), of: "repairs that keep nobody waiting" },
    },
    "a server that works 30 % of the time less what is lost": {
      figure: "nodes.server.utilization",
      exact: lambda * held,
      source: "lambda / (mu + f)",
      wrong: { value: lambda * hold, of: "repairs that count as work" },
    },
  },
});
