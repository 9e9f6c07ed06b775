import { z } from 'zod';
import { isBlank, MAX_CHARACTERS, maxCharacters, PRINTABLE } from './printable-text.js';

const identifier = (description: string) =>
  z
    .string()
    .check(maxCharacters(MAX_CHARACTERS))
    .regex(PRINTABLE)
    .meta({ description, maxLength: MAX_CHARACTERS })
    .nullish()
    .transform((text) => (typeof text === 'string' && !isBlank(text) ? text : undefined));

/** Names an order by its Crossroads id, by the caller's own number, or by both. At least one is present, and neither is blank. */
export interface OrderRequest {
  order_id?: string;
  order_number?: string;
}

/** Reads an {@link OrderRequest}. Null, absent and blank all mean "not given". A given value is not trimmed. */
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
