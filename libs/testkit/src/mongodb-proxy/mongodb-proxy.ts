import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { appliedOperations } from './applied-operations.js';
import { rolledBackReply } from './rolled-back.js';
import { ReplicaSetRole } from './replica-set-role.js';
import { withoutRejected } from './rejected-operations.js';
import { RetryableWrites } from './retryable-writes.js';
import type { Action, Held, Match, OperationMatch, Rule, RuleOptions } from './rules.js';
import { Rules, writing } from './rules.js';
import { labelsOf, serverError } from './server-error.js';
import { Upstream } from './upstream.js';
import type { Operation } from './wire-command.js';
import { WireCommand } from './wire-command.js';
import { WireMessage, messagesOf } from './wire-message.js';

/**
 * A proxy between MongoDB's driver and a real server. It decodes commands and injects the faults of replica sets and networks.
 * Without a rule, all commands pass.
 */
export interface MongodbProxy {
  /** Returns the URI of a database through this proxy; by default that of the target. */
  uri(database?: string): string;
  /** Rejects the commands with this error, and does not execute them. */
  reject(match: Match, code: number, options?: RuleOptions): Rule;
  /** Rejects single operations with this error. The other operations of the command are executed. */
  rejectOperations(match: OperationMatch, code: number, options?: RuleOptions): Rule;
  /** Executes the commands and adds this write concern error to their replies. */
  failWriteConcern(match: Match, code: number, options?: RuleOptions): Rule;
  /** Like `failWriteConcern`, followed by a rollback: the commands have no effect, and a retry is executed like a first attempt. */
  rollBack(match: Match, code: number, options?: RuleOptions): Rule;
  /** Executes the commands and cuts the connection instead of a reply; with `repeatsToo` also for the driver's retry. */
  loseReply(match: Match, options?: RuleOptions & { repeatsToo?: boolean }): Rule;
  /** Cuts the connection and does not execute the commands. */
  cut(match: Match, options?: RuleOptions): Rule;
  /** Delays the commands. They can be executed even after their sender has ended. */
  hold(match: Match, options?: RuleOptions): Held;
  /** Cuts every connection. */
  cutAll(): void;
  /** Stalls all data in both directions until the returned function is called. Data in flight arrives then. */
  silence(): () => void;
  /** Rejects commands with `code` as a member that is not the primary, until the returned function is called. Then the member is primary in a later term. */
  stepDown(code?: 10107 | 91 | 189): () => void;
  /** Returns the number of commands that were rejected for lack of a primary. */
  rejections(): number;
  /** Returns the current term: how often the member has become primary. */
  term(): number;
  /** Records every command from now on, except hello. */
  record(): void;
  commands(): readonly WireCommand[];
  /** Calls `listener` with each operation that the server has applied, for the write commands that match. */
  onApplied(match: Match, listener: AppliedListener): void;
  close(): Promise<void>;
}

export type AppliedListener = (operation: Operation, write: AppliedWrite) => void;

export interface AppliedWrite {
  /** `appName` of the client's connection; empty when the client has none. */
  appName: string;
  /** When the command reached the proxy. Milliseconds since 1970. */
  at: number;
}

export interface ProxyOptions {
  /** URI of a server that listens on a Unix socket, as the embedded engine does. */
  target: string;
  /** Name of the replica set whose primary the proxy imitates. Without it, clients see a standalone server. */
  replicaSet?: string;
  /** Whether clients see the router of a sharded cluster whose only shard is that replica set. */
  router?: boolean;
}

/** Fields that the embedded engine does not support: it has no sessions, and acknowledges a majority before its journal is written. */
const unsupportedFields = ['lsid', 'txnNumber', '$clusterTime', 'readConcern'];
const journalled = { writeConcern: { w: 1, j: true } };

const asksForMajority = (message: WireMessage): boolean => message.fields.has('readConcern') && message.document()['readConcern']?.level === 'majority';

