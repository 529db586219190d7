/**
 * Input values that make a simulated service misbehave: `tok_test_network_error` always, and with `__fail2` at its end
 * for the first two calls only.
 */
export function readMagicValue(text: string): MagicValue {
  const [, value = text, times] = /^(.*)__fail(\d+)$/s.exec(text) ?? [];
  return { value, failures: times === undefined ? Number.POSITIVE_INFINITY : Number(times) };
}

export interface MagicValue {
  readonly value: string;
  /** How many calls are to fail before one succeeds. */
  readonly failures: number;
}

/** Counts failures by key, so that a value fails as often as it says and then no more. */
export class FailureCounter {
  readonly #spent = new Map<string, number>();

  /** Whether this call is to fail, too. */
  shouldFail(key: string, failures: number): boolean {
    const spent = this.#spent.get(key) ?? 0;
    if (spent >= failures) return false;
    this.#spent.set(key, spent + 1);
    return true;
  }
}
