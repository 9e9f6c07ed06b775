import type { Order } from '@crossroads/order-reset';
import { NonRetryableError } from '@crossroads/saga';
import type { Adapter, AdapterTools } from '../adapter.js';
import { readPlainly } from '../read-plainly.js';
import { endpointUrl, gravitateTokens } from './gravitate-tokens.js';

/** Sends resets to Gravitate Supply & Dispatch, which has a reset endpoint and requires an access token. */
export const gravitateSd = (tools: AdapterTools): Adapter => {
  const tokens = gravitateTokens(tools);
  return {
    sourceSystem: 'gravitate_sd',

    check(order) {
      numberOf(order);
    },

    prepare(order, _cleared, _ids, { url }) {
      return {
        method: 'POST',
        url: endpointUrl(url, 'v1/order/reset'),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ order_id: null, order_number: numberOf(order) }),
      };
    },

    async authorize(_request, instance, secret, signal) {
      return { authorization: `Bearer ${await tokens.get(instance, secret, signal)}` };
    },

    read: readPlainly,
    forget: (instance) => tokens.drop(instance),
  };
};

/** Supply & Dispatch has integers as order numbers, but ours are text. Converting `007` or `1e3` would name another order. */
const numberOf = ({ counterparty: { order_number: text } }: Order): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && String(number) === text) return number;
  throw new NonRetryableError('destination.number_not_integer', `Supply & Dispatch requires an integer as order number, but the number is ${JSON.stringify(text)}.`);
};
