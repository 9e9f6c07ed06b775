import express from 'express';
import type { Router } from 'express';
import type { AuditFilter, AuditRepository } from '@crossroads/store';
import { z } from 'zod';
import { readQuery, withoutEmpty } from '../http/read-input.js';
import { signedIn } from '../login/signed-in.js';
import type { Chrome } from '../page/layout.js';
import { send } from '../page/layout.js';
import { AuditPage } from './audit.page.js';

const perPage = 50;

const text = z.string().trim().min(1).max(200).optional();
const query = z.strictObject({ by: text, action: text, saga: text, before: z.coerce.number().int().positive().optional() });

export const auditRoutes = ({ audit, chrome }: { audit: Pick<AuditRepository, 'list'>; chrome: Chrome }): Router =>
  express.Router().get('/audit', async (request, response) => {
    const { by, action, saga, before } = readQuery(query, withoutEmpty(request.query, ['by', 'action', 'saga']), '/audit');
    const filter: AuditFilter = { ...(by !== undefined && { by }), ...(action !== undefined && { action }), ...(saga !== undefined && { sagaId: saga }) };
    const { records, next } = await audit.list(filter, { limit: perPage, ...(before !== undefined && { before }) });
    send(response, <AuditPage chrome={chrome} operator={signedIn(response)} filter={filter} records={records} next={next} now={new Date()} />);
  });
