import { boardPath } from '../board/permissions.js';
import { Clock, relative } from '../page/times.js';
import type { QueuePause } from './queue-status.js';

/** Explains why no saga is processed: a paused queue has no errors. */
export const QueuePaused = ({ pause, now }: { pause: QueuePause | undefined; now: Date }) =>
  pause && (
    <p class="warning" data-testid="queue-paused">
      Queue paused{' '}
      {pause.by !== undefined && pause.since ? (
        <>
          by {pause.by} since <Clock at={pause.since} now={now} /> ({relative(pause.since, now)})
        </>
      ) : (
        'by another tool'
      )}
      . No saga is processed, and none is lost. Press Resume on <a href={boardPath}>Queues</a>.
    </p>
  );
