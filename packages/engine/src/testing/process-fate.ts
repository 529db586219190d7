/**
 * Whether a simulated process runs. What reaches it from outside (a timer, an answer, a message) goes through here:
 * while it is paused that waits, and once it has crashed nothing reaches it any more.
 */
export interface ProcessFate {
  readonly state: 'running' | 'paused' | 'crashed';
  /** The process stands still, like one that is swapped out or stopped in a debugger. */
  pause(): void;
  resume(): void;
  /** The process is gone from one moment to the next, without any clean-up. */
  crash(): void;
  /** Calls `act` as soon as the process runs; the returned function takes it back. */
  whenRunning(act: () => void): () => void;
  /** Calls `act` when the process crashes, at once if it has. */
  onCrash(act: () => void): void;
}

export function createProcessFate(): ProcessFate {
  let state: ProcessFate['state'] = 'running';
  let held: (() => void)[] = [];
  const mourners: (() => void)[] = [];

  return {
    get state() {
      return state;
    },
    pause() {
      if (state === 'running') state = 'paused';
    },
    resume() {
      if (state !== 'paused') return;
      state = 'running';
      const acts = held;
      held = [];
      for (const act of acts) act();
    },
    crash() {
      if (state === 'crashed') return;
      state = 'crashed';
      held = [];
      for (const act of mourners) act();
    },
    whenRunning(act) {
      if (state === 'running') act();
      else if (state === 'paused') held.push(act);
      return () => {
        held = held.filter((each) => each !== act);
      };
    },
    onCrash(act) {
      if (state === 'crashed') act();
      else mourners.push(act);
    },
  };
}
