/** Ctrl-C: what is under way ends at the next replication, a second one ends at once. Exit code 130. */
export class Interrupted extends Error {
  readonly exitCode = 130;
}

export interface Interrupt {
  /** Lets a signal come through. @throws Interrupted when one has */
  check(): Promise<void>;
  throwIfAsked(): void;
  stop(): void;
}

export function onInterrupt(): Interrupt {
  let asked = false;
  const listen = (): void => {
    if (asked) process.exit(130);
    asked = true;
  };
  process.on("SIGINT", listen);
  const throwIfAsked = (): void => {
    if (asked) throw new Interrupted("interrupted");
  };
  return {
    check: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAsked();
    },
    throwIfAsked,
    stop: () => {
      process.off("SIGINT", listen);
    },
  };
}
