/** Limits of one order. The calls that change an order never exceed them. */
export const orderLimits = {
  /** BOLs of an order at most. */
  bols: 100,
  /** Executed drops of an order at most. */
  executedDrops: 200,
  /** Planned drops of an order at most. */
  drops: 200,
  /** Bytes of an order as it is stored, with its BOLs, drops and extra_data. */
  bytes: 256 * 1024,
} as const;
