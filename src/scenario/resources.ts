/** What a scenario may refer to outside its own text. Node reads files ({@link ./files.ts}); a browser hands in what it has. */
import type { Profile } from "../profile.ts";
import type { DevicePreset, LinkPreset } from "./presets.ts";
import type { EvaluationTable } from "./table.ts";

export interface LoadedProfile {
  readonly profile: Profile;
  /** Read when first asked for. @throws ScenarioError when it does not fit the profile */
  readonly table: () => EvaluationTable;
}

export interface Resources {
  readonly devices: () => ReadonlyMap<string, DevicePreset>;
  readonly links: () => ReadonlyMap<string, LinkPreset>;
  /** Shipped profiles. */
  readonly profileNames: () => readonly string[];
  /** By shipped name or path. @throws FileFault, ScenarioError */
  readonly profile: (reference: string) => LoadedProfile;
  /** Content of a file by its path from the scenario. @throws FileFault */
  readonly bytes: (path: string, limit: number) => Uint8Array;
  /** A user's rule without its types, as a CommonJS module; without it such rules are refused. @throws FileFault where it is no program */
  readonly program?: (source: string, path: string) => string;
}

/** A file that cannot be used, in the words of a problem. */
export class FileFault extends Error {
  readonly exitCode = 2;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | null;

  constructor(expected: string, got: string, hint: string | null = null) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
    this.hint = hint;
  }
}

/** Nothing outside the text, as in a browser that was given nothing. */
export const noResources: Resources = {
  devices: () => new Map(),
  links: () => new Map(),
  profileNames: () => [],
  profile: (reference) => {
    throw new FileFault("a profile that can be read here", JSON.stringify(reference));
  },
  bytes: (path) => {
    throw new FileFault("a file that can be read here", JSON.stringify(path));
  },
};

/** UTF-8 text of a file. @throws FileFault when it is binary */
export function decodeText(bytes: Uint8Array, what = "a text file in UTF-8"): string {
  if (bytes.subarray(0, 65536).includes(0)) throw new FileFault(what, "a binary file");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileFault(what, "bytes that are not UTF-8");
  }
}
