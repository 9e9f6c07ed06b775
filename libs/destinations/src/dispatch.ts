import type { DestinationReply, OutboundRequest } from '@crossroads/order-reset';
import { RetryableError } from '@crossroads/saga';
import { isUnknown, unavailable } from './answers.js';
import type { Entry } from './directory.js';
import type { HttpClient } from './http-client.js';
import type { DestinationLimits, LimiterState } from './destination-limiter.js';
import { DestinationLimiter } from './destination-limiter.js';
import { keptBody, redact, presentable } from './reply-text.js';
import { within } from './within.js';

export interface DispatchOptions {
  send: HttpClient;
  secrets: (ref: string) => Promise<string>;
  pause: ((instanceId: string, reason: string) => Promise<void>) | undefined;
  now: () => Date;
  totalMs: number;
  limiters: DestinationLimits;
}

/** How one destination is doing, as this process sees it. */
export interface DestinationState extends LimiterState {
  instance_id: string;
}

/** How soon a saga looks whether its destination is still paused. */
const lookAgainMs = 30_000;

/** Sends requests, each destination in its own lane. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #limiters = new Map<string, DestinationLimiter>();

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Throws StepWaits when it is not our turn, StepUnavailable for every outcome that is not known. */
  async send(entry: Entry, request: OutboundRequest, signal: AbortSignal): Promise<DestinationReply> {
    const { instance } = entry;
    const limiter = this.#laneOf(instance);
    if (instance.paused) throw limiter.reject('destination.paused', `${instance.name} is paused. It goes on once an operator resumes it.`, lookAgainMs);
    if (originOf(request.url) !== originOf(instance.url)) throw moved(instance.name, request.url);
    return limiter.run(() => within(this.#options.totalMs, signal, (signal) => this.#attempt(entry, request, signal)));
  }

  states(): DestinationState[] {
    return [...this.#limiters].map(([instance_id, limiter]) => ({ instance_id, ...limiter.state }));
  }

  #laneOf({ id, name }: Entry['instance']): DestinationLimiter {
    const limiter = this.#limiters.get(id) ?? new DestinationLimiter(name, this.#options.limiters);
    this.#limiters.set(id, limiter);
    return limiter;
  }

  async #attempt({ instance, adapter }: Entry, request: OutboundRequest, signal: AbortSignal): Promise<DestinationReply> {
    const { send, secrets, pause, now } = this.#options;
    const added = await adapter.authorize(request, instance, await secrets(instance.secret_ref), signal);
    const reply = await send({ ...request, headers: { ...request.headers, ...added } }, signal);
    if (reply.status === 401) adapter.forget?.(instance);
    const { status, note } = reply;
    const body = redact(reply.body, Object.values(added));
    if (isUnknown(status)) throw unavailable(instance.name, reply, now(), { extra_data: { reply: { http_status: status, body: keptBody(body) } } });
    if (status === 410) await pause?.(instance.id, `${instance.name} answered 410: it is gone for good.`);
    return presentable(adapter.read(status, body), note);
  }
}

const originOf = (address: string): string => (URL.canParse(address) ? new URL(address).origin : '');

/** The request stays as it was built, and our credentials go to no host but the one they are for. */
const moved = (name: string, url: string) =>
  new RetryableError('destination.moved', `${name} has another address than ${originOf(url)}, for which this request was built. Set it back, then resume; or recover the order.`);
