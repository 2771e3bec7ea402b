/** What rules that learn have lost against the best of their fixed choices in hindsight, as a run goes on. */
import type { Regret, Result } from "../../experiment/result.ts";
import { interval, quantity } from "../format.ts";
import { capital, list } from "../text.ts";
import { axisFor, largest, smallest } from "./axis.ts";
import type { Lines, Look } from "./figure.ts";

type Learner = { readonly name: string; readonly regret: Regret };

/** One figure for each unit of reward. */
export function regretFigures(result: Result, looks: ReadonlyMap<string, Look>): Lines[] {
  const learners = result.policies.flatMap(({ name, regret }): Learner[] => (regret ? [{ name, regret }] : []));
  return (["confidence", "s"] as const).flatMap((unit) => {
    const those = learners.filter(({ regret }) => regret.unit === unit);
    return those.length === 0 ? [] : [figure(those, unit, looks)];
  });
}

const placeOf = (point: Regret["points"][number]): number => point.requests ?? point.seconds ?? 0;

function figure(learners: readonly Learner[], unit: Regret["unit"], looks: ReadonlyMap<string, Look>): Lines {
  const measure = unit === "s" ? "s" : "count";
  const series = learners.flatMap(({ name, regret }) => {
    const look = looks.get(name);
    const points = regret.points.flatMap((point) =>
      point.regret === null
        ? []
        : [{ x: placeOf(point), y: point.regret.estimate, low: point.regret.low, high: point.regret.high }],
    );
    return look === undefined ? [] : [{ name, look, points }];
  });
  const ys = series.flatMap(({ points }) => points.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]));
  const isTime = learners[0]!.regret.points[0]?.seconds !== undefined;
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const what = unit === "s" ? "latency" : "reward";
  const [low, high] = [Math.min(0, smallest(ys)), Math.max(0, largest(ys))];
  const room = (high - low || 1) * 0.05;
  return {
    kind: "lines",
    id: unit === "s" ? "regret-latency" : "regret",
    title: `Cumulative regret in ${what} against the best fixed choice in hindsight`,
    finding: learners.map(finding).join(" "),
    reading:
      "The best fixed choice ran by itself with the same random numbers. A rule that has learned goes on level; bands are the intervals.",
    x: {
      ...axisFor(isTime ? "Simulated time" : "Requests arrived", isTime ? "s" : "count", xs, { linear: true }),
      min: 0,
      max: largest(xs),
    },
    y: { ...axisFor(capital(`regret`), measure, ys, { linear: true }), min: low - room, max: high + room },
    spread: "band",
    marked: false,
    series,
    limits: [],
    table: {
      columns: ["policy", "fixed choice", "reward in all", "interval"],
      rows: learners.flatMap(({ name, regret }) => [
        row(name, "learned", regret.reward, measure),
        ...regret.arms.map((arm) =>
          row(name, `${arm.name}${arm.name === regret.best ? " (best)" : ""}`, arm.reward, measure),
        ),
      ]),
    },
  };
}

function row(name: string, choice: string, reward: Regret["reward"], unit: "s" | "count"): string[] {
  const { estimate, range } = interval(reward, unit);
  return [name, choice, estimate, range || "—"];
}

function finding({ name, regret }: Learner): string {
  const last = regret.points.at(-1);
  const half = regret.points[Math.floor((regret.points.length - 1) / 2)];
  const unit = regret.unit === "s" ? "s" : "count";
  const lost = quantity(last?.regret?.estimate, unit);
  const [whole, before] = [last?.regret?.estimate ?? 0, half?.regret?.estimate ?? 0];
  const later =
    whole > 0
      ? `, ${quantity(Math.min(1, Math.max(0, (whole - before) / whole)), "share")} of it in the second half`
      : "";
  return `${name} loses ${lost} to ${list([regret.best])}${later}.`;
}
