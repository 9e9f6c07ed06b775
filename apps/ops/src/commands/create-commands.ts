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
import { cancelReset } from './cancel.js';
import type { AvailableCommands, CommandName, SagaCommand } from './commands.js';
import { enqueueWith } from './enqueue.js';
import { recoverReset } from './recover.js';
import { resumeSaga } from './resume.js';
import { runNow } from './run-now.js';
import { terminateSaga } from './terminate.js';
import { withAudit } from './with-audit.js';

export interface CreateCommandsOptions {
  store: Store;
  queue: Pick<SagaQueue, 'enqueue' | 'notifySaved'>;
  log: Log;
  /** Stores the sagas that `recover` creates. */
  intake?: IntakeRepository;
}

/** Creates the commands on the store and the queue. Each call writes an audit entry. */
export const createCommands = ({ store, queue, log, intake = intakeRepository(store) }: CreateCommandsOptions): AvailableCommands => {
  const sagas = sagaCommandRepository(store);
  const view = sagaViewRepository(store);
  const orders = orderRepository(store);
  const enqueue = enqueueWith(queue, log);
  const decisions = decisionRepository(store);
  const journal = journalRepository(store);
  const audited = (name: CommandName, command: SagaCommand): SagaCommand => withAudit(name, command, { audit: auditRepository(store), sagas });
  return {
    resume: audited('resume', resumeSaga({ sagas, enqueue })),
    recover: audited(
      'recover',
      recoverReset({ sagas, view, auditLog: auditLogRepository(store), orders, orderView: orderViewRepository(store), intake, enqueue }),
    ),
    cancel: audited('cancel', cancelReset({ sagas, journal, decisions, enqueue })),
    terminate: audited('terminate', terminateSaga({ sagas, decisions, journal, auditLog: auditLogRepository(store), orders, orderQueue: orderQueueRepository(store), enqueue, notifySaved: queue.notifySaved })),
    runNow: audited('runNow', runNow({ sagas, enqueue })),
  };
};
