import type { DestinationReply, OutboundRequest } from '@crossroads/order-reset';
import { StepUnavailable } from '@crossroads/saga';
import { isUnknown, unavailable } from './answers.js';
import type { Entry } from './directory.js';
import type { Exchange } from './exchange.js';
import type { LaneLimits, LaneState } from './lane.js';
import { Lane } from './lane.js';
import { keptBody, masked, presentable } from './reply-text.js';
import { within } from './within.js';

export interface DispatchOptions {
  exchange: Exchange;
  secrets: (ref: string) => Promise<string>;
  pause: ((instanceId: string, reason: string) => Promise<void>) | undefined;
  now: () => Date;
  totalMs: number;
  lanes: LaneLimits;
}

/** How one destination is doing, as this process sees it. */
export interface DestinationState extends LaneState {
  instance_id: string;
}

/** How soon a saga looks whether its destination is still paused. */
const lookAgainMs = 30_000;

/** Sends requests, each destination in its own lane. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Throws StepWaits when it is not our turn, StepUnavailable for every outcome that is not known. */
  async send(entry: Entry, request: OutboundRequest, signal: AbortSignal): Promise<DestinationReply> {
    const { instance } = entry;
    const lane = this.#laneOf(instance);
    if (instance.paused) throw lane.turnAway('destination.paused', `${instance.name} is paused. It goes on once an operator resumes it.`, lookAgainMs);
    if (originOf(request.url) !== originOf(instance.url)) throw moved(instance.name, request.url);
    return lane.run(() => within(this.#options.totalMs, signal, (signal) => this.#attempt(entry, request, signal)));
  }

  states(): DestinationState[] {
    return [...this.#lanes].map(([instance_id, lane]) => ({ instance_id, ...lane.state }));
  }

  #laneOf({ id, name }: Entry['instance']): Lane {
    const lane = this.#lanes.get(id) ?? new Lane(name, this.#options.lanes);
    this.#lanes.set(id, lane);
    return lane;
  }

  async #attempt({ instance, adapter }: Entry, request: OutboundRequest, signal: AbortSignal): Promise<DestinationReply> {
    const { exchange, secrets, pause, now } = this.#options;
    const added = await adapter.authorize(request, instance, await secrets(instance.secret_ref), signal);
    const reply = await exchange({ ...request, headers: { ...request.headers, ...added } }, signal);
    if (reply.status === 401) adapter.forget?.(instance);
    const { status, note } = reply;
    const body = masked(reply.body, Object.values(added));
    if (isUnknown(status)) throw unavailable(instance.name, reply, now(), { extra_data: { reply: { http_status: status, body: keptBody(body) } } });
    if (status === 410) await pause?.(instance.id, `${instance.name} answered 410: it is gone for good.`);
    return presentable(adapter.read(status, body), note);
  }
}

const originOf = (address: string): string => (URL.canParse(address) ? new URL(address).origin : '');

/** The request stays as it was built, and our credentials go to no host but the one they are for. */
const moved = (name: string, url: string) =>
  new StepUnavailable('destination.moved', `${name} has another address than ${originOf(url)}, for which this request was built. Set it back, then resume; or recover the order.`);
