/** Lists safeguards against callers, operators and strangers, in the form of mutants.mjs. docs/security.md names the same tests. */
const identity = 'libs/platform/src/identity';
const authenticate = { file: `${identity}/authenticate.ts`, foundBy: { test: `${identity}/authenticate.test.ts` } };
const tokens = { file: `${identity}/tokens.ts`, foundBy: { test: `${identity}/tokens.test.ts` } };
const caller = { file: `${identity}/caller.ts`, foundBy: { test: `${identity}/caller.test.ts` } };
const login = 'apps/ops/src/login';
const http = 'apps/intake/src/http';
const found = (test, title) => ({ foundBy: { test, ...(title !== undefined && { title }) } });
const loginTest = found(`${login}/login.test.ts`);
const sessionsTest = found(`${login}/sessions.test.ts`);
const attemptsTest = found(`${login}/attempts.test.ts`);
const apiTest = found('apps/ops/src/api/api.test.ts');
const boardTest = found('apps/ops/src/board/board.test.ts');
const originTest = found('apps/ops/src/http/same-origin.test.ts');
const auditTest = found('apps/ops/src/audit-admin/command-line.test.ts');
const streamTest = found('tests/intake/stream-revocation.test.ts');
const isolation = found('tests/isolation/cross-tenant.test.ts');

