/**
 * Money on the wire is a decimal with two places; everything that is computed is computed in whole cents, so that
 * nothing is ever a hundredth of a cent off.
 */
export function toCents(amount: number): number {
  // Shifted as text: 1.005 * 100 is 100.49999999999999, and would round to the wrong cent.
  const [digits = '', exponent = '0'] = String(amount).split('e');
  return Math.round(Number(`${digits}e${Number(exponent) + 2}`));
}

export function fromCents(cents: number): number {
  return cents / 100;
}

/** So many thousandths of an amount of cents (80 of them are 8 %), half a cent rounded up. */
export function perMille(cents: number, thousandths: number): number {
  return Math.floor((cents * thousandths + 500) / 1000);
}
