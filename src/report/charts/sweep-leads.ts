/** Who leads at which points of a sweep: only leads that the intervals of the paired differences settle, point by point. */
import type { SweepPoint } from "../../experiment/result.ts";
import type { Metric } from "../metrics.ts";
import { list, plural } from "../text.ts";

const higherIsBetter: readonly string[] = ["accuracy", "throughput_per_s", "goodput_per_s"];
/** "lowest" or "highest": which end of a metric is the good one. */
export const goodEnd = (metric: Metric): string => (higherIsBetter.includes(metric.path) ? "highest" : "lowest");

/** Who may be the best at a point. */
export interface Lead {
  /** One name where the lead is settled; all that may lead where it is not. */
  readonly names: readonly string[];
  readonly isSettled: boolean;
  /** All have the very same estimate. */
  readonly isAlike: boolean;
}

/** The lead at a point; null where no policy has a value, or only one. Results without intervals of all pairs go by the estimates. */
export function leadAt(metric: Metric, point: SweepPoint): Lead | null {
  const values = point.policies.flatMap((policy) => {
    const y = policy.oracle ? undefined : metric.read(policy)?.estimate;
    return y === undefined ? [] : [{ name: policy.name, y: higherIsBetter.includes(metric.path) ? -y : y }];
  });
  if (values.length < 2) return null;
  const best = Math.min(...values.map(({ y }) => y));
  const same = values.filter(({ y }) => y - best <= Math.abs(best) * 1e-9).map(({ name }) => name);
  const isAlike = same.length === values.length;
  const names = point.standing === undefined ? same : (point.standing.best[metric.path] ?? same);
  return { names, isSettled: names.length === 1, isAlike };
}

/** Leads over points in no order: how many each policy has. */
export function leadOver(metric: Metric, points: readonly SweepPoint[], policies: readonly string[]): string {
  const leads = points.flatMap((point) => leadAt(metric, point) ?? []);
  if (leads.length === 0) return `No two policies have a ${metric.label} to compare.`;
  if (leads.every(({ isAlike }) => isAlike)) return `All have the same ${metric.label} everywhere.`;
  const what = `the ${goodEnd(metric)} ${metric.label}`;
  const n = leads.length;
  const won = policies
    .map((name) => ({ name, n: leads.filter((lead) => lead.isSettled && lead.names[0] === name).length }))
    .filter((one) => one.n > 0)
    .sort((a, b) => b.n - a.n);
  const [first] = won;
  if (!first) return `No policy is shown to have ${what} at ${n === 1 ? "the one point" : `any of ${n} points`}.`;
  if (first.n === n) return `${first.name} has ${what} at all ${plural(n, "point")}.`;
  const open = n - won.reduce((sum, one) => sum + one.n, 0);
  const rest = won.slice(1).map((one) => `${one.name} at ${one.n}`);
  return `${[`Of ${plural(n, "point")}, ${first.name} has ${what} at ${first.n}`, ...rest].join(", ")}${open > 0 ? `; at ${open} the intervals settle no lead` : ""}.`;
}

/** Leads along an axis: from where to where. */
export function leadAlong(
  metric: Metric,
  along: readonly { readonly label: string; readonly point: SweepPoint }[],
): string {
  const what = `the ${goodEnd(metric)} ${metric.label}`;
  const stretches: { text: string; isOpen: boolean; from: string; to: string }[] = [];
  let n = 0;
  for (const { label, point } of along) {
    const lead = leadAt(metric, point);
    if (lead === null) continue;
    n++;
    const text = say(lead, point);
    const last = stretches.at(-1);
    if (last?.text === text) stretches[stretches.length - 1] = { ...last, to: label };
    else stretches.push({ text, isOpen: !lead.isSettled && !lead.isAlike, from: label, to: label });
  }
  const [one] = stretches;
  if (!one) return `No two policies have a ${metric.label} to compare.`;
  if (stretches.length === 1) {
    if (one.text === "all alike") return `All have the same ${metric.label} everywhere.`;
    return one.isOpen ? `The intervals settle nowhere who has ${what}.` : `${one.text} has ${what} at every point.`;
  }
  if (stretches.length > 5) {
    const open = along.filter(({ point }) => leadAt(metric, point)?.isSettled === false).length;
    return `Who has ${what} changes ${stretches.length - 1} times along the sweep${open > 0 ? `, and is not settled at ${open} of ${plural(n, "point")}` : ""}.`;
  }
  const where = ({ from, to }: (typeof stretches)[number]): string =>
    from === to ? `at ${from}` : `from ${from} to ${to}`;
  return `Who has ${what}: ${stretches.map((stretch) => `${stretch.text} ${where(stretch)}`).join("; ")}.`;
}

function say({ names, isSettled, isAlike }: Lead, point: SweepPoint): string {
  if (isAlike) return "all alike";
  if (isSettled) return names[0]!;
  const all = point.policies.filter((policy) => !policy.oracle).length;
  return names.length === all ? "not settled" : `${list(names).replace(/ and ([^ ]+)$/, " or $1")}`;
}
