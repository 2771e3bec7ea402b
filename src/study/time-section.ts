/** First claim: exits save inference time and lose no accuracy. */
import type { ScoredRows } from "../experiment/exit-calibration.ts";
import type { Profile } from "../profile.ts";
import type { Groups, Lines } from "../report/charts/figure.ts";
import { type Estimate, type Verdict, verdictOn } from "./estimate.ts";
import { type Savings, savingsOf, timesOf } from "./savings.ts";
import { csv, type Finding, type Section, shareAxis } from "./study.ts";
import { percentText, pointsText } from "./words.ts";

export interface Measured {
  readonly name: string;
  readonly profile: Profile;
  readonly calibration: ScoredRows;
  readonly evaluation: ScoredRows;
  readonly classes: readonly string[];
}

export interface Saved extends Savings {
  readonly name: string;
  readonly exits: readonly string[];
  readonly plain_s: number;
}

export function savingsOfAll(models: readonly Measured[], confidence: number): Saved[] {
  return models.map(({ name, profile, calibration, evaluation }) => {
    const times = timesOf(profile);
    const exits = profile.exits.map((exit) => exit.name);
    return { name, exits, plain_s: times.plain, ...savingsOf(calibration, evaluation, times, confidence) };
  });
}

export function timeSection(saved: readonly Saved[]): Section {
  return {
    id: "time",
    title: "Inference time at equal accuracy",
    method:
      "Each model's measured times and its answers to the official test set. Thresholds on the top probability are the cheapest that keep the last exit's accuracy on calibration rows, which neither training nor these figures see. The network without exits is the same trunk with its last head alone, so heads on the way count against the exits.",
    findings: saved.map(findingOf),
    figures: [savedFigure(saved), tradeFigure(saved)],
    galleries: [],
    data: saved,
    files: {
      "time.csv": csv(
        [
          "model",
          "plain_s",
          "saved",
          "saved_low",
          "saved_high",
          "accuracy_difference",
          "accuracy_low",
          "accuracy_high",
        ],
        saved.map(({ name, plain_s, saved: time, accuracy }) => [
          name,
          plain_s,
          ...[time, accuracy].flatMap(({ estimate, low, high }) => [estimate, low ?? "", high ?? ""]),
        ]),
      ),
    },
  };
}

/** Accuracy that may be lost and still be called equal: half a point (assumed). */
const equalWithin = 0.005;

/** @returns confirmed where time is saved and accuracy is equal, contradicted where time is lost */
export function verdictOnTime({ saved, accuracy }: Pick<Savings, "saved" | "accuracy">): Verdict {
  const time = verdictOn(saved, "above", 0);
  const isEqual = verdictOn(accuracy, "above", -equalWithin) === "confirmed";
  return time === "confirmed" && !isEqual ? "undecided" : time;
}

function findingOf(each: Saved): Finding {
  const { name, saved, accuracy } = each;
  const time =
    saved.estimate < 0 ? `${percentText(reversed(saved))} more time` : `${percentText(saved)} of the time saved`;
  return {
    claim: `${name}: exits save time at equal accuracy (within half a point)`,
    text: `${time}, accuracy ${pointsText(accuracy)}`,
    verdict: verdictOnTime(each),
  };
}

const reversed = ({ estimate, low, high }: Estimate): Estimate => ({
  estimate: -estimate,
  low: high === null ? null : -high,
  high: low === null ? null : -low,
});

const share = (title: string) => ({ title, unit: "share" as const, factor: 0.01, symbol: "%", log: false });

function savedFigure(saved: readonly Saved[]): Groups {
  const best = saved.reduce((a, b) => (b.saved.estimate > a.saved.estimate ? b : a));
  return {
    kind: "groups",
    id: "time-saved",
    title: "Time that exits save at equal accuracy",
    finding: `Most for ${best.name}: ${percentText(best.saved)}.`,
    reading: "Share of the time of the same network without early exits; whiskers are intervals over evaluation rows.",
    names: saved.map(({ name }) => name),
    x: shareAxis(
      "Time saved",
      saved.map((each) => each.saved),
    ),
    series: [
      {
        name: "saved",
        look: { hue: 0, pattern: 0, baseline: false },
        bars: saved.map(({ saved: { estimate, low, high } }) => ({ value: estimate, low, high, mark: null })),
      },
    ],
    mark: "",
    table: {
      columns: ["model", "time saved", "difference in accuracy", "thresholds", "left at each exit"],
      rows: saved.map(({ name, saved: time, accuracy, thresholds, shares }) => [
        name,
        percentText(time),
        pointsText(accuracy),
        thresholds.map((value) => value.toFixed(4)).join(" · "),
        `${shares.map((value) => (100 * value).toFixed(1)).join(" · ")} %`,
      ]),
    },
  };
}

function tradeFigure(saved: readonly Saved[]): Lines {
  return {
    kind: "lines",
    id: "time-accuracy",
    title: "Accuracy against time, one threshold for all exits",
    finding: "From left to right the threshold rises: fewer requests leave early.",
    reading:
      "Up and left is better. Where the curve ends, nobody leaves early: all heads are paid for and none is of use, which is why it ends to the right of 100 %.",
    x: share("Mean time, as a share of the network without early exits"),
    y: { ...share("Accuracy less that of the last exit"), symbol: "pp" },
    spread: "whiskers",
    marked: true,
    series: saved.map(({ name, curve }, k) => ({
      name,
      look: { hue: k, pattern: k, baseline: false },
      points: curve.map(({ time, accuracy }) => ({ x: time, y: accuracy, low: null, high: null })),
    })),
    limits: [{ at: 1, axis: "x", label: "without early exits" }],
    table: {
      columns: ["model", "threshold", "time", "difference in accuracy"],
      rows: saved.flatMap(({ name, curve }) =>
        curve.map(({ threshold, time, accuracy }) => [
          name,
          threshold > 1 ? "never" : String(threshold),
          `${(100 * time).toFixed(1)} %`,
          `${(100 * accuracy).toFixed(2)} pp`,
        ]),
      ),
    },
  };
}
