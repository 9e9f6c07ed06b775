import type { BaselineWork } from './baseline.js';
import { openPost } from './post.js';
import type { DataAccess } from './data-access.js';
import { wholeReset } from './same-writes.js';

/** A plain loop: so many sagas under way at once until none is left. */
export const loop = async ({ templates, sagaIds, inFlight, started, through }: BaselineWork, access: DataAccess): Promise<{ stop(): Promise<void> }> => {
  const { post, close } = openPost(templates);
  let next = 0;
  const one = async (): Promise<void> => {
    await started;
    while (next < sagaIds.length) {
      await wholeReset({ access, post, templates }, sagaIds[next++]!);
      through();
    }
  };
  for (let index = 0; index < inFlight; index++) {
    one().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }
  return { stop: close };
};
