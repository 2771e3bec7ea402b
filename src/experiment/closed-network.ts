/** Mean values of a closed network of product form with one class of clients, by convolution. */

/** What one round of a client asks of a queue. */
export interface ClosedQueue {
  /** Server seconds of a round [s]. */
  readonly demand: number;
  readonly servers: number;
}

/**
 * In logarithms throughout, since the terms span more than doubles do; O(queues² x clients²).
 * @param delay time of a round that is spent where nobody waits for anybody [s]
 * @returns rounds a second, and clients at each queue on average
 * @see J. P. Buzen, "Computational algorithms for closed queueing networks with exponential servers", CACM 16(9), 1973
 */
export function closedNetwork(
  clients: number,
  delay: number,
  queues: readonly ClosedQueue[],
): { readonly throughput: number; readonly inside: readonly number[] } {
  const terms = queues.map((queue) => logTerms(clients, queue));
  const idle = logTerms(clients, { demand: delay, servers: Number.POSITIVE_INFINITY });
  const all = terms.reduce(convolve, idle);
  const inside = terms.map((own, i) => {
    const others = terms.reduce((sum, term, j) => (j === i ? sum : convolve(sum, term)), idle);
    return own.reduce((sum, term, k) => sum + k * Math.exp(term + others[clients - k]! - all[clients]!), 0);
  });
  return { throughput: Math.exp(all[clients - 1]! - all[clients]!), inside };
}

/** ln of demand^k / (min(1, servers) ... min(k, servers)), k = 0 to clients. */
function logTerms(clients: number, { demand, servers }: ClosedQueue): Float64Array {
  const terms = new Float64Array(clients + 1);
  for (let k = 1; k <= clients; k++) terms[k] = terms[k - 1]! + Math.log(demand) - Math.log(Math.min(k, servers));
  return terms;
}

function convolve(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((_, n) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k <= n; k++) most = Math.max(most, a[k]! + b[n - k]!);
    if (most === Number.NEGATIVE_INFINITY) return most;
    let sum = 0;
    for (let k = 0; k <= n; k++) sum += Math.exp(a[k]! + b[n - k]! - most);
    return most + Math.log(sum);
  });
}
