import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Ends the run with one plain line for scripts and people in a hurry: `12 passed, 0 failed`. */
export default class PlainLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[], reason: TestRunEndReason): void {
    // A file that cannot be loaded and an error outside any test have no test to count, and are failures all the same.
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const failedBefore = count.failed;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      if (module.state() === 'failed' && count.failed === failedBefore) count.failed += 1;
    }
    if (reason === 'failed' && count.failed === 0) count.failed = 1;
    const skipped = count.skipped + count.pending;
    const line = `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // Other reporters still write after this; nothing does after exit.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
}
