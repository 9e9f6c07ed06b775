import { z } from 'zod';
import { isBlank, isLongerThan, MAX_CHARACTERS, PRINTABLE } from './printable-text.js';

/** zod's own `max` counts UTF-16 units; pydantic, and so the contract, counts characters. */
const withinLimit: z.core.CheckFn<string> = ({ value, issues }) => {
  if (!isLongerThan(value, MAX_CHARACTERS)) return;
  issues.push({ code: 'too_big', origin: 'string', maximum: MAX_CHARACTERS, inclusive: true, input: value });
};

const identifier = (description: string) =>
  z
    .string()
    .check(withinLimit)
    .regex(PRINTABLE)
    .meta({ description, maxLength: MAX_CHARACTERS })
    .nullish()
    .transform((text) => (typeof text === 'string' && !isBlank(text) ? text : undefined));

/** An order as a caller names it: by its Crossroads id, by the caller's own number, or by both. At least one is there, neither is blank. */
export interface OrderRequest {
  order_id?: string;
  order_number?: string;
}

/** Reads an {@link OrderRequest}. Null, absent and blank all mean "not given"; what is given is kept as it is, not trimmed. */
export const orderRequest = z
  .object({
    order_id: identifier('The Crossroads order ID (if known).'),
    order_number: identifier(
      'Your order number. Crossroads will look for orders created by you and created by others and sent to you.',
    ),
  })
  .refine((order) => order.order_id !== undefined || order.order_number !== undefined, {
    error: 'either order_id or order_number is required',
  })
  .transform(
    ({ order_id, order_number }): OrderRequest => ({
      ...(order_id === undefined ? {} : { order_id }),
      ...(order_number === undefined ? {} : { order_number }),
    }),
  );