export const openMongodbProxy = async ({ target, replicaSet, router = false }: ProxyOptions): Promise<MongodbProxy> => {
  const [, socketPath, targetDatabase] = /^mongodb:\/\/([^/?]+)\/([^?]*)/.exec(target) ?? [];
  const path = decodeURIComponent(socketPath ?? '');
  const rules = new Rules();
  const writes = new RetryableWrites();
  const sockets = new Set<Socket>();
  const appNames = new WeakMap<Socket, string>();
  const listeners: { match: Match; listener: AppliedListener }[] = [];
  let silent = false;
  let rejections = 0;
  let recorded: WireCommand[] | undefined;

  const watched = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (silent) socket.pause();
    return socket;
  };

  /** Sends a command to the server over `upstream`, or over another connection when the caller's has ended. */
  const carryOut = async (message: WireMessage, upstream: Upstream): Promise<WireMessage | undefined> => {
    const changed = replicaSet === undefined || !message.expectsReply ? message : message.with({ without: unsupportedFields, ...(message.fields.has('writeConcern') && { fields: journalled }) });
    if (upstream.isOpen) {
      const reply = await upstream.ask(changed);
      return replicaSet !== undefined && reply?.isOk && asksForMajority(message) ? untilJournalled(reply, message, upstream) : reply;
    }
    const own = new Upstream(path, () => {});
    watched(own.socket);
    const reply = own.ask(changed);
    own.endWhenDone();
    return reply;
  };

  /**
   * Waits for the journal, so that a majority read never returns data that a kill of the engine could revert.
   * A journalled write that matches nothing has this effect.
   */
  const untilJournalled = async (reply: WireMessage, asked: WireMessage, upstream: Upstream): Promise<WireMessage | undefined> => {
    const nothing = { update: 'majority', updates: [{ q: { _id: 'none' }, u: { $set: { read: true } } }], ...journalled, $db: asked.document()['$db'] };
    return (await upstream.ask(WireMessage.command(-asked.id, nothing))) && reply;
  };

  const run = async (command: WireCommand, action: Action | undefined, caller: Socket, upstream: Upstream): Promise<WireMessage | undefined> => {
    if (action?.kind === 'hold') await new Promise<void>((resolve) => action.keep({ isOrphan: () => caller.destroyed, letThrough: resolve }));
    if (action?.kind !== 'reject-operations') return carryOut(command.message, upstream);
    const { message, replyWith } = withoutRejected(command, action.which, action.code);
    if (!message) return replyWith(undefined);
    const reply = await carryOut(message, upstream);
    return reply && replyWith(reply);
  };

  /** Returns the reply to a command; undefined when the connection must be cut instead. */
  const replyTo = async (command: WireCommand, caller: Socket, upstream: Upstream): Promise<WireMessage | undefined> => {
    const { message, isWrite } = command;
    const isRetryable = command.transaction !== undefined;
    const reject = (code: number): WireMessage => message.reply({ ok: 0, ...serverError(code), ...labelsOf(code, isRetryable) });
    if (command.isHello) {
      const name: unknown = appNames.has(caller) ? undefined : message.document()['client']?.application?.name;
      if (typeof name === 'string') appNames.set(caller, name);
      const reply = await upstream.ask(message);
      return reply && role ? role.hello(reply) : reply;
    }
    recorded?.push(command);
    if (role && command.name === 'endSessions') return message.reply({ ok: 1 });
    const rejection = role?.rejectionOf(command);
    if (rejection !== undefined) {
      rejections += 1;
      return reject(rejection);
    }
    const action = rules.actionOn(command);
    if (action?.kind === 'cut') return undefined;
    if (action?.kind === 'reject') return reject(action.code);
    const inDoubt = (code: number): object => ({ writeConcernError: serverError(code), ...labelsOf(code, isRetryable) });
    if (action?.kind === 'roll-back') return message.reply({ ...rolledBackReply(command), ...inDoubt(action.code) });

    const term = role?.term;
    const at = Date.now();
    const reply = await writes.once(command, () => run(command, action, caller, upstream));
    if (reply === 'too-old') return reject(225);
    if (reply && isWrite) {
      for (const { listener } of listeners.filter(({ match }) => match(command))) {
        for (const operation of appliedOperations(command, reply)) listener(operation, { appName: appNames.get(caller) ?? '', at });
      }
    }
    if (action?.kind === 'lose-reply') return undefined;
    // A write during a step-down is executed, and the member does not know whether a majority will keep it.
    const overtaken = isWrite && (role?.term !== term || role?.isPrimary === false);
    const doubt = action?.kind === 'write-concern-error' ? action.code : overtaken ? 189 : undefined;
    if (reply?.isOk !== true || doubt === undefined) return reply;
    return reply.with({ fields: inDoubt(doubt) });
  };

  const server = createServer({ noDelay: true }, (caller) => {
    watched(caller);
    const upstream = new Upstream(path, () => caller.destroy());
    watched(upstream.socket);
    caller.on('error', () => caller.destroy());
    caller.on('close', () => upstream.endWhenDone());
    const receive = async (message: WireMessage): Promise<void> => {
      if (!message.expectsReply) return void upstream.ask(message);
      const reply = await replyTo(new WireCommand(message), caller, upstream);
      if (!reply) return void caller.destroy();
      if (!caller.destroyed) caller.write(reply.bytes);
    };
    caller.on('data', messagesOf((message) => void receive(message)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const role = replicaSet === undefined ? undefined : new ReplicaSetRole(replicaSet, address, router);

  return {
    uri: (database = targetDatabase) => `mongodb://${address}/${database}?journal=true&${replicaSet === undefined ? 'directConnection=true' : `${router ? '' : `replicaSet=${replicaSet}&`}retryWrites=true&w=majority`}`,
    reject: (match, code, options) => rules.add(match, { kind: 'reject', code }, options),
    rejectOperations: (which, code, options) => rules.add((command) => command.list !== undefined && writing(which)(command), { kind: 'reject-operations', code, which }, options),
    failWriteConcern: (match, code, options) => rules.add((command) => command.isWrite && match(command), { kind: 'write-concern-error', code }, options),
    rollBack: (match, code, options) => rules.add((command) => command.list !== undefined && match(command), { kind: 'roll-back', code }, options),
    loseReply: (match, options) => rules.add(match, { kind: 'lose-reply' }, options),
    cut: (match, options) => rules.add(match, { kind: 'cut' }, options),
    hold: (match, options = {}) => rules.hold(match, options),
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    silence() {
      silent = true;
      for (const socket of sockets) socket.pause();
      return () => {
        silent = false;
        for (const socket of sockets) socket.resume();
      };
    },
    stepDown(code = 10107) {
      if (!role) throw new Error('Only a member of a replica set can step down. Open the proxy with `replicaSet`.');
      return role.stepDown(code);
    },
    rejections: () => rejections,
    term: () => role?.term ?? 0,
    record: () => void (recorded ??= []),
    commands: () => recorded ?? [],
    onApplied: (match, listener) => void listeners.push({ match, listener }),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
