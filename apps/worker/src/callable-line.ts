import type { Line } from '@crossroads/order-reset';
import type { Bells } from '@crossroads/queue';
import type { LineRepository } from '@crossroads/store';

/** The line, with a bell to call whoever is next. */
export const callableLine = (line: LineRepository, bells: Bells): Line => ({
  ahead: (order, sagaId) => line.ahead(order, sagaId),
  async callNext(order) {
    const next = await line.next(order);
    // Whoever is not called looks by himself.
    if (next) await bells.ring(next).catch(() => undefined);
  },
});
