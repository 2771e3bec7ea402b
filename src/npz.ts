/** NumPy's .npy arrays and .npz archives of them, read and written without NumPy or Node. */
import { inflateSync, type Zippable, zipSync } from "fflate";

/** Values of an array by its dtype; 64-bit integers are big. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array;

/** An array in C order: the last axis varies fastest. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

type Constructor = new (buffer: ArrayBuffer) => NpyData;
const types: Readonly<Record<string, { readonly make: Constructor; readonly size: number }>> = {
  "<f4": { make: Float32Array, size: 4 },
  "<f8": { make: Float64Array, size: 8 },
  "<i4": { make: Int32Array, size: 4 },
  "<u4": { make: Uint32Array, size: 4 },
  "<i2": { make: Int16Array, size: 2 },
  "<u2": { make: Uint16Array, size: 2 },
  "|i1": { make: Int8Array, size: 1 },
  "|u1": { make: Uint8Array, size: 1 },
  "|b1": { make: Uint8Array, size: 1 },
  "<i8": { make: BigInt64Array, size: 8 },
  "<u8": { make: BigUint64Array, size: 8 },
};
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads a .npz file, stored or deflated.
 * @param name used in messages
 * @returns arrays by name, without the `.npy` of their files
 * @throws RangeError when the file is damaged, or an array is of a type or layout not read here
 */
export function readNpz(file: Uint8Array, name = "npz"): Record<string, NpyArray> {
  const arrays: Record<string, NpyArray> = {};
  for (const [path, bytes] of unzip(file, name)) {
    const key = path.endsWith(".npy") ? path.slice(0, -4) : path;
    arrays[key] = readNpy(bytes, `${name}: ${key}`);
  }
  return arrays;
}

/**
 * Writes a .npz file, deflated; the same arrays give the same bytes.
 * @param level 0 (stored) to 9 (smallest)
 * @throws RangeError when an array's length is not that of its shape
 */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>, level: 0 | 1 | 6 | 9 = 9): Uint8Array {
  // Zip's earliest date: the file must not depend on when it was written.
  const options = { level, mtime: new Date(1980, 0, 1) };
  const entries = Object.entries(arrays).map(([key, array]) => [`${key}.npy`, [writeNpy(array, key), options]]);
  return zipSync(Object.fromEntries(entries) as Zippable);
}

/** Reads a .npy file, version 1 to 3. @throws RangeError as {@link readNpz} */
export function readNpy(bytes: Uint8Array, name = "npy"): NpyArray {
  const fail = (expected: string, got: string): never => {
    throw new RangeError(`${name}: expected ${expected}, got ${got}`);
  };
  if (bytes.length < 10 || !magic.every((byte, i) => bytes[i] === byte)) {
    fail("a NumPy array (.npy)", bytes.length === 0 ? "nothing" : `${bytes.length} bytes that begin otherwise`);
  }
  const version = bytes[6]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (version < 1 || version > 3) fail("version 1, 2 or 3", `version ${version}`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) fail("a whole header", `${bytes.length} bytes`);
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < end) fail(`a header of ${end} bytes`, `${bytes.length} bytes`);
  const header = new TextDecoder().decode(bytes.subarray(start, end));

  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const sides = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || sides === undefined) {
    return fail("a header with descr, fortran_order and shape of plain numbers", JSON.stringify(header.slice(0, 80)));
  }
  const type = types[descr];
  if (type === undefined) {
    const hint = /^[<>|=]?[fiub]/.test(descr) ? `; convert it with array.astype("float32")` : ", which are no numbers";
    return fail(`a dtype of ${Object.keys(types).join(" ")}`, `${descr}${hint}`);
  }
  const shape = sides
    .split(",")
    .map((side) => side.trim().replace(/L$/, ""))
    .filter((side) => side !== "")
    .map(Number);
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0)) fail("a shape of whole numbers", `(${sides})`);
  if (order === "True" && shape.length > 1) fail("C order", "Fortran order; convert it with numpy.ascontiguousarray");
  const length = shape.reduce((product, side) => product * side, 1);
  const size = length * type.size;
  if (bytes.length - end !== size) fail(`${size} bytes of values for shape (${shape})`, `${bytes.length - end}`);
  // Copied, since the header's length need not leave the values aligned; by a view of our own, since a Node buffer's slice copies nothing.
  const values = new Uint8Array(bytes.buffer, bytes.byteOffset + end, size).slice();
  return { shape, data: new type.make(values.buffer) };
}

/** Writes a .npy file, version 1. @throws RangeError when the array's length is not that of its shape */
export function writeNpy({ shape, data }: NpyArray, name = "npy"): Uint8Array {
  const length = shape.reduce((product, side) => product * side, 1);
  if (data.length !== length) {
    throw new RangeError(`${name}: expected ${length} values for shape (${shape}), got ${data.length}`);
  }
  const descr = Object.entries(types).find(([key, { make }]) => data instanceof make && key !== "|b1")![0];
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Values begin at a multiple of 64 bytes, as NumPy aligns them; the header ends in a new line.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const header = new TextEncoder().encode(padded);
  const file = new Uint8Array(10 + header.length + data.byteLength);
  file.set([...magic, 1, 0, header.length & 0xff, header.length >> 8]);
  file.set(header, 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return file;
}

/** More than any exit table needs; a small file can claim to unfold into far more. */
const largest = 2 ** 31;

/**
 * The files of a zip archive (PKWARE APPNOTE 6.3.10), sizes and checksums checked, which fflate's own reader does not; in the order of its
 * directory, stored or deflated.
 * @param name used in messages
 * @throws RangeError when the archive is damaged, encrypted or in parts
 */
function* unzip(file: Uint8Array, name: string): Generator<readonly [path: string, bytes: Uint8Array]> {
  const fail = (what: string): never => {
    throw new RangeError(`${name}: expected a whole zip archive, got ${what}`);
  };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = endOfDirectory(view);
  if (end < 0) return fail(file.length === 0 ? "an empty file" : `${file.length} bytes without a zip directory`);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) fail(`a damaged directory at byte ${at}`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const checksum = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    total += size;
    if ((flags & 1) !== 0) fail(`the encrypted file ${path}`);
    if (total > largest) fail(`contents of more than ${largest} bytes`);
    if (local + 30 > file.length || view.getUint32(local, true) !== 0x04034b50)
      fail(`no file ${path} at byte ${local}`);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > file.length) fail(`the file ${path} cut short`);
    const bytes = unpack(file.subarray(start, start + packed), method, size);
    if (bytes === null) return fail(`the file ${path} damaged or packed by method ${method}`);
    if (crc32(bytes) !== checksum) fail(`the file ${path} with a wrong checksum`);
    yield [path, bytes];
  }
}

function unpack(packed: Uint8Array, method: number, size: number): Uint8Array | null {
  if (method === 0) return packed.length === size ? packed : null;
  if (method !== 8) return null;
  try {
    const bytes = inflateSync(packed, { out: new Uint8Array(size) });
    return bytes.length === size ? bytes : null;
  } catch {
    return null;
  }
}

/** The record that ends an archive; a comment of up to 65,535 bytes may follow it. -1 when there is none. */
function endOfDirectory(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= first; at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return -1;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
