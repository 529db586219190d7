import semver from 'semver';

/** Sorts versions: the one first that `latest` means, which is the highest by semver; pre-releases behind all others. */
export function latestFirst(one: string, other: string): number {
  const unreleased = (version: string) => Number(semver.prerelease(version) !== null);
  return unreleased(one) - unreleased(other) || semver.rcompare(one, other);
}
