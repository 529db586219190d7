export function timeOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
