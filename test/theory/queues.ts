/** Scenario texts and formulas that theory cases share. Rates [1/s], times [s]. */

/**
 * One station with Poisson arrivals, seen at the exit.
 * @param time as a scenario writes it, such as `{ exponential: 10 ms }`
 */
export function station(
  time: string,
  { rate, servers = 1, node = "" }: { rate: number; servers?: number /** More keys of the node. */; node?: string },
): string {
  return `
version: 1
title: station
model:
  synthetic:
    segments: [ { name: work, time: ${time} } ]
    exits: [ { after: work } ]
nodes: { server: { servers: ${servers}${node === "" ? "" : `, ${node}`} } }
workload: { server: { arrivals: { poisson: ${rate} /s }, answer_to: nowhere } }
policies: { here: { exit: { rule: never }, place: { rule: only, node: server } } }
`;
}

/** Probability that c servers offered `a` erlang lose a call: B(0) = 1, B(c) = a B(c-1) / (c + a B(c-1)). A. K. Erlang, 1917. */
export function erlangB(c: number, a: number): number {
  let b = 1;
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b);
  return b;
}

/** Probability of waiting for one of c servers offered `a` < c erlang: C = c B / (c - a (1 - B)). A. K. Erlang, 1917. */
export function erlangC(c: number, a: number): number {
  const b = erlangB(c, a);
  return (c * b) / (c - a * (1 - b));
}

/** Mean wait in M/M/c: C(c, a) / (c mu - lambda). */
export function meanWait(c: number, lambda: number, mu: number): number {
  return erlangC(c, lambda / mu) / (c * mu - lambda);
}

/** Mean wait in M/G/1: lambda E[S^2] / (2 (1 - rho)), E[S^2] = m^2 (1 + cv^2). F. Pollaczek, 1930; A. Khinchine, 1932. */
export function pollaczekKhinchine(lambda: number, mean: number, cv: number): number {
  return (lambda * mean * mean * (1 + cv * cv)) / (2 * (1 - lambda * mean));
}

/** Where a falling function crosses a level, by bisection to the last bits. */
export function crossing(falling: (t: number) => number, level: number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (falling(middle) > level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(sojourn > t) in M/M/c: the wait is 0, or exponential with rate c mu - lambda with probability C(c, a); the service follows. */
export function longer(c: number, lambda: number, mu: number): (t: number) => number {
  const waits = erlangC(c, lambda / mu);
  const theta = c * mu - lambda;
  return (t) =>
    (1 - waits) * Math.exp(-mu * t) + (waits * (theta * Math.exp(-mu * t) - mu * Math.exp(-theta * t))) / (theta - mu);
}

/** P(wait > t) in M/D/1: 1 - (1 - rho) sum over k <= t / d of (-x)^k e^x / k!, x = lambda (t - k d). A. K. Erlang, 1909. */
export function constantWait(lambda: number, d: number): (t: number) => number {
  return (t) => {
    let [sum, factorial] = [0, 1];
    for (let k = 0; k * d <= t; k++) {
      factorial *= Math.max(1, k);
      const x = lambda * (t - k * d);
      sum += ((-x) ** k * Math.exp(x)) / factorial;
    }
    return 1 - (1 - lambda * d) * sum;
  };
}

/** Standard deviation of the wait in M/G/1: E[W^2] = 2 E[W]^2 + lambda E[S^3] / (3 (1 - rho)). L. Takacs, 1962. */
export function waitSpread(lambda: number, mean: number, second: number, third: number): number {
  const rest = 1 - lambda * mean;
  const wait = (lambda * second) / (2 * rest);
  return Math.sqrt(wait ** 2 + (lambda * third) / (3 * rest));
}

/** Mean over an exponential variable of mean `mean`, by Simpson's rule up to 40 of them. */
export function overExponential(mean: number, of: (x: number) => number): number {
  const steps = 40_000;
  const h = (40 * mean) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++)
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * of(i * h) * Math.exp((-i * h) / mean);
  return (sum * h) / 3 / mean;
}
