/** Records of client, writer and destination. The system under test writes none of them. Times are milliseconds since 1970. */
export interface History {
  orders: OrderBefore[];
  submissions: Submission[];
  /** HTTP requests that were slow or cut, or whose status was not 200. */
  troubles: Trouble[];
  requests: number;
  sightings: Sighting[];
  saves: Save[];
  deliveries: Delivery[];
  windows: FaultWindow[];
}

/** An order before the campaign. Deliveries are digests of their BSON. */
export interface OrderBefore {
  orderId: string;
  number: string;
  version: number;
  bols: string[];
  drops: string[];
  progression: string;
  /** Id of the instance at the order's other end, which must receive the reset. */
  goesTo: string;
}

/** One reset that the client submits, however often it is sent. */
export interface Submission {
  orderId: string;
  /** The id that makes a retry safe. With `not`, each attempt may create a saga of its own. */
  named: 'correlation-id' | 'idempotency-key' | 'not';
  correlationId?: string;
  /** Every response with status `pending`. */
  replies: { at: number; sagaId: string; correlationId: string }[];
  /** Attempts without a response. Each may have created a saga that the client does not know. */
  unanswered: number;
}

export interface Trouble {
  at: number;
  /** Duration without the pauses of the campaign's own process. */
  ms: number;
  /** When the request ended, those pauses included. */
  until: number;
  what: 'submit' | 'poll';
  /** HTTP status. 0: the connection was cut or refused; -1: no response before the timeout. */
  status: number;
  retryAfter: boolean;
}

/** The response to a poll, recorded when it differs from the previous one of the saga. */
export interface Sighting {
  at: number;
  sagaId: string;
  httpStatus: number;
  status?: string;
  done?: boolean;
  entries?: number;
}

/** A BOL or drop that the writer saved on an order. */
export interface Save {
  at: number;
  orderId: string;
  list: 'bols' | 'drops';
  digest: string;
  /** Version of the order after the save. Absent without a response: then it is unknown whether the item was saved. */
  version?: number;
  /** Progression that the same update set. */
  progression?: string;
}

export interface Delivery {
  at: number;
  key: string;
  correlationId: string;
  orderId: string;
  /** Id of the instance in the request's path. */
  instance: string;
  /** SHA-256 of the body's bytes. */
  body: string;
  /** Whether the destination accepted the reset. The response may have been lost. */
  taken: boolean;
}

/** Period in which a fault was active on a part. */
export interface FaultWindow {
  part: 'redis' | 'mongodb' | 'intake' | 'workers' | 'destination';
  from: number;
  to: number;
}

export const newHistory = (): History => ({ orders: [], submissions: [], troubles: [], requests: 0, sightings: [], saves: [], deliveries: [], windows: [] });
