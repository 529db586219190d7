/** One promise per workflow, settled by the code that sees its end. */
export function createWaiters() {
  const waiting = new Map();
  return {
    wait: (key) => new Promise((resolve) => waiting.set(key, resolve)),
    done(key, value) {
      waiting.get(key)?.(value);
      waiting.delete(key);
    },
  };
}
