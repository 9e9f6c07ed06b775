import { readConfigOrExit, settings } from '@crossroads/platform';
import { StoreUnavailable } from '@crossroads/saga';
import { auditMaintenance, withStore } from '@crossroads/store';
import { z } from 'zod';
import { AuditError, runAudit } from './audit-admin/command-line.js';

const { MONGODB_URI: uri } = readConfigOrExit(z.object({ MONGODB_URI: settings.mongodbUri }), process);
try {
  console.log(await withStore(uri, (store) => runAudit(process.argv.slice(2), auditMaintenance(store))));
} catch (error) {
  if (!(error instanceof AuditError || error instanceof StoreUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
