/** Resolves when the process is asked to stop; asked again, it stops at once. */
export function untilSignal(): Promise<void> {
  // A process that only waits for a signal would have nothing to do, and end.
  const alive = setInterval(() => undefined, 60_000);
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(alive);
      for (const signal of signals) {
        process.off(signal, stop);
        process.once(signal, () => process.exit(130));
      }
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

const signals = ['SIGINT', 'SIGTERM'] as const;
