/** What client, writer and destination saw, each in its own words; the system under test writes none of it. Times: milliseconds since 1970. */
export interface History {
  orders: OrderBefore[];
  submissions: Submission[];
  /** HTTP exchanges that were slow, cut or answered with anything but 2xx. */
  troubles: Trouble[];
  requests: number;
  sightings: Sighting[];
  saves: Save[];
  deliveries: Delivery[];
  windows: FaultWindow[];
}

/** An order as it was before the campaign touched it. Deliveries are digests of their BSON. */
export interface OrderBefore {
  orderId: string;
  number: string;
  version: number;
  bols: string[];
  drops: string[];
  progression: string;
  /** Installation at the other end of the order, where a reset must go. */
  goesTo: string;
}

/** One wish of the client, however often it had to be sent. */
export interface Submission {
  orderId: string;
  /** By what it can be sent again without becoming another wish. */
  named: 'correlation-id' | 'idempotency-key' | 'not';
  correlationId?: string;
  /** Every `pending` it was answered with. */
  replies: { at: number; sagaId: string; correlationId: string }[];
  /** Times it was sent without a name and no answer came: each may have become a saga nobody knows. */
  dueSagas: number;
}

export interface Trouble {
  at: number;
  /** What the answer took, without the pauses of the campaign itself. */
  ms: number;
  /** When it was over, those pauses included. */
  until: number;
  what: 'submit' | 'poll';
  /** 0: the connection was cut or refused; -1: no answer before the client gave up. */
  status: number;
  retryAfter: boolean;
}

/** What a poll said, kept when it differs from the one before. */
export interface Sighting {
  at: number;
  sagaId: string;
  httpStatus: number;
  status?: string;
  done?: boolean;
  entries?: number;
}

/** A BOL or drop that some other writer saved on an order. */
export interface Save {
  at: number;
  orderId: string;
  list: 'bols' | 'drops';
  digest: string;
  /** The order's version after it; absent when no answer came, so that it may or may not have been saved. */
  version?: number;
  /** Set together with it. */
  progression?: string;
}

export interface Delivery {
  at: number;
  key: string;
  correlationId: string;
  orderId: string;
  /** Installation the request was addressed to. */
  instance: string;
  /** SHA-256 of the body's bytes. */
  body: string;
  /** Whether the destination took it, whatever the caller then heard. */
  taken: boolean;
}

/** While a part was made to fail, and what it took until it was well again. */
export interface FaultWindow {
  part: 'redis' | 'mongodb' | 'intake' | 'workers' | 'destination';
  from: number;
  to: number;
}

export const newHistory = (): History => ({ orders: [], submissions: [], troubles: [], requests: 0, sightings: [], saves: [], deliveries: [], windows: [] });
