/** The way from a JSON value to one inside it: keys and indices. */
export type JsonPath = readonly (string | number)[];

/** A path as people write it: `steps[2].retry.backoff`; keys that are no plain names are quoted. */
export function formatPath(path: JsonPath): string {
  return path.map(formatSegment).join('').replace(/^\./, '');
}

function formatSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return plainName.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}

const plainName = /^[A-Za-z_$][\w$-]*$/;

/** A JSON pointer as a path: digits are indices only where the data really is an array. */
export function pathOfPointer(pointer: string, data: unknown): JsonPath {
  const path: (string | number)[] = [];
  let at = data;
  for (const escaped of pointer.split('/').slice(1)) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  }
  return path;
}
