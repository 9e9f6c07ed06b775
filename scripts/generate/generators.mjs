import { clientRetryAfter } from './client-retry-after.mjs';
import { clientTypes } from './client-types.mjs';
import { envExample } from './env-example.mjs';
import { errorPage } from './error-page.mjs';
import { metricsPage } from './metrics-page.mjs';
import { openApi } from './openapi.mjs';
import { sagaPage } from './saga-page.mjs';
import { withCode } from './with-code.mjs';

/** Every generated file: `path` from the top of the repository, `print()` its text or a promise of it. */
export const generators = [envExample, openApi, sagaPage, errorPage, withCode('docs/extending.md'), metricsPage, clientTypes, clientRetryAfter];
