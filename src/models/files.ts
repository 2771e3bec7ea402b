import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors.ts";

/**
 * Makes a folder that results will go to, before the work that makes them begins.
 * @throws UserError when it can't be made or written to
 */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(`folder ${folder}`, {
      expected: "a folder that can be written to",
      got: (error as Error).message,
    });
  }
}

/** Writes a file whole or not at all: beside it under another name, then renamed. Folders are made as needed. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  makeFolder(dirname(path));
  const beside = `${path}.${process.pid}.tmp`;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  try {
    const file = openSync(beside, "w");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/**
 * Makes a folder and those above it that are not there. One by one: the recursive call of Node 20 never returns where the system
 * answers "no such file" to a folder whose parent is there, as /proc does.
 * @throws Error of the system where that is not possible
 */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been first.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
