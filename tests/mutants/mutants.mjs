/**
 * Safeguards, each with a change of one place in the source that takes it away, and what finds that out: a test file, with the part of a title if
 * not all of it is needed, or the model. The `from` of each stands exactly once in its file; a test holds the list to that.
 */
const model = { model: true };
const pairs = (title) => ({ test: 'libs/store/src/mongodb/as-in-memory.test.ts', title });
const filters = { test: 'libs/store/src/mongodb/filters.test.ts' };
const orderPairs = pairs('an order just locked|a cleared order|longer histories of three');
const sagaPairs = pairs('sagas in memory');

const order = 'libs/store/src/orders/order.repository.ts';
const saga = 'libs/store/src/sagas/saga.repository.ts';
const decision = 'libs/store/src/sagas/decision.repository.ts';
const command = 'libs/store/src/sagas/saga-command.repository.ts';
const turn = 'libs/saga/src/saga-execution.ts';
const progress = 'libs/saga/src/saga-state.ts';

export const mutants = [
  // The order's lock, as MongoDB keeps it.
  { rule: 'a clear goes only through a lock of its own claim', file: order, from: `{ ...lockedBy(orderId, hold), version, 'lock.applied.cleared_version'`, to: `{ ...fenced(orderId, hold), version, 'lock.applied.cleared_version'`, foundBy: filters },
  { rule: 'a write names the epoch of its claim', file: order, from: `    'lock.saga_id': sagaId,\n    'lock.epoch': { $lte: epoch },\n  });`, to: `    'lock.saga_id': sagaId,\n  });`, foundBy: orderPairs },
  { rule: 'a write names the saga that has the lock', file: order, from: `    'lock.saga_id': sagaId,\n    'lock.epoch': { $lte: epoch },\n  });`, to: `    'lock.epoch': { $lte: epoch },\n  });`, foundBy: orderPairs },
  { rule: 'a look that decides raises the lock’s epoch', file: order, from: `findOneAndUpdate(fenced(orderId, hold), { $set: { 'lock.epoch': epoch } }`, to: `findOneAndUpdate(fenced(orderId, hold), { $set: { 'fence.looked': epoch } }`, foundBy: orderPairs },
  { rule: 'an unlock frees no other saga’s lock', file: order, from: `const mine = { ...named, 'lock.saga_id': sagaId };`, to: `const mine = { ...named };`, foundBy: orderPairs },
  { rule: 'an unlock says that another saga asked', file: order, from: `if (await update({ ...mine, 'lock.has_waiters': { $ne: true } }, { $unset: { fence: 1 } })) return false;`, to: `if (await update({ ...mine }, { $unset: { fence: 1 } })) return false;`, foundBy: orderPairs },
  { rule: 'a lock is taken only when it is free', file: order, from: `{ fence: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: epoch } }] };`, to: `{}] };`, foundBy: orderPairs },
  { rule: 'an older claim does not take the lock back', file: order, from: `{ fence: { $exists: false } }, { 'lock.saga_id': sagaId, 'lock.epoch': { $lte: epoch } }] };`, to: `{ fence: { $exists: false } }, { 'lock.saga_id': sagaId }] };`, foundBy: orderPairs },
  { rule: 'the clear names the version that was saved', file: order, from: `{ ...lockedBy(orderId, hold), version, 'lock.applied.cleared_version': { $exists: false } }`, to: `{ ...lockedBy(orderId, hold), 'lock.applied.cleared_version': { $exists: false } }`, foundBy: orderPairs },
  { rule: 'the clear happens once', file: order, from: `{ ...lockedBy(orderId, hold), version, 'lock.applied.cleared_version': { $exists: false } }`, to: `{ ...lockedBy(orderId, hold), version }`, foundBy: orderPairs },
  { rule: 'a restore names the version it was made for', file: order, from: `{ ...fenced(orderId, hold), version: Number(now.version), 'lock.applied.cleared_version'`, to: `{ ...fenced(orderId, hold), 'lock.applied.cleared_version'`, foundBy: filters },
  { rule: 'deliveries are put back once', file: order, from: `if (cleared_version === undefined || deliveries_restored) return;`, to: `if (cleared_version === undefined) return;`, foundBy: pairs('restored order|longer histories of three') },
  { rule: 'progression is reset once', file: order, from: `was === undefined ? { $exists: false } : was, 'lock.applied.progression_was': { $exists: false } }`, to: `was === undefined ? { $exists: false } : was }`, foundBy: pairs('restored order|longer histories of three') },
  { rule: 'progression that others set since is left alone', file: order, from: `if (progression_state !== NO_PROGRESS) return 'moved-on';`, to: ``, foundBy: filters },
  { rule: 'a restore of progression that matched nothing looks again', file: order, from: `if (restored) return 'restored';\n      }\n      throw`, to: `return restored ? 'restored' : 'moved-on';\n      }\n      throw`, foundBy: filters },
  { rule: 'a recovery replaces only what it has looked at', file: order, from: `{ ...fenced(orderId, hold), version, 'lock.applied.restored': { $exists: false } }`, to: `{ ...fenced(orderId, hold), 'lock.applied.restored': { $exists: false } }`, foundBy: orderPairs },
  { rule: 'a recovery happens once', file: order, from: `{ ...fenced(orderId, hold), version, 'lock.applied.restored': { $exists: false } }`, to: `{ ...fenced(orderId, hold), version }`, foundBy: orderPairs },
  { rule: 'a claim is lost only where a newer epoch is seen', file: order, from: `if (now.fence?.saga_id === sagaId && now.lock.epoch > epoch) throw`, to: `if (now) throw`, foundBy: orderPairs },

  // The sagas, as MongoDB keeps them.
  { rule: 'a claim names the epoch it was read at', file: saga, from: `tenant_id: saga.tenant_id, epoch: saga.epoch, $expr: due }`, to: `tenant_id: saga.tenant_id, $expr: due }`, foundBy: filters },
  { rule: 'only a saga that is due is claimed', file: saga, from: `tenant_id: saga.tenant_id, epoch: saga.epoch, $expr: due }`, to: `tenant_id: saga.tenant_id, epoch: saga.epoch }`, foundBy: sagaPairs },
  { rule: 'a claim that was taken over settles nothing', file: saga, from: `tenant_id: facts.tenantId, epoch }, settle(epoch, settlement)`, to: `tenant_id: facts.tenantId }, settle(epoch, settlement)`, foundBy: sagaPairs },
  { rule: 'a settled claim is not renewed', file: saga, from: `({ settled_epoch: { $lt: epoch }, $expr: { $gt: ['$next_run_at', '$$NOW'] } });`, to: `({ $expr: { $gt: ['$next_run_at', '$$NOW'] } });`, foundBy: { test: 'libs/store/src/mongodb/store.test.ts', title: 'renewed' } },
  { rule: 'a lapsed claim is not renewed', file: saga, from: `({ settled_epoch: { $lt: epoch }, $expr: { $gt: ['$next_run_at', '$$NOW'] } });`, to: `({ settled_epoch: { $lt: epoch } });`, foundBy: sagaPairs },
  { rule: 'a claim that was not made is not counted as given back', file: saga, from: `settled_epoch: { $max: ['$settled_epoch', made] },`, to: `settled_epoch: { $max: ['$settled_epoch', highest, made] },`, foundBy: sagaPairs },
  { rule: 'a decision claims only a saga that rests', file: decision, from: `({ _id, tenant_id, epoch, settled_epoch: epoch, next_run_at: { $exists: true } });`, to: `({ _id, tenant_id, epoch, next_run_at: { $exists: true } });`, foundBy: sagaPairs },
  { rule: 'a decision’s claim is given back only by the one who has it', file: decision, from: `{ _id, tenant_id, epoch }, { $set: { settled_epoch: epoch, next_run_at: dueAtOnce }`, to: `{ _id, tenant_id }, { $set: { settled_epoch: epoch, next_run_at: dueAtOnce }`, foundBy: sagaPairs },
  { rule: 'an operator ends only what he has claimed', file: decision, from: `commit.update(collections.sagas, { _id, tenant_id, epoch }, [`, to: `commit.update(collections.sagas, { _id, tenant_id }, [`, foundBy: sagaPairs },
  { rule: 'only a awaiting_approval saga is woken by an answer', file: decision, from: `{ ...resting(saga), phase: 'awaiting_approval' }`, to: `{ ...resting(saga) }`, foundBy: sagaPairs },
  { rule: 'a stopped saga that is claimed stays stopped', file: decision, from: `phase: 'stopped' }, { $set: { epoch, settled_epoch: epoch } })`, to: `phase: 'stopped' }, { $set: { epoch, settled_epoch: epoch, next_run_at: dueAtOnce } })`, foundBy: sagaPairs },
  { rule: 'resume counts the claims before it as no crashes', file: command, from: `resumed: true, settled_epoch: epoch, next_run_at`, to: `resumed: true, next_run_at`, foundBy: sagaPairs },
  { rule: 'only a stopped saga is resumed', file: command, from: `{ _id, tenant_id, epoch, phase: 'stopped' }`, to: `{ _id, tenant_id, epoch }`, foundBy: sagaPairs },
  { rule: 'only a saga that rests is run now', file: command, from: `epoch, phase: { $in: ['retrying', 'waiting'] } }`, to: `epoch }`, foundBy: sagaPairs },
  { rule: 'the sweep sees sagas that are due since the same moment', file: 'libs/store/src/sagas/sweep.repository.ts', from: `$or: [{ next_run_at: { $gt: after.nextRunAt } }, { _id: { $gt: after.sagaId } }]`, to: `next_run_at: { $gt: after.nextRunAt }`, foundBy: filters },
  { rule: 'the sweep enqueues what is due', file: 'libs/store/src/sagas/sweep.repository.ts', from: `$expr: { $lte: ['$next_run_at', '$$NOW'] } };`, to: `$expr: { $gt: ['$next_run_at', '$$NOW'] } };`, foundBy: filters },
  { rule: 'the sweep unlocks orders of ended sagas only', file: 'libs/store/src/sagas/sweep.repository.ts', from: `!open.has(lock.saga_id)`, to: `true`, foundBy: { test: 'tests/store/orphans.test.ts' } },

  // Writes that travel together, and what an error means.
  { rule: 'a write concern error of a group is no success', file: 'libs/store/src/mongodb/group-commit.ts', from: `if (error.writeConcernErrors.length > 0) throw error;`, to: ``, foundBy: { test: 'libs/store/src/mongodb/error-classes.test.ts' } },
  { rule: 'what MongoDB does not say is not known', file: 'libs/store/src/mongodb/store-errors.ts', from: `return isDefinite(error) ? undefined : unknownResult(error);`, to: `return undefined;`, foundBy: { test: 'libs/store/src/mongodb/error-classes.test.ts' } },
  { rule: 'each write of a group gets its own outcome', file: 'libs/store/src/mongodb/group-commit.ts', from: `else if (update) resolve(update.matchedCount > 0);`, to: `else if (update) resolve(true);`, foundBy: { test: 'libs/store/src/mongodb/store.test.ts', title: 'group commit' } },

  // Decisions from outside.
  { rule: 'a saga that rests is claimed before it is canceled', file: 'libs/store/src/sagas/cancel-saga.ts', from: `const epoch = resting ? await sagas.claim(saga) : saga.epoch;`, to: `const epoch: number | undefined = saga.epoch;`, foundBy: { test: 'tests/crash-safety/cancel-at-rest.test.ts' } },
  { rule: 'a saga that an operator has ended is not canceled', file: 'libs/store/src/sagas/cancel-saga.ts', from: ` || step.outcome === 'terminated'`, to: ``, foundBy: { test: 'tests/crash-safety/cancel-at-rest.test.ts' } },
  { rule: 'an abandoned saga says what it cleared', file: 'apps/ops/src/commands/terminate.ts', from: `...(cleared && { adds: { cleared } }),`, to: ``, foundBy: { test: 'apps/ops/src/commands/commands.test.ts', title: 'terminate' } },
  { rule: 'the first outcome of a step stands', file: 'libs/store/src/sagas/journal.repository.ts', from: `return reaching(async () => toEntry(await standing(entry)));`, to: `return entry;`, foundBy: { test: 'libs/store/src/mongodb/store.test.ts', title: 'journal' } },

  // The kernel and the steps.
  { rule: 'a step that got through sets the failures back', file: turn, from: `      if (rest) return rest;\n      this.#failures = 0;`, to: `      if (rest) return rest;`, foundBy: { test: 'libs/saga/src/failures.test.ts' } },
  { rule: 'an order is unlocked when its saga ends', file: 'libs/order-reset/src/steps/resolve-order.step.ts', from: `  async atEnd({ order }, context) {\n    await giveBack({ orders, line }, order, context);\n  },`, to: `  async atEnd() {},`, foundBy: { test: 'libs/order-reset/src/reset-order.saga.test.ts', title: 'a reset that goes well' } },
  { rule: 'a zombie stops where it meets a newer entry', file: turn, from: `entry.epoch > epoch)`, to: `entry.epoch < 0)`, foundBy: { test: 'libs/saga/src/run-saga.test.ts', title: 'two workers' } },
  { rule: 'a step that was canceled is compensated too', file: progress, from: `verdict.step.outcome === 'canceled' ? turned : turned - 1;`, to: `turned - 1;`, foundBy: model },
  { rule: 'steps are compensated from the last to the first', file: progress, from: `for (let i = last; i >= 0; i--) {`, to: `for (let i = 0; i <= last; i++) {`, foundBy: model },
  { rule: 'a terminated step ends the saga', file: progress, from: `if (terminated)`, to: `if (terminated && false)`, foundBy: model },
  { rule: 'all outcomes of a step share one key', file: 'libs/saga/src/journal.ts', from: '`${about}:verdict`', to: '`${about}:verdict:${step.outcome}`', foundBy: model },
  { rule: 'a saga claimed again reads its journal', file: 'libs/saga/src/run-saga.ts', from: `claim.epoch === 1 ? []`, to: `claim.epoch > 0 ? []`, foundBy: model },
  { rule: 'an order that moved on is saved again before it is cleared', file: 'libs/order-reset/src/steps/clear-deliveries.step.ts', from: `latest = await snapshotAgain({ orders }, order, context);`, to: `latest = { ...latest, version: (await orders.snapshot(order.order_id)).version };`, foundBy: model },
  { rule: 'a canceled saga is put back even where a refused one stays cleared', file: 'libs/order-reset/src/steps/stays-cleared.ts', from: `on_rejection === 'keep' && turnedBy === 'refused'`, to: `on_rejection === 'keep'`, foundBy: model },
  { rule: 'the entry names the version that was cleared', file: 'libs/order-reset/src/steps/clear-deliveries.step.ts', from: `outcome.version === latest.version ? latest :`, to: `outcome.version > 0 ? latest :`, foundBy: model },
  { rule: 'an undo says that it restored only where it did', file: 'libs/order-reset/src/steps/clear-deliveries.step.ts', from: `done({ restored: false }, { message: 'Nothing had been cleared.' })`, to: `done({ restored: true }, { message: 'Nothing had been cleared.' })`, foundBy: model },
  { rule: 'progression is put back', file: 'libs/order-reset/src/steps/reset-progression.step.ts', from: `const came = await orders.restoreProgression(order.order_id, context);`, to: `const came = 'restored';`, foundBy: model },
];
