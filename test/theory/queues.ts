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
