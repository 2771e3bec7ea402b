/** What the words of a report mean, a line each, for someone who has never seen one. */
import { html, type Markup } from "./escape.ts";

const terms: readonly (readonly [string, string])[] = [
  [
    "Policy",
    "A rule for where a request leaves the neural network (which exit) and on which machine each part of it runs. Every policy meets the same arrivals, samples and channel.",
  ],
  ["Baseline", "The policy that the others are compared with, drawn in black (white on dark)."],
  [
    "Replication",
    "One independent repetition of the whole simulation with other random numbers. Differences between replications show how much is chance.",
  ],
  [
    "Interval [low, high]",
    "Where the true value lies with the stated confidence, usually 95 %, judged from the replications. None is printed where none can be given honestly.",
  ],
  [
    "Latency",
    "From the arrival of a request at its source until its answer is back where it is due. Over completed requests only, so read it beside the dropped share.",
  ],
  [
    "p50, p95, p99",
    "The latency that 50 %, 95 % or 99 % of the requests stay within. p50 is the typical request, p99 a slow one.",
  ],
  [
    "Accuracy",
    "Share of completed requests answered with the right class. Its interval includes that the evaluation set is only a sample.",
  ],
  [
    "Exit",
    "A point inside the network where it may answer early. Early exits save time and energy and are less certain.",
  ],
  ["Deadline missed", "Share of arrived requests that were late, dropped, or still under way past their deadline."],
  ["Dropped", "Share of arrived requests that were given up: no place in a queue, too late, a link or node down."],
  ["Throughput, goodput", "Requests completed a second; goodput counts only those that are right and in time."],
  [
    "Utilisation",
    "Share of time a server or link is busy. Queues grow slowly up to about 80 %, then fast; at 100 % they never stop growing.",
  ],
  [
    "Parts of the latency",
    "compute: the network's own work, by node · queue: waiting · access: getting permission to send · transmit: putting bits on the link · propagate: travel time · encode and decode: packing tensors · response: everything after the exit has answered.",
  ],
  [
    "Better, worse, undecided",
    "Whether the difference to the baseline is settled, for all policies together (Holm's correction). Undecided is not “equal”: more replications may settle it.",
  ],
  [
    "Steady",
    "Queues do not grow from beginning to end. If they do, the figures depend on how long the run lasted, and a warning says so.",
  ],
  ["Oracle", "A policy that knows what no real controller can, shown as a bound on what is possible."],
  ["—", "No value: nothing was measured, or nothing honest can be said from so few samples."],
];

/** The glossary as a definition list. */
export const glossary = (): Markup =>
  html`<dl>${terms.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>\n`)}</dl>`;
