import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A closed loop: each of the `inFlight` lanes submits the next workflow when its last one has finished, and checks its
 * result. `onFinished(count)` hears of each; `stop()` resolves to whether the rest finished in time.
 */
export function startLoad(engine, workload, inFlight, onFinished = () => {}) {
  const load = { finished: 0, wrong: 0, measuring: false, latenciesMs: [], stop };
  let stopped = false;
  const lanes = Promise.all(Array.from({ length: inFlight }, lane));
  return load;

  async function lane() {
    while (!stopped) {
      const input = nextInput++;
      const start = performance.now();
      const result = await engine.run(input);
      if (result?.n !== workload.expected || result?.in !== input) {
        if (load.wrong++ === 0) console.error('wrong result', input, result, 'expected n', workload.expected);
      }
      if (stopped) return;
      load.finished++;
      if (load.measuring) load.latenciesMs.push(performance.now() - start);
      onFinished(load.finished);
    }
  }

  async function stop() {
    stopped = true;
    return Promise.race([lanes.then(() => true), sleep(20_000, false)]);
  }
}

/** Runs on over all loads of a process, because an engine may know an input again. */
let nextInput = 1;
