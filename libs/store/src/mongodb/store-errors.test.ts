import { afterEach, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@crossroads/saga';
import mongoose from 'mongoose';
import { asUnavailable, isDuplicateKey, withStoreErrors } from './store-errors.js';
import { onUnknown } from './unknown-errors.js';

const { MongoAPIError, MongoClientBulkWriteError, MongoInvalidArgumentError, MongoNetworkError, MongoNetworkTimeoutError, MongoNotConnectedError } = mongoose.mongo;
const { MongoParseError, MongoRuntimeError, MongoServerError, MongoTopologyClosedError, MongoWriteConcernError, BSON } = mongoose.mongo;

const server = (code?: number, labels: string[] = []) => new MongoServerError({ message: `code ${code}`, code, errorLabels: labels });
const bulk = (fields: object) => Object.assign(new MongoClientBulkWriteError({ message: 'bulk' }), fields);
const thrown = (what: () => unknown): unknown => {
  try {
    return what();
  } catch (error) {
    return error;
  }
};

let stop: (() => void) | undefined;
afterEach(() => stop?.());

describe('an unknown result', () => {
  const codes = [6, 7, 13, 18, 50, 64, 79, 89, 91, 112, 133, 134, 189, 202, 262, 365, 462, 8000, 9001, 10058, 10107, 11600, 11601, 11602, 13435, 13436, 20, 99_999, undefined];
  test.each(codes)('is the server’s error %p', (code) => {
    expect(asUnavailable(server(code))).toBeInstanceOf(StoreUnavailable);
  });

  test.each([
    ['a broken connection', new MongoNetworkError('gone')],
    ['a connection that timed out', new MongoNetworkTimeoutError('late')],
    ['a connection that is not there yet', new MongoNotConnectedError('not yet')],
    ['a topology that was closed', new MongoTopologyClosedError('closed')],
    ['a reply that cannot be read', new MongoParseError('Message size cannot be negative')],
    ['a bug in the driver', new MongoRuntimeError('unexpected')],
    ['the socket’s own error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })],
    ['a rejection with a label for temporary errors', server(2, ['TransientTransactionError'])],
    ['a write that was made and may not be durable', new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 11_000, errmsg: 'odd' } } as never)],
    ['a group whose writes may not be durable, one of them rejected', bulk({ writeConcernErrors: [{ code: 64, message: 'late' }], writeErrors: new Map([[0, { code: 11_000, message: '' }]]) })],
    ['a group that failed as a whole', bulk({ cause: server(10_107) })],
  ])('is %s', (_, error) => {
    expect(asUnavailable(error)).toMatchObject({ name: 'StoreUnavailable', sent: true });
    expect(isDuplicateKey(error)).toBe(false);
  });
});

describe('an outage is not', () => {
  test.each([2, 9, 14, 28, 40, 52, 57, 59, 66, 72, 121, 10_334, 11_000, 17_419])('the server’s rejection %p', (code) => {
    expect(asUnavailable(server(code))).toBeUndefined();
    expect(asUnavailable(bulk({ cause: server(code) }))).toBeUndefined();
  });

  test.each([
    ['a wrong call of the driver', new MongoInvalidArgumentError('no such option')],
    ['any other of its API errors', new MongoAPIError('wrong use')],
    ['a value that BSON does not have', thrown(() => BSON.serialize({ value: { _bsontype: 'Nothing' } }))],
    ['a bug in this service', new TypeError('undefined is not a function')],
    ['a bug whose message mentions a connection', Object.assign(new Error('buffer of the connection'), { name: 'MongooseCastError' })],
  ])('%s', async (_, error) => {
    expect(error).toBeInstanceOf(Error);
    expect(asUnavailable(error)).toBeUndefined();
    await expect(withStoreErrors(() => Promise.reject(error))).rejects.toBe(error);
  });
});

test('a document that is too large is rejected with DocumentTooLarge', async () => {
  for (const code of [10_334, 17_419]) {
    await expect(withStoreErrors(() => Promise.reject(server(code)))).rejects.toMatchObject({ name: 'NonRetryableError', code: 'order.too_large' });
  }
});

test('an unknown error is reported once a minute for each code, and neither a labelled error nor a rejection', () => {
  const reported: unknown[] = [];
  let now = 0;
  stop = onUnknown(({ code }) => void reported.push(code), () => now);
  const meet = (...errors: Error[]) => errors.forEach((error) => asUnavailable(error));
  meet(server(8000), server(8000), server(13), server(11_000), server(91, ['RetryableWriteError']), bulk({ cause: server(13) }));
  expect(reported).toEqual([8000, 13]);
  now = 61_000;
  meet(server(8000));
  expect(reported).toEqual([8000, 13, 8000]);
  stop();
  now = 200_000;
  meet(server(8000));
  expect(reported).toHaveLength(3);
});
