import type { CheckInput } from '../../tools/chaos/src/checker.js';
import type { EntrySeen } from '../../tools/chaos/src/evidence.js';

const steps = ['resolve-order', 'snapshot-order', 'clear-deliveries', 'reset-progression', 'dispatch-reset'];

/** Returns the journal of a successful reset, with entries 10 ms apart. */
const journal = (sagaId: string, from: number, snapshot: NonNullable<EntrySeen['snapshot']>): EntrySeen[] =>
  steps.map((step, index) => ({
    sagaId,
    correlationId: `c-${sagaId}`,
    orderId: 'order',
    at: from + 10 * index,
    seq: index + 1,
    epoch: 1,
    step,
    direction: 'run',
    outcome: 'done',
    ...(step === 'snapshot-order' && { snapshot }),
    ...(step === 'clear-deliveries' && { clearedVersion: snapshot.version }),
  }));

const saga = (sagaId: string, acceptedAt: number) => ({ sagaId, correlationId: `c-${sagaId}`, status: 'synced', phase: 'ended', epoch: 1, settledEpoch: 1, acceptedAt, endedAt: acceptedAt + 60 });

const delivery = (sagaId: string, at: number) => ({ at, key: sagaId, correlationId: `c-${sagaId}`, orderId: 'order', instance: 'there', body: `body of ${sagaId}`, taken: true });

const submission = (sagaId: string, at: number) => ({ orderId: 'order', named: 'correlation-id' as const, correlationId: `c-${sagaId}`, replies: [{ at, sagaId, correlationId: `c-${sagaId}` }], unanswered: 0 });

/** Creates a valid run: one order, two resets one after the other, and a BOL saved before, between and after them. A test may then damage it. */
export const healthyRun = (): CheckInput => ({
  plan: { submissions: 2, faults: [{ name: 'a fault', wanted: 10, hits: 10 }] },
  history: {
    orders: [{ orderId: 'order', number: 'C-1', version: 7, bols: ['b0'], drops: ['d0'], progression: 'COMPLETE', goesTo: 'there' }],
    submissions: [submission('s1', 1_000), submission('s2', 2_000)],
    troubles: [],
    requests: 20,
    sightings: [
      { at: 1_010, sagaId: 's1', httpStatus: 200, status: 'pending', done: false, entries: 2 },
      { at: 1_100, sagaId: 's1', httpStatus: 200, status: 'synced', done: true, entries: 6 },
    ],
    saves: [
      { at: 900, orderId: 'order', list: 'bols', digest: 'b1', version: 8 },
      { at: 1_500, orderId: 'order', list: 'bols', digest: 'b2', version: 11, progression: 'ASSIGNED' },
      { at: 2_500, orderId: 'order', list: 'drops', digest: 'd1', version: 14 },
    ],
    deliveries: [delivery('s1', 1_040), delivery('s2', 2_040)],
    windows: [],
  },
  evidence: {
    sagas: [saga('s1', 1_000), saga('s2', 2_000)],
    entries: [
      ...journal('s1', 1_000, { version: 8, bols: ['b0', 'b1'], drops: ['d0'], progression: 'COMPLETE', intact: true }),
      ...journal('s2', 2_000, { version: 11, bols: ['b2'], drops: [], progression: 'ASSIGNED', intact: true }),
    ],
    orders: [{ orderId: 'order', version: 14, bols: [], drops: ['d1'], progression: 'NO_PROGRESS' }],
  },
});
