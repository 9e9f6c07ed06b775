# One image for intake, worker and ops; the command chooses which. The sandbox is not in it (see .dockerignore):
# npm accepts a lock file with a workspace that is absent, and installs nothing on its behalf.
# tests/deploy/image.test.ts carries these instructions out without an engine, and starts what comes of them.

# What the tests run on. Any later one that your policy asks for: --build-arg NODE=24-slim.
ARG NODE=20.20.2-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY . .
# No package needs its install script here, and one that does not run cannot do harm.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
RUN node node_modules/typescript/bin/tsc -b apps/intake apps/worker apps/ops
# The compiler is an optional peer dependency. A running image needs neither it nor the sources nor what only tests use.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/typescript node_modules/@typescript node_modules/.bin/tsc apps/*/dist/testing libs/*/dist/testing \
 && find apps libs -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.tsbuildinfo' -o -name '*.d.ts.map' \) -delete \
 && find apps libs -type d -empty -delete

FROM node:${NODE}
# Traces of errors name lines of the source; the maps are there, the source is not.
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/libs libs
COPY --from=build /app/apps apps
# Owned by root and run by another user: a process that is taken over cannot change its own code.
USER node
# No HEALTHCHECK: each app has probes of its own, on a port that is a setting. The compose file and the manifests ask them.
# As a list, so that Node itself is process 1 and gets the signals; a shell would keep them.
CMD ["node", "apps/intake/dist/main.js"]
