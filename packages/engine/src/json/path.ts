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
