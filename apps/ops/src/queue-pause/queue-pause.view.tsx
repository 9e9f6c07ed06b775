import { boardPath } from '../board/board.js';
import { Clock, relative } from '../page/times.js';
import type { QueuePause } from './queue-pause.js';

/** A paused queue looks like a broken one: nothing moves and nothing fails. */
export const QueuePaused = ({ pause, now }: { pause: QueuePause | undefined; now: Date }) =>
  pause && (
    <p class="warning" data-testid="queue-paused">
      Queue paused{' '}
      {pause.by !== undefined && pause.since ? (
        <>
          by {pause.by} since <Clock at={pause.since} now={now} /> ({relative(pause.since, now)})
        </>
      ) : (
        '(not from this board)'
      )}
      . Sagas wait; nothing is lost. Resume it on the <a href={boardPath}>job board</a>.
    </p>
  );
