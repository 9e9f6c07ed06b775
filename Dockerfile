# One image for intake, worker and ops; the command chooses which. The sandbox is not in it (see .dockerignore):
# npm accepts a lock file with a workspace that is absent, and installs nothing on its behalf.

FROM node:20-slim AS build
WORKDIR /app
COPY . .
# No package needs its install script here, and one that does not run cannot do harm.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
RUN node node_modules/typescript/bin/tsc -b apps/intake apps/worker apps/ops
# The compiler stays behind as somebody's optional peer; a running image has no use for it.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/typescript node_modules/@typescript node_modules/.bin/tsc

FROM node:20-slim
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/libs libs
COPY --from=build /app/apps apps
# Owned by root and run by somebody else: a process that is taken over cannot change its own code.
USER node
CMD ["node", "apps/intake/dist/main.js"]
