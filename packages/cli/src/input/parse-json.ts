import type { Json } from '@tasker/contract';

/** JSON.parse with what it really returns, which its own declaration does not say. */
export const parseJson: (text: string) => Json = JSON.parse;
