import type { ResetRequest } from '@crossroads/order-reset';
import { resetRequest, subjectOf } from '@crossroads/order-reset';
import type { SagaQueue } from '@crossroads/saga-bullmq';
import type { Log } from '@crossroads/platform';
import type { IntakeRepository, Store } from '@crossroads/store';
import {
  auditLogRepository,
  auditRepository,
  decisionRepository,
  intakeRepository,
  journalRepository,
  orderQueueRepository,
  orderRepository,
  orderViewRepository,
  sagaCommandRepository,
  sagaViewRepository,
} from '@crossroads/store';
import { terminateSaga } from './terminate.js';
import { audited } from './audited.js';
import { cancelReset } from './cancel.js';
import type { CommandName, GivenCommands, SagaCommand } from './commands.js';
import { recoverReset } from './recover.js';
import { resumeSaga } from './resume.js';
import { enqueueWith } from './enqueue.js';
import { runNow } from './run-now.js';

export interface CommandParts {
  store: Store;
  queue: Pick<SagaQueue, 'enqueue'>;
  log: Log;
  /** Where recoveries are accepted. */
  intake?: IntakeRepository;
}

/** The commands on the real store, each with its line in the audit trail. */
export const createCommands = ({ store, queue, log, intake = intakeRepository(store) }: CommandParts): GivenCommands => {
  const sagas = sagaCommandRepository(store);
  const view = sagaViewRepository(store);
  const orders = orderRepository(store);
  const enqueue = enqueueWith(queue, log);
  const decisions = decisionRepository(store);
  const journal = journalRepository(store, ({ request }, state) => {
    const readable = resetRequest.safeParse(request);
    // A saga that stopped because its request cannot be read can be abandoned all the same.
    return subjectOf(readable.success ? (readable.data satisfies ResetRequest) : unreadable, state);
  });
  const kept = (name: CommandName, command: SagaCommand): SagaCommand => audited(name, command, { audit: auditRepository(store), sagas });
  return {
    resume: kept('resume', resumeSaga({ sagas, enqueue })),
    recover: kept(
      'recover',
      recoverReset({ sagas, view, auditLog: auditLogRepository(store), orders, orderView: orderViewRepository(store), intake, enqueue }),
    ),
    cancel: kept('cancel', cancelReset({ sagas, view, canceling: { journal, sagas: decisions }, enqueue })),
    terminate: kept('terminate', terminateSaga({ sagas, decisions, view, journal, auditLog: auditLogRepository(store), orders, line: orderQueueRepository(store), enqueue })),
    runNow: kept('runNow', runNow({ sagas, enqueue })),
  };
};

/** Stands in the log entry of a saga whose request no version here can read. */
const unreadable: ResetRequest = {
  order: {},
  caller: { tenant_id: '', tenant_name: '', instance_id: null, instance_name: null, source_system: null, source_system_id: null },
  dest_tenant_name: '',
};
