export interface Reply<T> {
  status: number;
  headers: Headers;
  /** Undefined where the body is no JSON, as that of a 304. */
  body: T;
}
