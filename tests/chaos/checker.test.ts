import { describe, expect, test } from '@jest/globals';
import type { CheckInput, Invariant } from '../../tools/chaos/src/checker.js';
import { checks, findViolations } from '../../tools/chaos/src/checker.js';
import { healthyRun } from './healthy-run.js';

interface Damage {
  invariant: Invariant;
  what: string;
  damage(run: CheckInput): void;
}

const entryOf = ({ evidence }: CheckInput, sagaId: string, step: string) => evidence.entries.find((entry) => entry.sagaId === sagaId && entry.step === step)!;

const damages: Damage[] = [
  { invariant: 'I1', what: 'a saga whose response was pending is gone', damage: ({ evidence }) => void evidence.sagas.pop() },
  { invariant: 'I1', what: 'a saga whose response was pending never finishes', damage: ({ evidence }) => void (evidence.sagas[0]!.phase = 'running') },
  { invariant: 'I1', what: 'one request with an id became two sagas', damage: ({ history }) => void history.submissions[0]!.replies.push({ at: 1, sagaId: 's2', correlationId: 'c-s2' }) },
  { invariant: 'I1', what: 'a saga without a request', damage: ({ evidence }) => void evidence.sagas.push({ ...evidence.sagas[0]!, sagaId: 's3', correlationId: 'c-s3' }) },
  { invariant: 'I1', what: 'two sagas under one correlation id', damage: ({ evidence }) => void (evidence.sagas[1]!.correlationId = 'c-s1') },
  { invariant: 'I2', what: 'a BOL saved between snapshot and clear is lost', damage: (run) => void (entryOf(run, 's1', 'snapshot-order').snapshot!.bols = ['b0']) },
  { invariant: 'I2', what: 'a BOL in the log has different bytes', damage: (run) => void (entryOf(run, 's1', 'snapshot-order').snapshot!.bols = ['b0', 'b1, not quite']) },
  { invariant: 'I2', what: 'BOLs in the log changed places', damage: (run) => void (entryOf(run, 's1', 'snapshot-order').snapshot!.bols = ['b1', 'b0']) },
  { invariant: 'I2', what: 'a drop saved after the reset is gone', damage: ({ evidence }) => void (evidence.orders[0]!.drops = []) },
  { invariant: 'I2', what: 'the first reset’s BOLs are back on the order', damage: ({ evidence }) => void (evidence.orders[0]!.bols = ['b0', 'b1']) },
  { invariant: 'I2', what: 'cleared without a snapshot', damage: (run) => void delete entryOf(run, 's1', 'snapshot-order').snapshot },
  { invariant: 'I2', what: 'cleared at another version than the one saved', damage: (run) => void (entryOf(run, 's1', 'clear-deliveries').clearedVersion = 9) },
  { invariant: 'I2', what: 'cleared before its snapshot was saved', damage: (run) => void (entryOf(run, 's1', 'clear-deliveries').at = 5) },
  { invariant: 'I2', what: 'a snapshot that does not match its digest', damage: (run) => void (entryOf(run, 's2', 'snapshot-order').snapshot!.intact = false) },
  { invariant: 'I2', what: 'an order is gone', damage: ({ evidence }) => void evidence.orders.pop() },
  { invariant: 'I3', what: 'an order was cleared twice', damage: ({ evidence }) => void (evidence.orders[0]!.version += 1) },
  { invariant: 'I3', what: 'a write did not raise the version', damage: ({ evidence }) => void (evidence.orders[0]!.version -= 1) },
  { invariant: 'I3', what: 'deliveries restored twice', damage: ({ evidence }) => void evidence.orders[0]!.drops.push('d1') },
  { invariant: 'I4', what: 'two keys for one saga', damage: ({ history }) => void history.deliveries.push({ ...history.deliveries[0]!, key: 'another' }) },
  { invariant: 'I4', what: 'two bodies for one saga', damage: ({ history }) => void history.deliveries.push({ ...history.deliveries[0]!, body: 'another' }) },
  { invariant: 'I4', what: 'one key for two sagas', damage: ({ history }) => void (history.deliveries[1]!.key = 's1') },
  { invariant: 'I4', what: 'synced, but never delivered', damage: ({ history }) => void history.deliveries.pop() },
  { invariant: 'I4', what: 'rejected, but accepted by the destination', damage: ({ evidence }) => void (evidence.sagas[1]!.status = 'rejected') },
  { invariant: 'I4', what: 'delivered to another instance', damage: ({ history }) => void (history.deliveries[0]!.instance = 'elsewhere') },
  { invariant: 'I4', what: 'a delivery without a request', damage: ({ history }) => void (history.deliveries[0]!.correlationId = 'unknown') },
  { invariant: 'I5', what: 'two final outcomes of one step', damage: (run) => void run.evidence.entries.push({ ...entryOf(run, 's1', 'dispatch-reset'), seq: 6 }) },
  { invariant: 'I5', what: 'a step was left out', damage: ({ evidence }) => void evidence.entries.splice(3, 1) },
  { invariant: 'I5', what: 'steps out of order', damage: (run) => void (entryOf(run, 's1', 'reset-progression').seq = 9) },
  { invariant: 'I5', what: 'an entry with another correlation id', damage: (run) => void (entryOf(run, 's1', 'dispatch-reset').correlationId = 'c-s2') },
  { invariant: 'I5', what: 'compensated although no step was rejected', damage: (run) => void run.evidence.entries.push({ ...entryOf(run, 's1', 'clear-deliveries'), direction: 'undo', seq: 6 }) },
  { invariant: 'I6', what: 'the log has a different progression than was set', damage: (run) => void (entryOf(run, 's2', 'snapshot-order').snapshot!.progression = 'COMPLETE') },
  { invariant: 'I7', what: 'done, then not done', damage: ({ history }) => void history.sightings.push({ at: 1_200, sagaId: 's1', httpStatus: 200, status: 'pending', done: false, entries: 6 }) },
  { invariant: 'I7', what: 'finished twice, with different statuses', damage: ({ history }) => void history.sightings.push({ at: 1_200, sagaId: 's1', httpStatus: 200, status: 'rejected', done: true, entries: 6 }) },
  { invariant: 'I7', what: 'an entry vanished', damage: ({ history }) => void history.sightings.push({ at: 1_200, sagaId: 's1', httpStatus: 200, status: 'synced', done: true, entries: 5 }) },
  { invariant: 'I7', what: 'not found after pending', damage: ({ history }) => void history.sightings.push({ at: 2_010, sagaId: 's2', httpStatus: 404 }) },
  { invariant: 'I8', what: 'a saga that never finishes', damage: ({ evidence }) => void (evidence.sagas[1]!.phase = 'retrying') },
  { invariant: 'I8', what: 'a saga that stopped for an operator', damage: ({ evidence }) => void (evidence.sagas[1]!.phase = 'stopped') },
  { invariant: 'I11', what: 'a response after more than 3 s', damage: ({ history }) => void history.troubles.push({ at: 1_000, ms: 3_200, until: 1_010, what: 'submit', status: 200, retryAfter: false }) },
  { invariant: 'I11', what: 'no response at all', damage: ({ history }) => void history.troubles.push({ at: 1_000, ms: 8_000, until: 1_010, what: 'poll', status: -1, retryAfter: false }) },
  { invariant: 'I11', what: 'status 500', damage: ({ history }) => void history.troubles.push({ at: 1_000, ms: 10, until: 1_010, what: 'submit', status: 500, retryAfter: false }) },
  { invariant: 'I11', what: '503 while MongoDB is up', damage: ({ history }) => void history.troubles.push({ at: 1_000, ms: 10, until: 1_010, what: 'submit', status: 503, retryAfter: true }) },
  { invariant: 'I11', what: 'cut although the intake was not killed', damage: ({ history }) => void history.troubles.push({ at: 1_000, ms: 10, until: 1_010, what: 'submit', status: 0, retryAfter: false }) },
  { invariant: 'I13', what: 'two resets of an order at once', damage: (run) => void (entryOf(run, 's2', 'snapshot-order').at = 1_025) },
  { invariant: 'I14', what: 'most requests never had a response', damage: ({ plan }) => void (plan.submissions = 10) },
  { invariant: 'I14', what: 'faults that missed', damage: ({ plan }) => void (plan.faults[0]!.hits = 5) },
];

describe('the checker', () => {
  test('finds no violation in a valid run', () => {
    expect(findViolations(healthyRun())).toEqual([]);
  });

  test.each(damages)('$invariant: $what', ({ invariant, damage }) => {
    const run = healthyRun();
    damage(run);
    expect(findViolations(run).map((violation) => violation.invariant)).toContain(invariant);
  });

  test('detects a violation of every invariant', () => {
    expect(new Set(damages.map(({ invariant }) => invariant))).toEqual(new Set(checks.map(({ invariant }) => invariant)));
  });

  test('accepts 503 with Retry-After while MongoDB is down, and a save without a response, stored or not', () => {
    const run = healthyRun();
    run.history.windows.push({ part: 'mongodb', from: 900, to: 1_100 });
    run.history.troubles.push({ at: 1_000, ms: 10, until: 1_010, what: 'submit', status: 503, retryAfter: true });
    run.history.saves.push({ at: 2_600, orderId: 'order', list: 'bols', digest: 'perhaps' });
    expect(findViolations(run)).toEqual([]);
    run.evidence.orders[0]!.bols.push('perhaps');
    run.evidence.orders[0]!.version += 1;
    expect(findViolations(run)).toEqual([]);
  });
});
