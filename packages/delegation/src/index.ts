export { defineDelegation } from './define-delegation.ts';
export type { Delegated, DelegationOptions } from './delegation-options.ts';