export const securityMutants = [
  // Authentication of callers.
  { rule: 'two credentials in one request are rejected', ...authenticate, from: `if (another !== undefined) throw severalCredentials();`, to: `` },
  { rule: 'the secret of a key is compared', ...authenticate, from: `!matches(key.secret, record.sha256) || `, to: `` },
  { rule: 'the secret of a client is compared', ...authenticate, from: `!matches(secret, record.sha256) || `, to: `` },
  { rule: 'revoked credentials are rejected', ...authenticate, from: `revoked_at === null && (expires_at`, to: `(expires_at` },
  { rule: 'an expired key is rejected', ...authenticate, from: `expires_at.getTime() > now()`, to: `expires_at.getTime() > 0` },
  { rule: 'credentials are read again after 30 seconds', ...authenticate, from: `const cacheTtlMs = 30_000;`, to: `const cacheTtlMs = 300_000;` },
  { rule: 'a narrowed token has no other scopes of its client', ...authenticate, from: `claims.scopes?.includes(scope) ?? true`, to: `scope.length > 0` },
  { rule: 'no token has a scope that its client lacks', ...authenticate, from: `if (requested?.some((scope) => !record.scopes.includes(scope)))`, to: `if (requested?.length === 0)` },
  { rule: 'the cache of credentials is bounded', file: `${identity}/ttl-cache.ts`, from: `if (this.#entries.size > maxEntries)`, to: `if (this.#entries.size > 1e9)`, ...found(`${identity}/ttl-cache.test.ts`) },
  { rule: 'a token has one algorithm', ...tokens, from: ` algorithms: ['HS256'],`, to: `` },
  { rule: 'a token has an audience', ...tokens, from: `{ issuer, audience, typ, algorithms`, to: `{ issuer, typ, algorithms` },
  { rule: 'a token has a type', ...tokens, from: `{ issuer, audience, typ, algorithms`, to: `{ issuer, audience, algorithms` },
  { rule: 'a token has an issuer', ...tokens, from: `{ issuer, audience, typ, algorithms`, to: `{ audience, typ, algorithms` },
  { rule: 'a token expires', ...tokens, from: `requiredClaims: ['sub', 'iat', 'exp']`, to: `requiredClaims: ['sub', 'iat']` },

  // Authorization of callers.
  { rule: 'a call needs its scope', ...caller, from: `if (!scopes.includes(scope)) throw`, to: `if (scopes.length === 0) throw` },
  { rule: 'credentials are for their tenants only', ...caller, from: `tenants.find(({ tenant_name }) => tenant_name === named.tenantName)`, to: `(tenants.find(({ tenant_name }) => tenant_name === named.tenantName) ?? tenants[0])` },
  { rule: 'credentials are for their instances only', ...caller, from: `if (!instance && named.originInstanceName !== undefined) {`, to: `if (!instance && named.originInstanceName === '') {` },
  { rule: 'a reset is read by its tenant only', file: 'libs/store/src/sagas/intake.repository.ts', from: `findOne({ tenant_id: tenantId, correlation_id: correlationId }, options)`, to: `findOne({ correlation_id: correlationId }, options)`, ...found('tests/intake/polling.test.ts', 'exactly the response of an unknown id') },
  { rule: 'a list has the resets of its tenant only', file: 'libs/store/src/sagas/intake.repository.ts', from: `              tenant_id: tenantId,\n              type: resetOrderType,`, to: `              type: resetOrderType,`, ...isolation },
  { rule: 'an order is read by its two tenants only', file: 'libs/store/src/orders/order-writer.repository.ts', from: `[{ _id: new ObjectId(order_id), $or: [made, received] }]`, to: `[{ _id: new ObjectId(order_id) }]`, ...isolation },
  { rule: 'a decision is that of the destination', file: 'apps/intake/src/routes/decide-reset.route.ts', from: `if (resetRequest.parse(reset.saga.request).dest_tenant_name !== destinationName) throw unknownReset();`, to: ``, ...isolation },
  { rule: 'an order is created to a partner only', file: 'libs/store/src/tenants/directory.repository.ts', from: `firstTenant({ name, partners: tenantId })`, to: `firstTenant({ name })`, ...found('tests/intake/order-life.test.ts') },
  { rule: 'callers see no other members of stored data', file: 'apps/intake/src/caller-log.ts', from: `filter(([name]) => callerData.has(name))`, to: `filter(([name]) => name !== '')`, ...found('apps/intake/src/caller-log.test.ts') },
  { rule: 'callers see no reply of a destination', file: 'apps/intake/src/caller-log.ts', from: `...(reply && { reply: { http_status: reply.http_status } })`, to: `...(reply && { reply })`, ...isolation },
  { rule: 'callers see no address of a destination', file: 'apps/intake/src/caller-log.ts', from: `{ sent_to: deliveryOf(entry).to }`, to: `entry.outbound_request as { sent_to: string }`, ...isolation },

  { rule: 'the credentials of a stream are checked again', file: 'apps/intake/src/routes/stream-reset.route.ts', from: `if (!(await isStillAllowed(authenticator, request, response, scope, tenant_id))) return`, to: `if (scope.length === 0) return`, ...streamTest },
  { rule: 'the credentials of a busy stream are checked again', file: 'apps/intake/src/routes/stream-reset.route.ts', from: `if (result === 'timed-out' || performance.now() - checkedAt >= heartbeatMs) {`, to: `if (result === 'timed-out') {`, ...streamTest },
  { rule: 'a stream needs its scope and its tenant to the end', file: 'apps/intake/src/http/caller.ts', from: `return callerFor(credentials, scope, orThrow(readCallerHeaders(request.rawHeaders, headerRules(response)))).tenant_id === tenantId;`, to: `return credentials.scopes.length >= 0;`, ...streamTest },

  // Limits of the intake.
  { rule: 'requests without valid credentials are limited', file: `${http}/rate-limiter.ts`, from: `if (error instanceof NotAllowed) countUnauthenticated(request.ip);`, to: ``, ...found('tests/intake/rate-limits.test.ts') },
  { rule: 'failed requests for a token are limited', file: 'apps/intake/src/routes/token.route.ts', from: `rateLimiter.countUnauthenticated(request.ip);`, to: ``, ...found('tests/intake/rate-limits.test.ts') },
  { rule: 'submissions of one key are limited', file: `${http}/rate-limiter.ts`, from: `submit: limited('submit', limits.submits)`, to: `submit: limited('submit', Infinity)`, ...found('tests/intake/rate-limits.test.ts') },
  { rule: 'reads of one key are limited', file: `${http}/rate-limiter.ts`, from: `poll: limited('poll', limits.polls)`, to: `poll: limited('poll', Infinity)`, ...found('tests/intake/rate-limits.test.ts') },
  { rule: 'the active resets of a tenant are limited', file: 'apps/intake/src/quota.ts', from: `if (tenant.counted + tenant.acceptedSince.length >= maxActive) throw`, to: `if (tenant.counted < 0) throw`, ...found('tests/intake/rate-limits.test.ts') },
  { rule: 'an announced body is limited', file: `${http}/body.ts`, from: `if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();`, to: ``, ...found('tests/intake/hostile.test.ts', 'announced as huge') },
  { rule: 'a body without a length is limited', file: `${http}/body.ts`, from: `if (length <= maxBytes) return void chunks.push(chunk);`, to: `if (length > 0) return void chunks.push(chunk);`, ...found('tests/intake/hostile.test.ts', 'the wire') },
  { rule: 'a compressed body is rejected', file: `${http}/body.ts`, from: `if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw`, to: `if (encoding === '') throw`, ...found('tests/intake/hostile.test.ts', 'is rejected') },
  { rule: 'a body must arrive in time', file: 'apps/intake/src/request-middleware.ts', from: `const deadlineMs = 2_800;`, to: `const deadlineMs = 60_000;`, ...found('tests/intake/hostile.test.ts', 'that does not arrive') },
  { rule: 'the headers of a request are limited', file: 'libs/platform/src/http-server.ts', from: `maxHeaderSize: 8_192`, to: `maxHeaderSize: 65_536`, ...found('tests/intake/hostile.test.ts', 'are rejected') },
  { rule: 'a request has one Host', file: 'libs/platform/src/malformed-requests.ts', from: `if (hosts > 1) return severalHosts;`, to: ``, ...found('libs/platform/src/malformed-requests.test.ts') },
  { rule: 'a request without credentials serializes nothing', file: 'apps/intake/src/routes/documents.route.ts', from: `.end(bytes);`, to: `.end(type === 'text/html' ? bytes : JSON.stringify(JSON.parse(text)));`, ...found('tests/intake/openapi.test.ts') },
  { rule: 'slow readers are cut off', file: 'libs/platform/src/slow-readers.ts', from: `if (!isBehind || found < checks) continue;`, to: `if (checks > 0) continue;`, ...found('libs/platform/src/http-server.test.ts') },
  { rule: 'connections are limited', file: 'libs/platform/src/http-server.ts', from: `if (maxConnections !== undefined) server.maxConnections = maxConnections;`, to: ``, ...found('libs/platform/src/http-server.test.ts') },
  { rule: 'unsent replies are limited', file: `${http}/unsent-replies.ts`, from: `while (total > limit && replies.size > 1) closeOne();`, to: ``, ...found(`${http}/unsent-replies.test.ts`) },
  { rule: 'an unknown parameter is rejected', file: `${http}/check-query.ts`, from: `orThrow(readModel(schema, request.query, 'query'))`, to: `void schema`, ...found('tests/intake/query.test.ts') },
  { rule: 'a repeated header is rejected', file: 'libs/contract/src/request/headers.ts', from: `repeats.length > 0 ? valueError('header was given more than once') : finding(value)`, to: `finding(value)`, ...found('libs/contract/src/request/headers.test.ts') },
  { rule: 'the nesting of JSON is limited', file: 'libs/contract/src/fastapi-compat/python-json-scanner.ts', from: `if (depth > MAX_DEPTH) throw`, to: `if (depth < 0) throw`, ...found('libs/contract/src/fastapi-compat/python-json.test.ts') },
  { rule: 'a key __proto__ is a plain property', file: 'libs/contract/src/fastapi-compat/python-json-scanner.ts', from: `if (key !== '__proto__') object[key] = value;`, to: `if (key !== '') object[key] = value;`, ...found('libs/contract/src/fastapi-compat/python-json.test.ts') },
  { rule: 'an echo of the input is limited', file: 'libs/contract/src/fastapi-compat/echo.ts', from: `    if (budget.left-- <= 0) break;\n    copied.push(copy(item`, to: `    copied.push(copy(item`, ...found('libs/contract/src/fastapi-compat/echo.test.ts') },
  { rule: 'the errors in a reply are limited', file: 'libs/contract/src/fastapi-compat/read-model.ts', from: `issues.slice(0, MAX_DETAILS).flatMap((issue) => translate(issue, { schema, input, source }));\n  return unprocessable(oncePerPlace(withoutPrematureRules(details)).slice(0, MAX_DETAILS));`, to: `issues.flatMap((issue) => translate(issue, { schema, input, source }));\n  return unprocessable(oncePerPlace(withoutPrematureRules(details)));`, ...found('libs/contract/src/fastapi-compat/read-model.test.ts') },
  { rule: 'the BOLs of an order are limited', file: 'libs/store/src/orders/order-writer.repository.ts', from: `const addable = { ...other, ...isAbsent('bols', orderLimits.bols), `, to: `const addable = { ...other, `, ...found('tests/intake/order-limits.test.ts') },
  { rule: 'the bytes of an order are limited', file: 'libs/store/src/orders/order-writer.repository.ts', from: `orderLimits.bytes - reservedBytes - bytesOf(item)`, to: `16e6 - bytesOf(item)`, ...found('tests/intake/order-limits.test.ts') },
  { rule: 'secrets in texts are not logged', file: 'libs/platform/src/redact.ts', from: `[/\\b(Bearer|Basic)\\s+[\\w.~+/=-]{8,}/gi, \`$1 \${REDACTED}\`],`, to: ``, ...found('libs/platform/src/log.test.ts') },
  { rule: 'values with the name of a secret are not logged', file: 'libs/platform/src/log.ts', from: `isSecret(key) ? REDACTED : printable(item, depth + 1)`, to: `printable(item, depth + 1)`, ...found('libs/platform/src/log.test.ts') },

  // Sessions and logins of operators.
  { rule: 'a secure cookie is bound to its host', file: `${login}/session-cookie.ts`, from: '(secure ? `__Host-${name}` : name)', to: 'secure ? name : name', ...loginTest },
  { rule: 'scripts cannot read the session cookie', file: `${login}/session-cookie.ts`, from: `httpOnly: true`, to: `httpOnly: false`, ...loginTest },
  { rule: 'other sites cannot use the session cookie', file: `${login}/session-cookie.ts`, from: `sameSite: 'strict'`, to: `sameSite: 'lax'`, ...loginTest },
  { rule: 'a secure cookie is sent over HTTPS only', file: `${login}/session-cookie.ts`, from: `path: '/', secure });`, to: `path: '/', secure: secure && false });`, ...loginTest },
  { rule: 'a session ends after the idle time', file: `${login}/session-lifetime.ts`, from: `Math.min(createdAt.getTime() + maxMs, now.getTime() + idleMs)`, to: `Math.min(createdAt.getTime() + maxMs, now.getTime() + 1e3 * idleMs)`, ...sessionsTest },
  { rule: 'a session ends after its maximum lifetime', file: `${login}/session-lifetime.ts`, from: `Math.min(createdAt.getTime() + maxMs, now.getTime() + idleMs)`, to: `now.getTime() + idleMs`, ...sessionsTest },
  { rule: 'an open page does not keep a session alive', file: `${login}/signed-in.ts`, from: `isBackground(request) ? undefined : extensionOf`, to: `extensionOf`, ...sessionsTest },
  { rule: 'an expired session is invalid', file: 'libs/store/src/operators/session.repository.ts', from: `findOne({ _id: id, expires_at: { $gt: now } })`, to: `findOne({ _id: id })`, ...loginTest },
  { rule: 'a login ends the earlier session of the browser', file: `${login}/login.route.tsx`, from: `if (earlier !== undefined) await sessions.end(earlier);`, to: ``, ...sessionsTest },
  { rule: 'a sign-out ends the session', file: `${login}/login.route.tsx`, from: `      await sessions.end(session._id);`, to: ``, ...loginTest },
  { rule: 'a replaced password ends a login in progress', file: `${login}/login.route.tsx`, from: `if (current?.password_scrypt === operator.password_scrypt) return`, to: `if (current) return`, ...loginTest },
  { rule: 'the database has no session token', file: `${login}/session-cookie.ts`, from: `createHash('sha256').update(token).digest('hex')`, to: `token`, ...loginTest },
  { rule: 'failed logins of an address are limited', file: `${login}/attempts.ts`, from: `limit: maxFailuresOfAddress, windowMs`, to: `limit: 1e9, windowMs`, ...attemptsTest },
  { rule: 'failed logins for a name are limited', file: `${login}/attempts.ts`, from: `limit: failures, windowMs, keyGenerator`, to: `limit: 1e9, windowMs, keyGenerator`, ...attemptsTest },
  { rule: 'a stranger does not lock an operator out', file: `${login}/attempts.ts`, from: `browser ?? keyOfAddress(request)]`, to: `browser ?? '']`, ...attemptsTest },
  { rule: 'the cookie of a known browser is signed', file: `${login}/known-browser.ts`, from: `given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined`, to: `timingSafeEqual(expected, expected) && given.length >= 0 && id !== '' ? id : undefined`, ...attemptsTest },
  { rule: 'a login redirects to these pages only', file: 'apps/ops/src/http/local-path.ts', from: `return origin === 'http://self' ? pathname.replace(/^\\/+/, '/') + search : '/';`, to: `return origin === '' ? pathname + search : value;`, ...loginTest },
  { rule: 'passwords of an unknown name are compared too', file: `${login}/login.route.tsx`, from: `operator?.password_scrypt ?? (await unknownHash)`, to: `operator?.password_scrypt ?? ''`, ...loginTest },

  // Access of operators.
  { rule: 'a change comes from the operator pages', file: 'apps/ops/src/http/same-origin.ts', from: `|| isSameOrigin(request)) return next();`, to: `|| isSameOrigin(request) || true) return next();`, ...originTest },
  { rule: 'another port of the host cannot change anything', file: 'apps/ops/src/http/same-origin.ts', from: `return site === 'same-origin';`, to: `return site !== 'cross-site';`, ...originTest },
  { rule: 'a session changes something only from the pages, also through the API', file: 'apps/ops/src/api/authenticate.ts', from: `sameOriginOnly(request, response, () => undefined);`, to: `void sameOriginOnly;`, ...apiTest },
  { rule: 'a viewer changes nothing', file: `${login}/actor.ts`, from: `if (actor.role !== 'operator') throw`, to: `if (actor.role === undefined) throw`, ...apiTest },
  { rule: 'a viewer changes nothing on Bull Board', file: 'apps/ops/src/board/permissions.ts', from: `if (!by || role !== 'operator') return reject(`, to: `if (!by) return reject(`, ...boardTest },
  { rule: 'a client does not name its own role', file: 'apps/ops/src/board/board.ts', from: `request.headers[identityHeaders.role] = role;`, to: `request.headers[identityHeaders.role] ??= role;`, ...boardTest },
  { rule: 'only known changes are allowed on Bull Board', file: 'apps/ops/src/board/permissions.ts', from: `if (pausing.includes(route)) return { allow: true };`, to: `if (route !== '') return { allow: true };`, ...boardTest },
  { rule: 'a change on Bull Board has an audit line', file: 'apps/ops/src/board/permissions.ts', from: `    await record(result);`, to: ``, ...boardTest },
  { rule: 'a revoked key of an operator is rejected', file: 'apps/ops/src/api/authenticate.ts', from: `key.revoked_at !== null || (`, to: `(`, ...apiTest },
  { rule: 'an expired key of an operator is rejected', file: 'apps/ops/src/api/authenticate.ts', from: `key.expires_at <= new Date()`, to: `key.expires_at < new Date(0)`, ...apiTest },
  { rule: 'the secret of an operator key is compared', file: 'apps/ops/src/api/authenticate.ts', from: `if (!key || !isOperatorKey(given.secret, key.sha256)) return undefined;`, to: `if (!key) return undefined;`, ...apiTest },
  { rule: 'the pages cannot be framed', file: 'apps/ops/src/http/security-headers.ts', from: `frameAncestors: ["'none'"]`, to: `frameAncestors: ["'self'"]`, ...originTest },
  { rule: 'the pages have no inline scripts', file: 'apps/ops/src/http/security-headers.ts', from: `scriptSrc: ["'self'"]`, to: `scriptSrc: ["'self'", "'unsafe-inline'"]`, ...originTest },
  { rule: 'no page is cached', file: 'apps/ops/src/http/security-headers.ts', from: `response.set('Cache-Control', 'no-store');`, to: ``, ...originTest },

  // The audit log of operators.
  { rule: 'the audit line precedes its action', file: 'libs/store/src/operators/audit.repository.ts', from: `  const end = await audit.begin(record);`, to: `  const end = async (last: AuditEnd) => (await audit.begin(record))(last);`, ...found('apps/ops/src/commands/commands.test.ts') },
  { rule: 'a failed action has an audit line with its result', file: 'libs/store/src/operators/audit.repository.ts', from: `await end({ outcome: 'failed',`, to: `if (error === null) await end({ outcome: 'failed',`, ...found('apps/ops/src/commands/commands.test.ts') },
  { rule: 'a command needs a reason', file: 'apps/ops/src/commands/with-audit.ts', from: `if (reason.length === 0) return reasonMissing();`, to: ``, ...found('apps/ops/src/commands/commands.test.ts') },
  { rule: 'an audit line names the credential', file: 'apps/ops/src/commands/with-audit.ts', from: `      credential,\n`, to: `      credential: null,\n`, ...found('apps/ops/src/commands/commands.test.ts') },
  { rule: 'a login has an audit line', file: `${login}/login.route.tsx`, from: `await audit.note({ by: operator._id, role: operator.role, credential, action: 'login', reason: null, from }, { outcome: 'done' });`, to: ``, ...loginTest },
  { rule: 'a failed login has an audit line', file: `${login}/login.route.tsx`, from: `await audit.note({ by, role: null, credential: null, action: 'login', reason: null, from }, { outcome: 'rejected', code: 'operator.wrong_password' });`, to: ``, ...attemptsTest },
  { rule: 'a changed audit line is found', file: 'libs/store/src/operators/audit-verification.ts', from: `if (line.hash !== hashOf(line)) return`, to: `if (line.hash === '') return`, ...auditTest },
  { rule: 'a removed audit line is found', file: 'libs/store/src/operators/audit-verification.ts', from: `if (line.seq > last.seq + 1) return`, to: `if (line.seq < 0) return`, ...auditTest },
  { rule: 'a replaced audit line is found', file: 'libs/store/src/operators/audit-verification.ts', from: `if (line.previous !== last.hash) return`, to: `if (line.previous === '') return`, ...auditTest },
  { rule: 'a forged removal of audit lines is found', file: 'libs/store/src/operators/audit-verification.ts', from: `return line && removed && removed.seq < line.seq ?`, to: `return line && removed ?`, ...auditTest },

  // The pages show no secrets.
  { rule: 'pages and API redact secrets by name', file: 'apps/ops/src/page/redact.ts', from: `secretName.test(key) && item !== null ? REDACTED : redact(item)`, to: `redact(item)`, ...found('apps/ops/src/page/redact.test.ts') },
  { rule: 'pages and API redact secrets in addresses', file: 'apps/ops/src/page/redact.ts', from: '$1${REDACTED}`)\n    .replaceAll(/\\b(Bearer', to: '$1`)\n    .replaceAll(/\\b(Bearer', ...found('apps/ops/src/page/redact.test.ts') },
];
