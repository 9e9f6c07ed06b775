import type { IntegrationStatus } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';

/** A colour stands for how much it matters, never alone for what it is: the word is always there. */
type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

const statusTones: Record<IntegrationStatus, Tone> = {
  pending: 'busy',
  requested: 'busy',
  origin_mapped: 'busy',
  master_mapped: 'busy',
  destination_mapped: 'busy',
  synced: 'good',
  canceled: 'quiet',
  error: 'bad',
  rejected: 'warn',
};

const phaseTones: Record<Phase, Tone> = { running: 'busy', waiting: 'quiet', awaiting_approval: 'quiet', retrying: 'warn', stopped: 'bad', ended: 'quiet' };

/** What a phase means to somebody who has never heard of it. */
export const phaseDescription: Record<Phase, string> = {
  running: 'A worker is at it, or will be at once.',
  waiting: 'Waits for its turn and looks again by itself.',
  awaiting_approval: 'Waits for a word from outside, such as the destination accepting.',
  retrying: 'The last attempt failed; the next one is planned.',
  stopped: 'Does not move until an operator acts.',
  ended: 'Has come to its end.',
};

export const StatusPill = ({ status }: { status: IntegrationStatus }) => (
  <span class={`pill ${statusTones[status] ?? 'quiet'}`} data-testid="status">
    {status}
  </span>
);

export const PhasePill = ({ phase, failures = 0 }: { phase: Phase; failures?: number }) => (
  <span class={`pill ${phaseTones[phase] ?? 'quiet'}`} title={phaseDescription[phase]} data-testid="phase">
    {phase === 'retrying' && failures > 0 ? `retrying · ${failures} failed` : phase}
  </span>
);
