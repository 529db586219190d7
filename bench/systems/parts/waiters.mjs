/** One promise per workflow, settled by the code that sees its end. */
export function createWaiters() {
  const waiting = new Map();
  return {
    wait: (key) => new Promise((resolve, reject) => waiting.set(key, { resolve, reject })),
    done(key, value) {
      waiting.get(key)?.resolve(value);
      waiting.delete(key);
    },
    failAll(error) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}
