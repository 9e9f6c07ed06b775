import type { ResetRequest } from '@crossroads/order-reset';
import { resetRequest, subjectOf } from '@crossroads/order-reset';
import type { Bells } from '@crossroads/queue';
import type { Log } from '@crossroads/runtime';
import type { IntakeRepository, Store } from '@crossroads/store';
import {
  auditLogRepository,
  auditRepository,
  decisionRepository,
  intakeRepository,
  journalRepository,
  lineRepository,
  orderRepository,
  orderViewRepository,
  sagaCommandRepository,
  sagaViewRepository,
} from '@crossroads/store';
import { abandonSaga } from './abandon.js';
import { audited } from './audited.js';
import { cancelReset } from './cancel.js';
import type { CommandName, GivenCommands, SagaCommand } from './commands.js';
import { recoverReset } from './recover.js';
import { resumeSaga } from './resume.js';
import { ringWith } from './ring.js';
import { runNow } from './run-now.js';

export interface CommandParts {
  store: Store;
  bells: Pick<Bells, 'ring'>;
  log: Log;
  /** Where recoveries are accepted. */
  intake?: IntakeRepository;
}

/** The commands on the real store, each with its line in the audit trail. */
export const createCommands = ({ store, bells, log, intake = intakeRepository(store) }: CommandParts): GivenCommands => {
  const sagas = sagaCommandRepository(store);
  const view = sagaViewRepository(store);
  const orders = orderRepository(store);
  const ring = ringWith(bells, log);
  const decisions = decisionRepository(store);
  const journal = journalRepository(store, ({ request }, state) => {
    const readable = resetRequest.safeParse(request);
    // A saga that stopped because its request cannot be read can be abandoned all the same.
    return subjectOf(readable.success ? (readable.data satisfies ResetRequest) : unreadable, state);
  });
  const kept = (name: CommandName, command: SagaCommand): SagaCommand => audited(name, command, { audit: auditRepository(store), sagas });
  return {
    resume: kept('resume', resumeSaga({ sagas, ring })),
    recover: kept(
      'recover',
      recoverReset({ sagas, view, auditLog: auditLogRepository(store), orders, orderView: orderViewRepository(store), intake, ring }),
    ),
    cancel: kept('cancel', cancelReset({ sagas, view, callingOff: { journal, sagas: decisions }, ring })),
    abandon: kept('abandon', abandonSaga({ sagas, decisions, view, journal, auditLog: auditLogRepository(store), orders, line: lineRepository(store), ring })),
    runNow: kept('runNow', runNow({ sagas, ring })),
  };
};

/** Stands in the log entry of a saga whose request no version here can read. */
const unreadable: ResetRequest = {
  order: {},
  caller: { tenant_id: '', tenant_name: '', instance_id: null, instance_name: null, source_system: null, source_system_id: null },
  dest_tenant_name: '',
};
