/** What is used of WebAssembly: TypeScript's own types of it come with those of browsers only. */
export interface Memory {
  /** A new object when the memory has grown; of shared memory, older ones stay good. */
  readonly buffer: SharedArrayBuffer;
  /** @param pages of 64 kB, to be added @throws RangeError when there is no more room */
  grow(pages: number): number;
}

export interface Variable {
  value: number;
}

/** Compiled code. */
export type Module = object;

interface Api {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => Memory;
  readonly Module: {
    new (code: Uint8Array): Module;
    /** What the code asks for. */
    imports(module: Module): { readonly name: string }[];
  };
  readonly Instance: new (
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Global: new () => Variable;
}

export const webAssembly = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
