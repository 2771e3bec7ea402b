/** Ctrl-C, or the end that a batch system sends: what is under way is given up within a second, what is finished is kept; a second one ends at once. Exit code 130. */
export class Interrupted extends Error {
  readonly exitCode = 130;
}

export interface Interrupt {
  /** Lets a signal come through. @throws Interrupted when one has */
  check(): Promise<void>;
  throwIfAsked(): void;
  /** The work of others, given up when a signal comes. @throws Interrupted then */
  unlessAsked<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

const signals = ["SIGINT", "SIGTERM"] as const;

export function onInterrupt(): Interrupt {
  let asked = false;
  const { promise: comes, reject } = withReject();
  const listen = (): void => {
    if (asked) process.exit(130);
    asked = true;
    reject(new Interrupted("interrupted"));
  };
  for (const signal of signals) process.on(signal, listen);
  const throwIfAsked = (): void => {
    if (asked) throw new Interrupted("interrupted");
  };
  return {
    check: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAsked();
    },
    throwIfAsked,
    unlessAsked: (work) => Promise.race([work, comes]),
    stop: () => {
      for (const signal of signals) process.off(signal, listen);
    },
  };
}

/** A promise that only ever fails, and need not be waited for. */
function withReject(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject!: (error: Error) => void;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  promise.catch(() => {});
  return { promise, reject };
}
