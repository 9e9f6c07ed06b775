/** Client of the Crossroads API, for any JavaScript runtime with `fetch`. */
export type { Client, ClientOptions } from './create-client.js';
export { createClient } from './create-client.js';
export type { CredentialOptions } from './credentials.js';
export type { AnswerOptions, CancelOptions, Decisions } from './decisions.js';
export type { ErrorInfo, ErrorKind, ValidationDetail } from './errors.js';
export {
  ConflictError,
  CrossroadsError,
  NotAllowedError,
  NotAuthenticatedError,
  NotFoundError,
  RateLimitedError,
  TimedOutError,
  TransportError,
  UnavailableError,
  UnexpectedReplyError,
  ValidationError,
} from './errors.js';
export type { HttpOptions } from './http/http-client.js';
export type { RetryPolicy } from './http/with-retries.js';
export type { ListOptions } from './list.js';
export type { Command, CommandDone, OperatorClient, OperatorOptions } from './create-operator-client.js';
export { createOperatorClient } from './create-operator-client.js';
export type { ResetAccepted, ResetInput } from './reset.js';
export type { ResetState, StatusOptions } from './status.js';
export type { WaitOptions } from './wait-for.js';
export type { CrossroadsLogV2, IntegrationStatus, ResetList, ResetProgress, ResetReply, ResetSummary, Routing } from './wire.js';
