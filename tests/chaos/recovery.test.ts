import { describe, expect, test } from '@jest/globals';
import type { EntrySeen, SagaSeen } from '../../tools/chaos/src/evidence.js';
import { recoveryOf } from '../../tools/chaos/src/recovery.js';

const entry = (at: number, epoch: number, outcome = 'done'): EntrySeen => ({ sagaId: 's', correlationId: 'c', orderId: 'o', at, seq: at, epoch, step: 'resolve-order', direction: 'run', outcome });

const saga = (epoch: number, endedAt: number): SagaSeen => ({ sagaId: 's', correlationId: 'c', status: 'synced', phase: 'ended', epoch, settledEpoch: epoch, acceptedAt: 0, endedAt });

const recovered = (entries: EntrySeen[], of: SagaSeen, killedAt: number[], windows: Parameters<typeof recoveryOf>[2] = []) =>
  recoveryOf({ sagas: [of], entries, orders: [] }, killedAt.map((at) => ({ name: 'worker-1', at })), windows).all;

describe('recovery after a kill', () => {
  test('is from the kill to the next sign of life', () => {
    expect(recovered([entry(10, 1), entry(9_010, 2)], saga(2, 9_020), [20])).toEqual([8_990]);
  });

  test('counts a saga that was claimed and never heard of, and one whose last word was missing', () => {
    expect(recovered([entry(5_000, 2)], saga(2, 5_010), [100])).toEqual([4_900]);
    expect(recovered([entry(10, 1)], saga(2, 7_000), [20])).toEqual([6_980]);
  });

  test('is shared out among the crashes of a saga that met several', () => {
    expect(recovered([entry(10, 1), entry(20_010, 3)], saga(3, 20_020), [10, 9_000])).toEqual([10_000, 10_000]);
  });

  test('counts no rest, no wait in line, and nothing that another fault held up', () => {
    expect(recovered([entry(10, 1, 'unavailable'), entry(9_010, 2)], saga(2, 9_020), [20])).toEqual([]);
    expect(recovered([entry(10, 1, 'waiting'), entry(9_010, 8)], saga(8, 9_020), [20])).toEqual([]);
    expect(recovered([entry(10, 1), entry(9_010, 2)], saga(2, 9_020), [20], [{ part: 'redis', from: 3_000, to: 4_000 }])).toEqual([]);
  });
});
