import { orderLimits } from '@crossroads/contract';

/** Every `code` of an error reply of the intake. docs/errors.md is generated from it. */
export const intakeCodes = {
  'order.too_many_bols': { status: 422, when: `The order has ${orderLimits.bols} BOLs, the maximum.`, next: 'Replace a saved BOL by its number and terminal, or reset the order first.' },
  'order.too_many_drops': { status: 422, when: `The order has ${orderLimits.executedDrops} executed drops, the maximum.`, next: 'Replace the drops of a site, or reset the order first.' },
  'order.full': { status: 422, when: `The order would have more than ${orderLimits.bytes / 1024} kB.`, next: 'Send less data, or reset the order first.' },
  'reply.too_large': { status: 422, when: 'Another system wrote so much data into the order or its snapshots that the intake does not return them.', next: 'Read a reset without `logs=all`. For the data, contact the operators.' },
} as const;

export type IntakeCode = keyof typeof intakeCodes;
