import type { Backlog, Page } from '@crossroads/platform';

/**
 * What an autoscaler wants to know, for KEDA's metrics-api scaler. By age as well as by number: a thousand sagas that wait a second
 * are well served, and ten that wait ten minutes are not.
 */
export const scalingPage =
  ({ depth, oldestDueSeconds }: Pick<Backlog, 'depth' | 'oldestDueSeconds'>): Page =>
  async () => {
    const [{ waiting, active, delayed }, oldest] = await Promise.all([depth(), oldestDueSeconds()]);
    return { type: 'application/json', body: JSON.stringify({ waiting, active, delayed, oldest_seconds: oldest }) };
  };
