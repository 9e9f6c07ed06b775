import type { IntegrationStatus } from '@crossroads/contract';
import type { Phase } from '@crossroads/saga';

/** Color of a pill. It only adds emphasis: the pill always has a word too. */
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

export const phaseDescription: Record<Phase, string> = {
  running: 'Running, or about to be picked up.',
  waiting: 'Blocked by another saga or a limit. Retried automatically.',
  awaiting_approval: 'Waiting for approval at the destination.',
  retrying: 'The last attempt failed. The next one is scheduled.',
  stopped: 'Failed. Needs an operator.',
  ended: 'Finished.',
};

export const blockedDescription = 'Blocked: the destination fails or is paused. Retried automatically.';

export const resumedDescription = 'The destination is resumed. The next attempt is scheduled.';

/** Returns the phase as it is shown: without underscores. */
export const phaseLabel = (phase: Phase): string => phase.replace('_', ' ');

export const StatusPill = ({ status }: { status: IntegrationStatus }) => (
  <span class={`pill ${statusTones[status] ?? 'quiet'}`} data-testid="status">
    {status}
  </span>
);

interface PhasePillProps {
  phase: Phase;
  failures?: number;
  /** Whether a destination that fails or is paused blocks the saga. */
  blocked?: boolean;
}

export const PhasePill = ({ phase, failures = 0, blocked = false }: PhasePillProps) => (
  <span class={`pill ${blocked ? 'bad' : (phaseTones[phase] ?? 'quiet')}`} title={blocked ? blockedDescription : phaseDescription[phase]} data-testid="phase">
    {blocked ? 'waiting · blocked' : phase === 'retrying' && failures > 0 ? `retrying · ${failures} failed` : phaseLabel(phase)}
  </span>
);
