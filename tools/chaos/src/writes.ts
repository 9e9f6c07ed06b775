import type { Operation } from '@crossroads/testkit/mongodb-proxy';
import { collections } from '@crossroads/store';

type Fields = Record<string, any>;

/** What an update sets, whether it is a document or a pipeline. */
const fieldsOf = ({ update }: Operation, operator: '$set' | '$unset'): Fields =>
  [update ?? []].flat().reduce<Fields>((all, stage) => {
    const fields: unknown = stage[operator];
    return { ...all, ...(typeof fields === 'string' ? { [fields]: '' } : Array.isArray(fields) ? Object.fromEntries(fields.map((field) => [field, ''])) : (fields as Fields)) };
  }, {});

const updates = (operation: Operation, collection: string, match: (set: Fields, unset: Fields) => boolean): boolean =>
  operation.kind === 'update' && operation.collection === collection && match(fieldsOf(operation, '$set'), fieldsOf(operation, '$unset'));

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const entry =
  (of: string) =>
  ({ kind, collection, document }: Operation): boolean =>
    kind === 'insert' && collection === collections.logs && String(document?.['journal']?.key).includes(of);

/** Every write a reset makes, by what it does. */
export const writes = {
  claim: (operation: Operation) => updates(operation, collections.sagas, (set) => 'epoch' in set && !('settled_epoch' in set)),
  hold: (operation: Operation) => updates(operation, collections.orders, (set) => 'lock.saga_id' in set),
  'snapshot to the log': entry('snapshot-order:run:verdict'),
  clear: (operation: Operation) => updates(operation, collections.orders, ({ bols, executed_drops }) => isEmpty(bols) && isEmpty(executed_drops)),
  'clear to the log': entry('clear-deliveries:run:verdict'),
  progression: (operation: Operation) => updates(operation, collections.orders, ({ progression_state }) => progression_state === 'NO_PROGRESS'),
  'request to the log': entry('dispatch-reset:run:recorded'),
  'result to the log': entry('dispatch-reset:run:verdict'),
  release: (operation: Operation) => updates(operation, collections.orders, (_, unset) => 'lock' in unset),
  settle: (operation: Operation) => updates(operation, collections.sagas, (set) => 'settled_epoch' in set),
} satisfies Record<string, (operation: Operation) => boolean>;

/** The one write of the intake. */
export const acceptance = ({ kind, collection }: Operation): boolean => kind === 'insert' && collection === collections.sagas;
