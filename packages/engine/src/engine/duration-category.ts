/** What a duration feels like: up to 0.1 s, 1 s, 5 s, or longer. */
export function durationCategory(ms: number): 'fast' | 'moderate' | 'slow' | 'very_slow' {
  if (ms <= 100) return 'fast';
  if (ms <= 1_000) return 'moderate';
  return ms <= 5_000 ? 'slow' : 'very_slow';
}
