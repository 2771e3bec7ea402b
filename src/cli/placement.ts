import type { ExitPlacement } from "../models/index.ts";
import { UsageError } from "./numbers.ts";

/** Reads "every", "stem,body", "0.2,0.5" or "20%,50%". */
export function placement(raw: unknown): ExitPlacement | undefined {
  if (raw === undefined) return undefined;
  const parts = String(raw)
    .split(",")
    .map((part) => part.trim());
  if (parts.length === 1 && parts[0] === "every") return "every";
  const fractions = parts.map(fraction);
  if (fractions.every((value) => value !== null)) return { fractions };
  if (fractions.every((value) => value === null) && parts.every((part) => /^[A-Za-z_][^\s,]*$/.test(part)))
    return { after: parts };
  throw new UsageError(
    `--exits\n  expected  every, names such as stage1-2,stage2-1, or fractions of the computation such as 0.2,0.5 or 20%,50%\n  got       ${JSON.stringify(raw)}`,
  );
}

/** A number between 0 and 1, or a percentage between 0 and 100; null for anything else. */
function fraction(text: string): number | null {
  const found = /^(\d*\.?\d+)\s*(%?)$/.exec(text);
  if (found === null) return null;
  const value = Number(found[1]) / (found[2] === "%" ? 100 : 1);
  if (value > 0 && value < 1) return value;
  throw new UsageError(
    `--exits\n  expected  fractions of the computation, between 0 and 1 or 0% and 100%\n  got       ${JSON.stringify(text)}`,
  );
}
