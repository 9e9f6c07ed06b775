/** Codes that a server labels as retryable in the reply to a retryable write. */
const retryable: ReadonlySet<number> = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

const names: Record<number, string> = {
  13: 'Unauthorized', 18: 'AuthenticationFailed', 64: 'WriteConcernTimeout', 91: 'ShutdownInProgress', 112: 'WriteConflict', 133: 'FailedToSatisfyReadPreference',
  189: 'PrimarySteppedDown', 225: 'TransactionTooOld', 262: 'ExceededTimeLimit', 8000: 'AtlasError', 10107: 'NotWritablePrimary', 11000: 'DuplicateKey', 11600: 'InterruptedAtShutdown', 13435: 'NotPrimaryNoSecondaryOk',
};

/** Returns the error fields of a reply, of one operation or of a write concern. */
export const serverError = (code: number): { code: number; codeName: string; errmsg: string } => {
  const codeName = names[code] ?? `Location${code}`;
  return { code, codeName, errmsg: `${codeName}, made by the proxy` };
};

/** Returns the labels that a server adds to a reply with this error. */
export const labelsOf = (code: number, isRetryable: boolean): { errorLabels?: string[] } => (isRetryable && retryable.has(code) ? { errorLabels: ['RetryableWriteError'] } : {});
