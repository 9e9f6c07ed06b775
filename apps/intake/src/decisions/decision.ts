import type { SagaRead, SignalPorts } from '@crossroads/saga';
import type { SagaMetadata } from '@crossroads/store';
import { storedSagaOf, toEntry } from '@crossroads/store';
import type { Reset, Resets } from '../resets.js';

export interface DecisionPorts extends SignalPorts<SagaMetadata> {
  resets: Resets;
  /** Enqueues the saga of a reset. Best effort: the sweep enqueues it otherwise. */
  enqueue(reset: Reset): void;
}

/** Returns the saga and the journal of a reset, as the kernel knows them. */
export const sagaReadOf = ({ saga, entries }: Reset): SagaRead<SagaMetadata> => ({ saga: storedSagaOf(saga), entries: entries.map(toEntry) });
