import { expect, test } from '@jest/globals';
import type * as contract from '@crossroads/contract';
import type { ValidationDetail } from './errors.js';
import type * as wire from './wire.js';

/** True if both types are assignable to each other. Otherwise the test does not compile. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

test('the generated types match the schemas', () => {
  const same: [
    Same<wire.IntegrationStatus, contract.IntegrationStatus>,
    Same<wire.Routing, contract.Routing>,
    Same<Omit<wire.CrossroadsLogV2, 'extra_data'>, Omit<contract.CrossroadsLogV2, 'extra_data'>>,
    Same<wire.CrossroadsLogV2['extra_data'], contract.CrossroadsLogV2['extra_data']>,
    Same<wire.ResetReply['status'], contract.ResetReply['status']>,
    Same<Omit<wire.ResetProgress, 'log' | 'logs'>, Omit<contract.ResetProgress, 'log' | 'logs'>>,
    Same<wire.ResetSummary, contract.ResetSummary>,
    Same<wire.ResetList, contract.ResetList>,
    Same<wire.TokenReply, contract.TokenReply>,
    Same<Required<ValidationDetail>, Required<contract.ValidationDetail>>,
  ] = [true, true, true, true, true, true, true, true, true, true];
  expect(same).not.toContain(false);
});
