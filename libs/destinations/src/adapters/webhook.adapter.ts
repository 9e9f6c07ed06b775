import { routingOf } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import { Webhook } from 'standardwebhooks';
import type { Adapter, AdapterTools } from '../adapter.js';
import { readPlainly } from '../read-plainly.js';

/** Sends a signed JSON message in the format of the Standard Webhooks specification. */
export const webhook = ({ now }: Pick<AdapterTools, 'now'>): Adapter => ({
  sourceSystem: 'webhook',

  check() {
    // A webhook accepts every order number, because it is text in the message.
  },

  prepare({ order_id, caller, counterparty }, { bols, executed_drops }, { dispatchKey, correlationId }, { url }) {
    return {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'webhook-id': dispatchKey, 'idempotency-key': dispatchKey },
      body: JSON.stringify({
        type: 'order.reset',
        data: {
          correlation_id: correlationId,
          order: { order_id, origin_order_number: caller.order_number, destination_order_number: counterparty.order_number },
          routing: routingOf(caller, counterparty),
          cleared: { bols, executed_drops },
        },
      }),
    };
  },

  async authorize({ headers, body }, { name }, secret) {
    const at = now();
    const sign = (key: string) => signer(key, name).sign(headers['webhook-id']!, at, body);
    return {
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      // With two keys in the secret, both sign. The receiver can then change its key at any time.
      'webhook-signature': keysIn(secret, name).map(sign).join(' '),
    };
  },

  read: readPlainly,
});

const keysIn = (secret: string, name: string): string[] => {
  const keys = secret.split(/\s+/).filter(Boolean);
  if (keys.length === 0) throw unusableSecret(name);
  return keys;
};

const signer = (key: string, name: string): Webhook => {
  try {
    return new Webhook(key);
  } catch {
    throw unusableSecret(name);
  }
};

const unusableSecret = (name: string) =>
  new RetryableError('destination.secret_unusable', `The secret of ${name} does not have the format whsec_<base64>. Correct the secret, then resume.`);
