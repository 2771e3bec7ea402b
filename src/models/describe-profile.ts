/** A profile as text for a terminal: exits, times, bytes on the wire, and whether the parts add up. */
import { codecs, type ExitTable, type Profile, type Timing } from "../profile.ts";
import { qualityOf } from "./quality.ts";
import { addsUp, steadyDrift } from "./time-network.ts";
import { medianOf } from "./timing.ts";

/** Lines to print, without colour. */
export function describeProfile(profile: Profile, table: ExitTable): string[] {
  const { host, check } = profile;
  const lines = [
    `${profile.name}: ${profile.model.params.toLocaleString("en")} parameters, measured on ${host.cpu} with ${host.engine} ${host.engine_version}, Node ${host.node}`,
    "",
    "Exits            rows         accuracy   mean confidence   calibration error",
    ...exitLines(profile, table),
    "",
    "Times of one call, median [ms]                     batch 1       2       4       8      16      32",
    ...profile.segments.flatMap(({ name, trunk, head }) => [
      timeLine(`${name} trunk`, trunk.macs, trunk.time),
      ...(head === null ? [] : [timeLine(`${name} head`, head.macs, head.time)]),
    ]),
    "",
    "On the wire                      mean bytes   encode [ms]   decode [ms]",
    ...wireLines(profile),
    "",
  ];
  if (check !== null) {
    const difference = (100 * (check.segments_s - check.whole_s)) / check.whole_s;
    lines.push(
      `Sum of segments and heads ${ms(check.segments_s)} ms, whole model ${ms(check.whole_s)} ms, both net of ${(1e6 * profile.dispatch_overhead_s).toFixed(2)} us dispatch a call: ` +
        `${difference >= 0 ? "+" : ""}${difference.toFixed(1)} %, ${addsUp(check) ? "they agree" : "they DISAGREE; measure again on a quiet machine"}`,
    );
  }
  lines.push(
    `Load average ${host.load_average.map((load) => load.toFixed(2)).join(" before and ")} after; ${host.noisy ? "NOISY: blocks scatter by more than 30 %, do not trust the times" : "quiet"}`,
  );
  if (host.times_of !== undefined)
    lines.push(`Times taken over from profile ${host.times_of}, the same network with other weights`);
  if (host.drift !== undefined) {
    const verdict =
      host.drift <= steadyDrift
        ? "steady"
        : "NOT STEADY: two measurements here would differ by more than 5 %, measure again on a quiet machine";
    lines.push(
      `Medians of the first and the second half differ by at most ${(100 * host.drift).toFixed(1)} %: ${verdict}`,
    );
  }
  return lines;
}

/**
 * How far the medians of two profiles of one model lie apart, batch 1; parts below 50 us are left out. Null where they are of other weights,
 * another processor or another engine.
 */
export function compareProfiles(before: Profile, after: Profile): string | null {
  const same =
    before.model.weights_sha256 === after.model.weights_sha256 &&
    before.host.cpu === after.host.cpu &&
    before.host.engine === after.host.engine &&
    before.segments.length === after.segments.length;
  if (!same) return null;
  let [worst, where] = [0, "any part"];
  after.segments.forEach(({ name, trunk, head }, i) => {
    const then = before.segments[i]!;
    for (const [part, now, old] of [
      ["trunk", trunk, then.trunk],
      ["head", head, then.head],
    ] as const) {
      if (now === null || old === null) continue;
      const [a, b] = [medianOf(now.time[0]!), medianOf(old.time[0]!)];
      if (Math.max(a, b) < 50e-6) continue;
      const difference = Math.max(a, b) / Math.min(a, b) - 1;
      if (difference > worst) [worst, where] = [difference, `${name} ${part}`];
    }
  });
  const verdict =
    worst <= steadyDrift ? "they agree within 5 %" : "MORE THAN 5 %: trust neither before a third on a quiet machine";
  return `Against the profile of ${before.host.date.slice(0, 10)} that was here, medians differ by at most ${(100 * worst).toFixed(1)} % (${where}): ${verdict}`;
}

function exitLines(profile: Profile, { logits, labels, split, exits, classes }: ExitTable): string[] {
  const quality = [0, 1].map((part) => qualityOf(logits, labels, exits, classes, (row) => split[row] === part));
  const counts = [0, 1].map((part) => split.reduce((sum, value) => sum + (value === part ? 1 : 0), 0));
  return profile.exits.flatMap(({ name }, exit) =>
    ["calibration", "evaluation"].map((part, i) => {
      const { accuracy, confidence, calibrationError } = quality[i]![exit]!;
      const numbers = [
        `${(100 * accuracy).toFixed(2)} %`.padStart(10),
        confidence.toFixed(4).padStart(16),
        calibrationError.toFixed(4).padStart(19),
      ];
      return `  ${(i === 0 ? name : "").padEnd(12)} ${String(counts[i]).padStart(6)} ${part.padEnd(11)}${numbers.join("  ")}`;
    }),
  );
}

function timeLine(label: string, macs: number, times: readonly Timing[]): string {
  const cells = times.map((timing) => ms(medianOf(timing)).padStart(8)).join("");
  return `  ${label.padEnd(20)} ${`${macs.toLocaleString("en")} MAC`.padStart(18)}  cv ${times[0]!.cv.toFixed(2)} ${cells}`;
}

function wireLines({ segments }: Profile): string[] {
  return segments.flatMap(({ name, output }) =>
    output === null
      ? []
      : codecs.map((codec, i) => {
          const { bytes, encode, decode } = output.codecs[codec]!;
          const tensors = (output.tensors ?? [output.shape]).map((sides) => sides.join("x"));
          const shape = i === 0 ? `${name} ${tensors.join(" + ")}` : "";
          return `  ${shape.padEnd(16)} ${codec.padEnd(15)} ${bytes.toFixed(0).padStart(8)} ${ms(medianOf(encode)).padStart(13)} ${ms(medianOf(decode)).padStart(13)}`;
        }),
  );
}

const ms = (seconds: number): string => (1000 * seconds).toPrecision(3);
