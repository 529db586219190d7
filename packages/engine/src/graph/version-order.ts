import semver from 'semver';

/** Sorts versions: the one first that `latest` means, which is the highest by semver; pre-releases behind all others. */
export function latestFirst(one: string, other: string): number {
  const unreleased = (version: string) => Number(semver.prerelease(version) !== null);
  return unreleased(one) - unreleased(other) || semver.rcompare(one, other);
}

/**
 * Whether a text is a semantic version in its normal form: no leading `v`, no spaces, and no build metadata, by which
 * versions cannot be ordered.
 */
export function isVersion(text: string): boolean {
  return semver.valid(text) === text;
}
