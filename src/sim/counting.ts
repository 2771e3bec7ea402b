/**
 * Whether the event loop counts more than requests and their latencies: parts of the latency, visits to nodes, messages on links, values
 * for quantiles, the warm-up series, the fingerprint. Always; `npm run bench` builds the program without, to say what counting costs.
 */
export const counting: boolean = true;
