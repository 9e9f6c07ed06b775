import { collections } from '../mongodb/collections.js';
import type { Store } from '../mongodb/open-store.js';
import type { SagaDocument } from './saga-document.js';
import { dueImmediately, fromNow } from './saga.repository.js';

/** Milliseconds the claim of a decision holds its saga. It is not renewed, so it must outlast the writing of the word, and that waits for MongoDB. */
const decisionMs = 12_000;

/** The saga, and whose it is: what its document is found by on a cluster without asking every shard. */
export type SagaKey = Pick<SagaDocument, '_id' | 'tenant_id'>;

/** For those outside who decide something about a saga: its journal takes the word, this takes the saga to it. */
export interface DecisionRepository {
  /**
   * Claims a saga that rests, due or not, so that no worker is at it while the word is written; answers the claim's epoch.
   * Undefined when somebody has it in hand, or it has moved since `saga` was read. A claim that is never given back lapses like a worker's;
   * a stopped saga is claimed without a time, so that it stays stopped.
   */
  claim(saga: Pick<SagaDocument, '_id' | 'tenant_id' | 'epoch' | 'phase'>): Promise<number | undefined>;
  /** Leaves a claimed saga to the next worker, at once. */
  release(saga: SagaKey, epoch: number): Promise<void>;
  /** Ends a claimed saga as it stands. False when the claim was lost. */
  end(saga: SagaKey, epoch: number, error: { code: string; message: string }): Promise<boolean>;
  /** Lets a saga go on that has stopped although its open step has got a final outcome from outside. */
  goOn(saga: SagaKey): Promise<void>;
  /** Makes a parked saga due at once, unless it has moved since it was read. */
  wake(saga: SagaKey & Pick<SagaDocument, 'epoch'>): Promise<void>;
}

export const decisionRepository = ({ commit }: Store): DecisionRepository => {
  /** In nobody's hands: whoever claimed it last has left it in order. */
  const resting = ({ _id, tenant_id, epoch }: SagaKey & Pick<SagaDocument, 'epoch'>) => ({ _id, tenant_id, epoch, settled_epoch: epoch, next_run_at: { $exists: true } });
  return {
    async claim(saga) {
      const epoch = saga.epoch + 1;
      const claimed =
        saga.phase === 'stopped'
          ? await commit.update(collections.sagas, { _id: saga._id, tenant_id: saga.tenant_id, epoch: saga.epoch, phase: 'stopped' }, { $set: { epoch, settled_epoch: epoch } })
          : await commit.update(collections.sagas, resting(saga), [
              // A parked saga that a worker claims has waited in vain. This one has not, and if the word is never written its step is tried again.
              { $set: { epoch, next_run_at: { $add: ['$$NOW', decisionMs] }, ...(saga.phase === 'awaiting_approval' && { phase: 'running' }) } },
            ]);
      return claimed ? epoch : undefined;
    },
    async release({ _id, tenant_id }, epoch) {
      await commit.update(collections.sagas, { _id, tenant_id, epoch }, { $set: { settled_epoch: epoch, next_run_at: dueImmediately }, ...fromNow });
    },
    end: ({ _id, tenant_id }, epoch, error) =>
      commit.update(collections.sagas, { _id, tenant_id, epoch }, [
        {
          $set: {
            phase: 'ended',
            status: 'error',
            error: { $literal: error },
            settled_epoch: epoch,
            updated_at: '$$NOW',
            ended_at: '$$NOW',
            next_run_at: '$$REMOVE',
          },
        },
      ]),
    async goOn({ _id, tenant_id }) {
      await commit.update(collections.sagas, { _id, tenant_id, phase: 'stopped' }, { $set: { phase: 'running', next_run_at: dueImmediately }, $unset: { error: 1 }, ...fromNow });
    },
    async wake(saga) {
      await commit.update(collections.sagas, { ...resting(saga), phase: 'awaiting_approval' }, { $set: { next_run_at: dueImmediately }, ...fromNow });
    },
  };
};
