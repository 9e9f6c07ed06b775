/**
 * Lists safeguards. Each entry has a change of one place in the source that removes the safeguard, and the check that must detect the change.
 * The check is a test file, optionally with a part of a title, or the model. A test verifies that each `from` occurs exactly once in its file.
 */
import { securityMutants } from './security-mutants.mjs';

const model = { model: true };
const pairs = (title) => ({ test: 'libs/store/src/mongodb/as-in-memory.test.ts', title });
const filters = { test: 'libs/store/src/mongodb/filters.test.ts' };
const guarded = 'libs/store/src/mongodb/guarded-update.ts';
const guardedTest = { test: 'libs/store/src/mongodb/guarded-update.test.ts' };
const orderContract = { test: 'libs/store/src/mongodb/store.test.ts', title: 'keeps the promises of orders' };
const orderPairs = pairs('an order just locked|a cleared order|longer histories');
const sagaPairs = pairs('sagas in memory');

const order = 'libs/store/src/orders/order.repository.ts';
const saga = 'libs/store/src/sagas/saga-writes.ts';
const execution = 'libs/saga/src/saga-execution.ts';
const sagaState = 'libs/saga/src/saga-state.ts';
const signal = 'libs/saga/src/signal-saga.ts';

export const mutants = [
  // Order writes in MongoDB.
  { rule: 'a clear requires the lock of its own claim', file: order, from: `{ ...lockedBy(orderId, owner), version, 'lock.applied.cleared_version'`, to: `{ ...ownLock(orderId, owner), version, 'lock.applied.cleared_version'`, foundBy: filters },
  { rule: 'an order write checks the epoch of its claim', file: order, from: `    'lock.saga_id': sagaId,\n    'lock.epoch': { $lte: epoch },\n  });`, to: `    'lock.saga_id': sagaId,\n  });`, foundBy: orderPairs },
  { rule: 'an order write checks the saga that has the lock', file: order, from: `    'lock.saga_id': sagaId,\n    'lock.epoch': { $lte: epoch },\n  });`, to: `    'lock.epoch': { $lte: epoch },\n  });`, foundBy: orderPairs },
  { rule: 'a read that decides raises the epoch of the lock', file: order, from: `findOneAndUpdate(ownLock(orderId, owner), { $set: { 'lock.epoch': epoch } }`, to: `findOneAndUpdate(ownLock(orderId, owner), { $set: { 'lock.checked': epoch } }`, foundBy: orderPairs },
  { rule: 'only one of two sagas takes the lock of an ended one', file: order, from: `{ ...keys.of(orderId), 'lock.saga_id': owner }, { $set: { lock:`, to: `{ ...keys.of(orderId) }, { $set: { lock:`, foundBy: orderContract },
  { rule: 'the end of a saga finds a request for its lock', file: order, from: `lock.saga_id !== sagaId || lock.has_waiters === true`, to: `lock.saga_id !== sagaId`, foundBy: orderContract },
  { rule: 'the end of a saga finds a new owner of its lock', file: order, from: `lock.saga_id !== sagaId || lock.has_waiters === true`, to: `lock.has_waiters === true`, foundBy: orderContract },
  { rule: 'a saga that takes the lock of another removes its markers', file: order, from: `{ $set: { lock: { saga_id: sagaId, epoch } } }`, to: `{ $set: { 'lock.saga_id': sagaId, 'lock.epoch': epoch } }`, foundBy: orderContract },
  { rule: 'a saga that finds an order locked registers as a waiter', file: order, from: `{ $set: { 'lock.has_waiters': true } }`, to: `{ $set: { 'lock.checked': true } }`, foundBy: orderContract },
  { rule: 'a lock is taken only when it is free', file: order, from: `{ lock: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: epoch } }] };`, to: `{}] };`, foundBy: orderPairs },
  { rule: 'an older claim does not take the lock from a newer one', file: order, from: `{ lock: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: epoch } }] };`, to: `{ lock: { $exists: false } }, { 'lock.saga_id': sagaId }] };`, foundBy: orderPairs },
  { rule: 'a clear checks the version of the snapshot', file: order, from: `{ ...lockedBy(orderId, owner), version, 'lock.applied.cleared_version': { $exists: false } }`, to: `{ ...lockedBy(orderId, owner), 'lock.applied.cleared_version': { $exists: false } }`, foundBy: orderPairs },
  { rule: 'a clear happens once', file: order, from: `{ ...lockedBy(orderId, owner), version, 'lock.applied.cleared_version': { $exists: false } }`, to: `{ ...lockedBy(orderId, owner), version }`, foundBy: orderPairs },
  { rule: 'a restore of deliveries checks the version that it read', file: order, from: `{ ...lockedBy(orderId, owner), version: Number(now.version), 'lock.applied.cleared_version'`, to: `{ ...lockedBy(orderId, owner), 'lock.applied.cleared_version'`, foundBy: filters },
  { rule: 'deliveries are restored once', file: order, from: `if (cleared_version === undefined || deliveries_restored) return;`, to: `if (cleared_version === undefined) return;`, foundBy: pairs('restored order|longer histories') },
  { rule: 'progression is reset once', file: order, from: `was === undefined ? { $exists: false } : was, 'lock.applied.progression_was': { $exists: false } }`, to: `was === undefined ? { $exists: false } : was }`, foundBy: pairs('restored order|longer histories') },
  { rule: 'progression that another system has set is not restored', file: order, from: `if (progression_state !== NO_PROGRESS) return 'moved-on';`, to: ``, foundBy: filters },
  { rule: 'a restore of progression that matched nothing reads the order again', file: order, from: `if (restored) return 'restored';\n      }\n      throw`, to: `return restored ? 'restored' : 'moved-on';\n      }\n      throw`, foundBy: filters },
  { rule: 'a recovery checks the version that it read', file: order, from: `{ ...lockedBy(orderId, owner), version, 'lock.applied.restored': { $exists: false } }`, to: `{ ...lockedBy(orderId, owner), 'lock.applied.restored': { $exists: false } }`, foundBy: orderPairs },
  { rule: 'a recovery happens once', file: order, from: `{ ...lockedBy(orderId, owner), version, 'lock.applied.restored': { $exists: false } }`, to: `{ ...lockedBy(orderId, owner), version }`, foundBy: orderPairs },
  { rule: 'a reset of the progression requires the lock of its own claim', file: order, from: `{ ...lockedBy(orderId, owner), progression_state: was ===`, to: `{ ...ownLock(orderId, owner), progression_state: was ===`, foundBy: filters },
  { rule: 'a recovery requires the lock of its own claim', file: order, from: `{ ...lockedBy(orderId, owner), version, 'lock.applied.restored'`, to: `{ ...ownLock(orderId, owner), version, 'lock.applied.restored'`, foundBy: filters },
  { rule: 'a claim is lost only when a newer epoch was read', file: order, from: `if (now.lock?.saga_id === sagaId && now.lock.epoch > epoch) throw`, to: `if (now) throw`, foundBy: orderPairs },

  // Saga writes in MongoDB.
  { rule: 'a claim checks the epoch that was read', file: saga, from: `tenant_id: saga.tenant_id, epoch: saga.epoch, next_run_at: { $exists: true }, $expr: due }`, to: `tenant_id: saga.tenant_id, next_run_at: { $exists: true }, $expr: due }`, foundBy: filters },
  { rule: 'only a saga that is due is claimed', file: saga, from: `tenant_id: saga.tenant_id, epoch: saga.epoch, next_run_at: { $exists: true }, $expr: due }`, to: `tenant_id: saga.tenant_id, epoch: saga.epoch, next_run_at: { $exists: true } }`, foundBy: sagaPairs },
  { rule: 'a saga that ended after the read is not claimed', file: saga, from: `epoch: saga.epoch, next_run_at: { $exists: true }, $expr: due }`, to: `epoch: saga.epoch, $expr: due }`, foundBy: filters },
  { rule: 'an outdated claim cannot save state', file: saga, from: `tenant_id: metadata.tenantId, epoch }, stateChange(epoch, stateUpdate)`, to: `tenant_id: metadata.tenantId }, stateChange(epoch, stateUpdate)`, foundBy: sagaPairs },
  { rule: 'a settled claim is not renewed', file: saga, from: `({ settled_epoch: { $lt: epoch }, $expr: { $gt: ['$next_run_at', '$$NOW'] } });`, to: `({ $expr: { $gt: ['$next_run_at', '$$NOW'] } });`, foundBy: { test: 'libs/store/src/mongodb/store.test.ts', title: 'renewed' } },
  { rule: 'an expired claim is not renewed', file: saga, from: `({ settled_epoch: { $lt: epoch }, $expr: { $gt: ['$next_run_at', '$$NOW'] } });`, to: `({ settled_epoch: { $lt: epoch } });`, foundBy: sagaPairs },
  { rule: 'a claim that was not made is not counted as released', file: saga, from: `settled_epoch: { $max: ['$settled_epoch', made] },`, to: `settled_epoch: { $max: ['$settled_epoch', epochs.at(-1)!, made] },`, foundBy: sagaPairs },
  { rule: 'a decision claims only an idle saga', file: saga, from: `({ _id, tenant_id, epoch, settled_epoch: epoch, next_run_at: { $exists: true } });`, to: `({ _id, tenant_id, epoch, next_run_at: { $exists: true } });`, foundBy: sagaPairs },
  { rule: 'the claim of a decision is released only at its own epoch', file: saga, from: `{ _id, tenant_id, epoch }, { $set: { settled_epoch: epoch, next_run_at: dueImmediately }`, to: `{ _id, tenant_id }, { $set: { settled_epoch: epoch, next_run_at: dueImmediately }`, foundBy: sagaPairs },
  { rule: 'an operator command ends only a saga that it has claimed', file: saga, from: `update({ _id, tenant_id, epoch }, [`, to: `update({ _id, tenant_id }, [`, foundBy: sagaPairs },
  { rule: 'an approval or rejection wakes only a saga that awaits approval', file: saga, from: `{ ...idle(saga), phase: 'awaiting_approval' }`, to: `{ ...idle(saga) }`, foundBy: sagaPairs },
  { rule: 'a stopped saga that is claimed stays stopped', file: saga, from: `{ $set: { epoch: saga.epoch + 1, settled_epoch: saga.epoch + 1 } }`, to: `{ $set: { epoch: saga.epoch + 1, settled_epoch: saga.epoch + 1, next_run_at: dueImmediately } }`, foundBy: sagaPairs },
  { rule: 'resume does not count earlier claims as crashes', file: saga, from: `resumed: true, settled_epoch: epoch, next_run_at`, to: `resumed: true, next_run_at`, foundBy: sagaPairs },
  { rule: 'only a stopped saga is resumed', file: saga, from: `{ _id, tenant_id, epoch, phase: 'stopped' }`, to: `{ _id, tenant_id, epoch }`, foundBy: sagaPairs },
  { rule: 'only a retrying or waiting saga is run now', file: saga, from: `epoch, phase: { $in: ['retrying', 'waiting'] } }`, to: `epoch }`, foundBy: sagaPairs },
  { rule: 'the sweep returns sagas that became due at the same moment', file: 'libs/store/src/sagas/sweep.repository.ts', from: `$or: [{ next_run_at: { $gt: after.nextRunAt } }, { _id: { $gt: after.sagaId } }]`, to: `next_run_at: { $gt: after.nextRunAt }`, foundBy: filters },
  { rule: 'the sweep returns due sagas', file: 'libs/store/src/sagas/sweep.repository.ts', from: `$expr: { $lte: ['$next_run_at', '$$NOW'] } };`, to: `$expr: { $gt: ['$next_run_at', '$$NOW'] } };`, foundBy: filters },
  { rule: 'only the lock of an ended saga is free', file: 'libs/store/src/sagas/open-sagas.ts', from: `phase: { $ne: 'ended' }`, to: `phase: 'stopped'`, foundBy: orderContract },
  { rule: 'an end that frees a lock was confirmed by a majority', file: 'libs/store/src/sagas/open-sagas.ts', from: `, ...committed(store) }`, to: ` }`, foundBy: { test: 'tests/store/what-reads-may-trust.test.ts' } },

  // Group commit, and the classification of errors.
  { rule: 'a guarded update changes nothing unless its conditions hold', file: guarded, from: `$cond: [all(conditions), withFields(fields), '$$ROOT']`, to: `$cond: [true, withFields(fields), '$$ROOT']`, foundBy: guardedTest },
  { rule: 'a guarded comparison does not match an absent field', file: guarded, from: `{ $and: [{ $isNumber: field }, { [operator]: [field, operand] }] }`, to: `{ [operator]: [field, operand] }`, foundBy: guardedTest },
  { rule: 'a guarded update without effect has not matched', file: 'libs/store/src/mongodb/group-commit.ts', from: `write.isGuarded ? modifiedCount : matchedCount`, to: `write.isGuarded ? matchedCount : matchedCount`, foundBy: guardedTest },
  { rule: 'a guarded update that may change nothing is repeated with its filter', file: 'libs/store/src/mongodb/group-commit.ts', from: `isChanged || guarded.changesAlways`, to: `isChanged || guarded`, foundBy: guardedTest },
  { rule: 'a write concern error of a group is not a success', file: 'libs/store/src/mongodb/group-commit.ts', from: `if (error.writeConcernErrors.length > 0) throw error;`, to: ``, foundBy: { test: 'libs/store/src/mongodb/error-classes.test.ts' } },
  { rule: 'an error without a definite meaning leaves the result unknown', file: 'libs/store/src/mongodb/store-errors.ts', from: `return isDefinite(error) ? undefined : unknownResult(error);`, to: `return undefined;`, foundBy: { test: 'libs/store/src/mongodb/error-classes.test.ts' } },
  { rule: 'each write of a group has its own result', file: 'libs/store/src/mongodb/group-commit.ts', from: `else if (update) resolve(isUpdated(group[index]!.write, update));`, to: `else if (update) resolve(true);`, foundBy: { test: 'libs/store/src/mongodb/store.test.ts', title: 'group commit' } },

  // Decisions made outside the worker.
  { rule: 'an idle saga is claimed before it is canceled', file: signal, from: `const epoch = idle ? await decisions.claim(saga) : saga.epoch;`, to: `const epoch: number | undefined = saga.epoch;`, foundBy: { test: 'tests/crash-safety/cancel.test.ts', title: 'before its first claim' } },
  { rule: 'a terminated saga is not canceled', file: signal, from: ` || step.outcome === 'terminated'`, to: ``, foundBy: { test: 'tests/crash-safety/cancel.test.ts', title: 'has terminated' } },
  { rule: 'a repeated cancel lets a saga continue that stopped before it read the outcome', file: signal, from: `if (mayStopInSpiteOf(read)) await`, to: `if (false) await`, foundBy: { test: 'libs/saga/src/signal-saga.test.ts', title: 'again continues' } },
  { rule: 'a saga that stopped during its compensation waits for an operator', file: signal, from: `saga.phase !== 'ended' && entries.every(({ step }) => step.direction === 'run')`, to: `saga.phase !== 'ended' && entries.length > 0`, foundBy: { test: 'libs/saga/src/signal-saga.test.ts', title: 'again does not continue' } },
  { rule: 'a repeated cancel lets a saga continue that stopped after the cancel had read it', file: signal, from: `saga.phase !== 'ended' && entries.every`, to: `saga.phase === 'stopped' && entries.every`, foundBy: { test: 'libs/saga/src/signal-saga.test.ts', title: 'stopped after the cancel had read' } },
  { rule: 'a cancel whose claim was lost lets the saga continue', file: signal, from: `if (!released) await`, to: `if (!idle) await`, foundBy: { test: 'libs/saga/src/signal-saga.test.ts', title: 'whose claim lapsed' } },
  { rule: 'an approval lets a saga continue that has stopped without it', file: signal, from: `if (!woken && mayStopInSpiteOf(read)) await`, to: `if (false) await`, foundBy: { test: 'tests/crash-safety/cancel.test.ts', title: 'after the claim has stopped the saga' } },
  { rule: 'a claim made before a decision does not stop the saga', file: saga, from: `{ $gte: ['$decided_epoch', epoch] }`, to: `{ $gt: ['$decided_epoch', epoch] }`, foundBy: sagaPairs },
  { rule: 'a cancel lets a saga continue that a worker stops at the same time', file: signal, from: `if (!released)`, to: `if (false)`, foundBy: model },
  { rule: 'the entry of a termination records what was cleared', file: 'libs/order-reset/src/termination.ts', from: `...(cleared && { output: { cleared } }),`, to: ``, foundBy: { test: 'apps/ops/src/commands/commands.test.ts', title: 'terminate' } },
  { rule: 'a saga that was terminated before is left to a worker', file: signal, from: `if (!entries || terminated?.epoch !== epoch)`, to: `if (!entries || !terminated)`, foundBy: { test: 'tests/crash-safety/terminate.test.ts', title: 'second terminate' } },
  { rule: 'the first final outcome of a step is valid', file: 'libs/store/src/sagas/journal.repository.ts', from: `return withStoreErrors(async () => toEntry(await storedEntry(entry)));`, to: `return entry;`, foundBy: { test: 'libs/store/src/mongodb/store.test.ts', title: 'journal' } },

  // The kernel and the steps.
  { rule: 'a completed step resets the count of failures', file: execution, from: `      if (result) return result;\n      this.#failures = 0;`, to: `      if (result) return result;`, foundBy: { test: 'libs/saga/src/failures.test.ts' } },
  { rule: 'the end of a saga wakes the next saga of the order', file: 'libs/order-reset/src/steps/resolve-order.step.ts', from: `  async onComplete({ order }, context) {\n    wakeNextAfterEnd({ orders, orderQueue }, order, context);\n  },`, to: `  async onComplete() {},`, foundBy: { test: 'libs/order-reset/src/reset-order.interruptions.test.ts', title: 'follow each other at once' } },
  { rule: 'after a failed last attempt only another claim continues', file: execution, from: `return (await this.#isOvertaken(current)) ? this.#handOver(current) : this.#stop(current, code, message);`, to: `return (await this.#isOvertaken(current)) ? (undefined as never) : this.#stop(current, code, message);`, foundBy: { test: 'libs/saga/src/signal-saga.test.ts', title: 'during its last attempt' } },
  { rule: 'a zombie worker stops when it reads a newer entry', file: 'libs/saga/src/claimed-journal.ts', from: `entry.epoch > epoch)`, to: `entry.epoch < 0)`, foundBy: { test: 'libs/saga/src/saga-execution.test.ts', title: 'two workers' } },
  { rule: 'a step that was canceled is compensated too', file: sagaState, from: `const last = finalOutcome.step.outcome === 'canceled' || cause > 0 ? cause : -1;`, to: `const last = cause - 1;`, foundBy: model },
  { rule: 'a step that was rejected is compensated too', file: sagaState, from: `finalOutcome.step.outcome === 'canceled' || cause > 0 ? cause : -1;`, to: `finalOutcome.step.outcome === 'canceled' ? cause : cause - 1;`, foundBy: { test: 'tests/crash-safety/late-rejections.test.ts' } },
  { rule: 'a step that succeeded in spite of a recorded rejection stops the saga', file: execution, from: `final.step.outcome === 'rejected' && !step.undo`, to: `final.step.outcome === 'rejected' && final.epoch < 0`, foundBy: { test: 'tests/crash-safety/late-rejections.test.ts' } },
  { rule: 'a newer claim raises the epoch of the lock before it sends the request', file: 'libs/order-reset/src/steps/dispatch-reset.step.ts', from: `if (epoch > 1) await orders.relock`, to: `if (epoch < 1) await orders.relock`, foundBy: { test: 'tests/crash-safety/late-rejections.test.ts' } },
  { rule: 'a reset that is canceled while an operator terminates it is compensated', file: signal, from: ` || (saga.phase !== 'stopped' && isCanceled(entries))`, to: ``, foundBy: { test: 'tests/crash-safety/terminate.test.ts', title: 'while an operator was terminating it' } },
  { rule: 'steps are compensated from the last to the first', file: sagaState, from: `for (let i = last; i >= 0; i--) {`, to: `for (let i = 0; i <= last; i++) {`, foundBy: model },
  { rule: 'a terminated step ends the saga', file: sagaState, from: `if (terminated)`, to: `if (terminated && false)`, foundBy: model },
  { rule: 'all final outcomes of a step share one key', file: 'libs/saga/src/journal.ts', from: '`${prefix}:verdict`', to: '`${prefix}:verdict:${step.outcome}`', foundBy: model },
  { rule: 'a saga that is claimed again reads its journal', file: 'libs/saga/src/run-saga.ts', from: `claim.epoch === 1 ? []`, to: `claim.epoch > 0 ? []`, foundBy: model },
  { rule: 'an order that has changed gets a new snapshot before it is cleared', file: 'libs/order-reset/src/steps/clear-deliveries.step.ts', from: `latest = await snapshotAgain({ orders }, order, context);`, to: `latest = { ...latest, version: (await orders.snapshot(order.order_id)).version };`, foundBy: model },
  { rule: 'the order of a canceled saga is restored even when a rejected one stays cleared', file: 'libs/order-reset/src/steps/compensation.ts', from: `on_rejection === 'keep' && compensationCause?.step === dispatchResetStep`, to: `on_rejection === 'keep' && compensationCause !== undefined`, foundBy: model },
  { rule: 'the entry of a clear records the version that was cleared', file: 'libs/order-reset/src/steps/clear-deliveries.step.ts', from: `outcome.version === latest.version ? latest :`, to: `outcome.version > 0 ? latest :`, foundBy: model },
  { rule: 'a compensation records a restore only when it restored something', file: 'libs/order-reset/src/steps/clear-deliveries.step.ts', from: `done({ restored: false }, { message: 'Nothing had been cleared.' })`, to: `done({ restored: true }, { message: 'Nothing had been cleared.' })`, foundBy: model },
  { rule: 'a compensation restores progression', file: 'libs/order-reset/src/steps/reset-progression.step.ts', from: `const outcome = await orders.restoreProgression(order.order_id, context);`, to: `const outcome = 'restored';`, foundBy: model },
  ...securityMutants,
];
