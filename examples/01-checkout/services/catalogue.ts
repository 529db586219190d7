export interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
  readonly stock: number;
  readonly active: boolean;
}

/** What the shop sells. */
export interface Catalogue {
  /** The products with these ids that exist. */
  findProducts(ids: readonly number[], signal: AbortSignal): Promise<readonly Product[]>;
}
