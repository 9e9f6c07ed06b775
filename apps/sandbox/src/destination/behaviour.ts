export const replies = ['ok', 'requested', 'reject', 'unavailable', 'hang', 'garbage'] as const;

export type ReplyName = (typeof replies)[number];

export interface Behaviour {
  /** An order number of either end, or `*` for every order. */
  order_number: string;
  reply: ReplyName;
  /** Number of requests. Without it, all of them. */
  times?: number | undefined;
  /** Milliseconds before the reply. */
  delay_ms: number;
}

export interface Reply {
  name: ReplyName;
  status: number;
  type: string;
  body: string;
  delayMs: number;
}

const json = (status: number, body: object) => ({ status, type: 'application/json', body: JSON.stringify(body) });

const shapes: Record<ReplyName, { status: number; type: string; body: string }> = {
  ok: json(200, { status: 'ok' }),
  requested: json(202, { status: 'requested' }),
  reject: json(422, { detail: 'The order cannot be reset here.' }),
  unavailable: json(503, { detail: 'Try again later.' }),
  hang: json(200, {}),
  garbage: { status: 200, type: 'text/html', body: '<html><body>It works!</body>' },
};

/** Chooses the reply: the behaviour set for the order number, else the one for `*`, else `ok`. */
export const createBehaviour = (): { set(behaviour: Behaviour): void; next(orderNumbers: readonly string[]): Reply } => {
  const ordered = new Map<string, Behaviour>();
  return {
    set: (behaviour) => void ordered.set(behaviour.order_number, { ...behaviour }),
    next(orderNumbers) {
      const behaviour = [...orderNumbers, '*'].map((number) => ordered.get(number)).find((found) => found !== undefined);
      if (behaviour?.times !== undefined && --behaviour.times === 0) ordered.delete(behaviour.order_number);
      const name = behaviour?.reply ?? 'ok';
      return { name, ...shapes[name], delayMs: behaviour?.delay_ms ?? 0 };
    },
  };
};
