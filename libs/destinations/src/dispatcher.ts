import type { BeginDispatch, BegunDispatch, DestinationReply } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import type { DestinationLimits, LimiterState } from './destination-limiter.js';
import { DestinationLimiter } from './destination-limiter.js';
import type { Route } from './directory.js';
import type { HttpClient } from './http-client.js';
import { redact, sanitizeBody, sanitizeMessage, sanitizeReply } from './reply-text.js';
import { describeStatus, isUnknownOutcome, unknownOutcome } from './unknown-outcome.js';
import { withDeadline } from './with-deadline.js';

export interface DispatcherOptions {
  send: HttpClient;
  secrets: (ref: string) => Promise<string>;
  pause: ((instanceId: string, reason: string) => Promise<void>) | undefined;
  now: () => Date;
  /** Time limit of one attempt, in milliseconds. */
  totalMs: number;
  limits: DestinationLimits;
}

/** State of one destination, as this process observes it. */
export interface DestinationState extends LimiterState {
  instance_id: string;
}

/** Delay before a saga checks a paused destination again, in milliseconds. */
const pausedRetryMs = 30_000;

/** Sends requests. Each destination has a limiter of its own. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #limiters = new Map<string, DestinationLimiter>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Sends one attempt, and calls `begin` just before. Throws DeferStep when the limiter rejects it and RetryableError when the outcome is unknown. */
  async send(route: Route, begin: BeginDispatch, signal: AbortSignal): Promise<DestinationReply> {
    const { instance } = route;
    const limiter = this.#limiterOf(instance);
    if (instance.paused) throw limiter.reject('destination.paused', `${instance.name} is paused. Sending continues when an operator resumes it.`, pausedRetryMs);
    return limiter.run(async () => {
      const begun = await begin();
      const { url } = begun.request;
      if (originOf(url) !== originOf(instance.url)) throw addressChanged(instance.name, url);
      return withDeadline(this.#options.totalMs, signal, (signal) => this.#attempt(route, begun, signal));
    });
  }

  states(): DestinationState[] {
    return [...this.#limiters].map(([instance_id, limiter]) => ({ instance_id, ...limiter.state }));
  }

  #limiterOf({ id, name }: Route['instance']): DestinationLimiter {
    const limiter = this.#limiters.get(id) ?? new DestinationLimiter(name, this.#options.limits);
    this.#limiters.set(id, limiter);
    return limiter;
  }

  async #attempt({ instance, adapter }: Route, { request, isRepeated }: BegunDispatch, signal: AbortSignal): Promise<DestinationReply> {
    const { send, secrets, pause, now } = this.#options;
    const authorization = await adapter.authorize(request, instance, await secrets(instance.secret_ref), signal);
    const reply = await send({ ...request, headers: { ...request.headers, ...authorization } }, signal);
    if (reply.status === 401) adapter.forget?.(instance);
    const { status, note, retryAfter } = reply;
    const text = redact(reply.text, Object.values(authorization));
    const detail = { extra_data: { reply: { http_status: status, body: sanitizeBody(text) } } };
    if (isUnknownOutcome(status)) throw unknownOutcome(describeStatus(instance.name, status), retryAfter, now(), detail);
    if (status === 410) await pause?.(instance.id, `${instance.name} replied with HTTP 410 (gone).`);
    const reading = adapter.read({ status, text, note, isRepeated: isRepeated || reply.wasResent, hasRetryAfter: retryAfter !== undefined });
    if (reading.answer !== 'unknown') return sanitizeReply(reading, note);
    throw unknownOutcome({ code: reading.code, message: sanitizeMessage(reading.message, note) }, retryAfter, now(), detail);
  }
}

const originOf = (address: string): string => (URL.canParse(address) ? new URL(address).origin : '');

/** Returns the error for a request that was stored with another address. Credentials must only be sent to the address that they belong to. */
const addressChanged = (name: string, url: string) =>
  new RetryableError(
    'destination.moved',
    `The address of ${name} changed: this request was stored for ${originOf(url)}. Restore that address, then resume; or recover the order.`,
  );
