/** `profile.json` and `exits.npz` as they come from a folder: checked before anything is built on them. */
import * as z from "zod";
import { readNpz } from "../npz.ts";
import { codecs, type Profile } from "../profile.ts";
import { FileFault, type LoadedProfile } from "./resources.ts";
import { type EvaluationTable, evaluationTable } from "./table.ts";

type ProfileSchema = ReturnType<typeof makeSchema>;
let made: ProfileSchema | undefined;

/** Made when a profile is first read. */
function profileSchema(): ProfileSchema {
  made ??= makeSchema();
  return made;
}

function makeSchema() {
  const count = z.number().int().nonnegative();
  const time = z.number().nonnegative();

  const timing = z
    .object({ batch: z.number().int().positive(), count, quantiles_s: z.array(time).min(1), cv: z.number() })
    .refine(
      (t) => t.quantiles_s.length % 2 === 1,
      "quantiles_s needs an odd number of entries: the middle one is the median",
    )
    .refine((t) => t.quantiles_s.every((q, i) => i === 0 || q >= t.quantiles_s[i - 1]!), "quantiles_s must ascend");
  const work = z
    .object({ macs: count, layers: count, params: count, time: z.array(timing).min(1) })
    .refine((w) => w.time.some((t) => t.batch === 1), "time needs an entry at batch 1");
  const cost = z.object({ bytes: z.number().positive(), encode: timing, decode: timing });
  const segment = z.object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/),
    trunk: work,
    head: work.nullable(),
    output: z
      .object({
        shape: z.array(count),
        tensors: z.array(z.array(count)).optional(),
        codecs: z.object(Object.fromEntries(codecs.map((c) => [c, c === "float32" ? cost : cost.optional()]))),
      })
      .nullable(),
  });

  return z
    .object({
      format: z.literal("offramp/profile"),
      version: z.literal(1),
      name: z.string(),
      model: z.object({
        name: z.string(),
        classes: z.array(z.string()).min(2),
        input: z.object({ shape: z.array(count), bytes: z.number().positive() }),
      }),
      host: z.object({ cpu: z.string(), noisy: z.boolean() }),
      dispatch_overhead_s: time,
      segments: z.array(segment).min(1),
      exits: z.array(z.object({ name: z.string(), after: z.string() })).min(1),
    })
    .superRefine((profile, context) => {
      const fault = (path: (string | number)[], message: string): void =>
        context.addIssue({ code: "custom", path, message });
      const names = profile.segments.map((s) => s.name);
      if (new Set(names).size < names.length) fault(["segments"], "two segments of one name");
      profile.segments.forEach((s, i) => {
        const isLast = i === names.length - 1;
        if (!isLast && s.output === null) fault(["segments", i, "output"], "only the last segment has no output");
        const exits = profile.exits.filter((e) => e.after === s.name).length;
        if (exits > 1) fault(["exits"], `two exits after ${s.name}`);
        if (exits === 1 && s.head === null) fault(["segments", i, "head"], `the exit after ${s.name} has no head`);
        if (isLast && exits === 0) fault(["exits"], "no exit after the last segment");
      });
      const places = profile.exits.map((e) => names.indexOf(e.after));
      if (places.includes(-1)) fault(["exits"], "an exit after a segment that is not there");
      if (places.some((place, i) => i > 0 && place <= places[i - 1]!))
        fault(["exits"], "exits are not in order of depth");
    });
}

/** @throws FileFault when it is no profile, or one that does not fit together */
export function parseProfile(text: string, path: string): Profile {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new FileFault("a profile as JSON", `${path}: ${(error as Error).message}`);
  }
  const checked = profileSchema().safeParse(raw);
  if (checked.success) return raw as Profile;
  const faults = checked.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message.toLowerCase()}`);
  throw new FileFault(
    "a profile as offramp profile writes it",
    `${path}: ${faults.join("; ")}`,
    "measure it again with offramp profile",
  );
}

/** @param readTable gives the bytes of `exits.npz`, when they are first needed */
export function loadedProfile(text: string, path: string, readTable: () => Uint8Array): LoadedProfile {
  const profile = parseProfile(text, path);
  let table: EvaluationTable | undefined;
  return {
    profile,
    table: () => {
      table ??= fitting(() =>
        evaluationTable(
          readNpz(readTable(), "exits.npz"),
          profile.exits.length,
          profile.model.classes.length,
          profile.segments.length - 1,
        ),
      );
      return table;
    },
  };
}

/** @throws FileFault instead of the RangeError of a table that does not fit */
export function fitting<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new FileFault("an exit table that fits the model", error.message);
    throw error;
  }
}
