/** One exponential server behind arrivals that are not Poisson: solved numerically, here and not in the tool. Rates [1/s], times [s]. */

type Matrix = readonly (readonly number[])[];

const times = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const plus = (a: Matrix, b: Matrix): number[][] => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));
const scaled = (a: Matrix, by: number): number[][] => a.map((row) => row.map((x) => x * by));
const unit: Matrix = [
  [1, 0],
  [0, 1],
];

/** Of two states. */
function inverse([[a, b], [c, d]]: Matrix & { 0: readonly number[]; 1: readonly number[] }): number[][] {
  const det = a! * d! - b! * c!;
  return [
    [d! / det, -b! / det],
    [-c! / det, a! / det],
  ];
}

/**
 * MMPP/M/1 with two states: level k = requests inside, pi_k = pi_0 R^k with R the least solution of L + R (Q - L - M) + R^2 M = 0.
 * @param rates of arrivals in each state
 * @param leaving how often each state is left
 * @see M. F. Neuts, "Matrix-geometric solutions in stochastic models", 1981, chapter 3
 */
export function mmppQueue(
  rates: readonly [number, number],
  leaving: readonly [number, number],
  mu: number,
): { readonly inside: number; readonly sojourn: number } {
  const arrivals = [
    [rates[0], 0],
    [0, rates[1]],
  ];
  const services = scaled(unit, mu);
  const turns = [
    [-leaving[0], leaving[0]],
    [leaving[1], -leaving[1]],
  ];
  const back = scaled(inverse(plus(turns, scaled(plus(arrivals, services), -1)) as never), -1);
  let r: number[][] = scaled(unit, 0);
  for (let i = 0; i < 20_000; i++) r = times(plus(arrivals, times(times(r, r), services)), back);
  // At level 0: pi_0 (Q - L + R M) = 0, and all levels together are the shares of time in the states.
  const sum = inverse(plus(unit, scaled(r, -1)) as never);
  const level0 = plus(plus(turns, scaled(arrivals, -1)), times(r, services));
  const [x, y] = [level0[1]![0]!, -level0[0]![0]!];
  const total = times([[x, y]], sum)[0]!.reduce((a, b) => a + b, 0);
  const empty = [[x / total, y / total]];
  const inside = times(times(empty, r), times(sum, sum))[0]!.reduce((a, b) => a + b, 0);
  const mean = (rates[0] * leaving[1] + rates[1] * leaving[0]) / (leaving[0] + leaving[1]);
  return { inside, sojourn: inside / mean };
}

/**
 * Mean sojourn in M^X/M/1.
 * @param second E[X^2] / E[X] of the batch size
 * @see D. Gross, C. M. Harris, "Fundamentals of queueing theory", 1998, section 3.1
 */
export function batchArrivals(batches: number, size: number, second: number, mu: number): number {
  const rho = (batches * size) / mu;
  return (rho * (1 + second)) / (2 * (1 - rho)) / (batches * size);
}

/** Root below 1 of sigma = E exp(-mu (1 - sigma) T), T the gap between arrivals. @param transform s -> E exp(-s T) */
export function renewalRoot(transform: (s: number) => number, mu: number): number {
  let sigma = 0.5;
  for (let i = 0; i < 10_000; i++) sigma = transform(mu * (1 - sigma));
  return sigma;
}

/** Closed network of one server and clients that think: exact mean value analysis. */
export function machineRepair(
  clients: number,
  think: number,
  service: number,
): { readonly residence: number; readonly throughput: number } {
  let [queue, residence, throughput] = [0, 0, 0];
  for (let n = 1; n <= clients; n++) {
    residence = service * (1 + queue);
    throughput = n / (residence + think);
    queue = throughput * residence;
  }
  return { residence, throughput };
}

/** The same with several servers: exponential services, by the chain of how many clients are there. */
export function repairmen(
  clients: number,
  think: number,
  service: number,
  servers: number,
): { readonly residence: number; readonly throughput: number } {
  let [weight, all, queue] = [1, 1, 0];
  for (let n = 1; n <= clients; n++) {
    weight *= ((clients - n + 1) * service) / (think * Math.min(n, servers));
    all += weight;
    queue += n * weight;
  }
  const inside = queue / all;
  const throughput = (clients - inside) / think;
  return { residence: inside / throughput, throughput };
}
