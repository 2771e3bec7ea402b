/** Files that commands write: whole or not at all. */
import { accessSync, closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../models/files.ts";
import { UsageError } from "./numbers.ts";

/** Makes the folder that results will go to, before the work that makes them begins. @throws UsageError where they could not be written there */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(`${folder}\n  expected  a folder to write to\n  got       ${(error as Error).message}`);
  }
}

/** Writes beside the place under another name, then renames. Folders are made as needed. @throws UsageError where writing is not possible */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const file = openWhole(path);
  try {
    file.write(content);
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** A file that grows piece by piece and takes its name when it is whole. */
export interface WholeFile {
  write(piece: string | Uint8Array): void;
  commit(): void;
  discard(): void;
}

export function openWhole(path: string): WholeFile {
  const beside = `${path}.${process.pid}.tmp`;
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      remove(beside);
      throw new UsageError(`${path}\n  expected  a place to write to\n  got       ${(error as Error).message}`);
    }
  };
  const handle = attempt(() => {
    makeFolder(dirname(path));
    return openSync(beside, "w");
  });
  let open = true;
  return {
    write: (piece) =>
      attempt(() => {
        const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
        for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      }),
    commit: () =>
      attempt(() => {
        fsyncSync(handle);
        closeSync(handle);
        open = false;
        renameSync(beside, path);
      }),
    discard: () => {
      if (open) closeSync(handle);
      open = false;
      remove(beside);
    },
  };
}

/** Nothing is left to remove where the folder is none. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw error;
  }
}
