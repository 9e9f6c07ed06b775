import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { RetryableError } from '@crossroads/saga';
import { Webhook } from 'standardwebhooks';
import type { DestinationInstance } from '../destination-instance.js';
import { destinationContract } from '../testing/destination-contract.js';
import { sampleCleared, sampleIds, sampleOrder } from '../testing/samples.js';
import { webhook } from './webhook.adapter.js';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

destinationContract('webhook', () => {
  const secret = newSecret();
  return {
    sourceSystem: 'webhook',
    secret,
    hidden: [secret, secret.slice('whsec_'.length)],
    assertAuthentic({ body, headers }) {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(headers['webhook-id']).toBe(sampleIds.dispatchKey);
      expect(headers['idempotency-key']).toBe(sampleIds.dispatchKey);
    },
  };
});

const instance: DestinationInstance = { id: 'i', tenant_id: 'carrier', name: 'TMS', source_system: 'webhook', url: 'https://tms.example/hook', secret_ref: 'env:S' };
const signal = new AbortController().signal;
const request = webhook({ now: () => new Date() }).prepare(sampleOrder(), sampleCleared, sampleIds, instance);

test('the message contains counts instead of order data and names both parties', () => {
  expect(JSON.parse(request.body)).toEqual({
    type: 'order.reset',
    data: {
      correlation_id: 'correlation-1',
      order: { order_id: 'order-1', origin_order_number: 'A-1', destination_order_number: '4711' },
      routing: expect.objectContaining({ origin_tenant_id: 'shipper', destination_instance_id: 'carrier-tms' }),
      cleared: { bols: 2, executed_drops: 1 },
    },
  });
});

describe('signatures', () => {
  test('each attempt has its own timestamp and signature', async () => {
    let at = Date.now();
    const { authorize } = webhook({ now: () => new Date(at) });
    const secret = newSecret();
    const first = await authorize(request, instance, secret, signal);
    at += 60_000;
    const second = await authorize(request, instance, secret, signal);
    expect(Number(second['webhook-timestamp']) - Number(first['webhook-timestamp'])).toBe(60);
    expect(second['webhook-signature']).not.toBe(first['webhook-signature']);
    for (const added of [first, second]) new Webhook(secret).verify(request.body, { ...request.headers, ...added });
  });

  test('a secret with two keys is verified with either key, and not with another key', async () => {
    const [before, after] = [newSecret(), newSecret()];
    const added = await webhook({ now: () => new Date() }).authorize(request, instance, `${before} ${after}`, signal);
    const headers = { ...request.headers, ...added };
    for (const secret of [before, after]) expect(new Webhook(secret).verify(request.body, headers)).toBeDefined();
    expect(() => new Webhook(newSecret()).verify(request.body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(before).verify(`${request.body} `, headers)).toThrow('No matching signature');
  });

  test.each(['not base64 at all!', 'whsec_', ' '])('the error for an invalid secret does not contain the secret: %j', async (secret) => {
    const error: unknown = await webhook({ now: () => new Date() }).authorize(request, instance, secret, signal).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'destination.secret_unusable', message: expect.not.stringContaining('base64 at all') });
  });
});
