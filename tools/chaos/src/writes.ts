import type { Operation } from '@crossroads/testkit/mongodb-proxy';
import { collections } from '@crossroads/store';
import { isFinal } from './checks/check.js';

type Fields = Record<string, any>;

/** Returns the fields that an update sets or unsets, for a document and for a pipeline. */
const fieldsOf = ({ update }: Operation, operator: '$set' | '$unset'): Fields =>
  [update ?? []].flat().reduce<Fields>((all, stage) => {
    const fields: unknown = stage[operator];
    return { ...all, ...(typeof fields === 'string' ? { [fields]: '' } : Array.isArray(fields) ? Object.fromEntries(fields.map((field) => [field, ''])) : (fields as Fields)) };
  }, {});

const updates = (operation: Operation, collection: string, match: (set: Fields, unset: Fields) => boolean): boolean =>
  operation.kind === 'update' && operation.collection === collection && match(fieldsOf(operation, '$set'), fieldsOf(operation, '$unset'));

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const entry =
  (name: string, isOutcome: (outcome: string) => boolean) =>
  ({ kind, collection, document }: Operation): boolean => {
    const step: Fields | undefined = document?.['step'];
    return kind === 'insert' && collection === collections.logs && step?.['name'] === name && step['direction'] !== 'undo' && isOutcome(step['outcome']);
  };

/** Matches each write of a reset by the fields that it sets. `faults.test.ts` fails when a rename makes one of these match nothing. */
export const writes = {
  claim: (operation: Operation) => updates(operation, collections.sagas, (set) => 'epoch' in set && !('settled_epoch' in set)),
  lock: (operation: Operation) => updates(operation, collections.orders, (set) => 'lock.saga_id' in set || 'lock' in set),
  'snapshot to the log': entry('snapshot-order', isFinal),
  clear: (operation: Operation) => updates(operation, collections.orders, ({ bols, executed_drops }) => isEmpty(bols) && isEmpty(executed_drops)),
  'clear to the log': entry('clear-deliveries', isFinal),
  progression: (operation: Operation) => updates(operation, collections.orders, ({ progression_state }) => progression_state === 'NO_PROGRESS'),
  'request to the log': entry('dispatch-reset', (outcome) => outcome === 'recorded'),
  'result to the log': entry('dispatch-reset', isFinal),
  'save state': (operation: Operation) => updates(operation, collections.sagas, (set) => 'settled_epoch' in set),
} satisfies Record<string, (operation: Operation) => boolean>;

/** Matches the only write of the intake. */
export const acceptance = ({ kind, collection }: Operation): boolean => kind === 'insert' && collection === collections.sagas;

/** Returns the saga and the epoch that a claim sets; undefined for any other operation. */
export const claimIn = (operation: Operation): { sagaId: string; epoch: number } | undefined => {
  if (!writes.claim(operation)) return undefined;
  return { sagaId: String(operation.filter?.['_id']), epoch: Number(fieldsOf(operation, '$set')['epoch']) };
};

/** Returns the epochs whose claims end with this operation: one when the state is saved, several when uncertain claims are released. */
export const releaseIn = (operation: Operation): { sagaId: string; fromEpoch: number; toEpoch: number } | undefined => {
  if (!writes['save state'](operation)) return undefined;
  const { filter = {}, conditions = filter } = operation;
  const sagaId = String(filter['_id']);
  const settled: unknown = fieldsOf(operation, '$set')['settled_epoch'];
  if (typeof settled === 'number') return { sagaId, fromEpoch: settled, toEpoch: settled };
  return { sagaId, fromEpoch: Number(conditions['epoch']?.$gte), toEpoch: Number(conditions['settled_epoch']?.$lt) };
};
