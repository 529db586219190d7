# The command `tasker` with everything it needs and nothing to build with.
#
#   docker build --tag tasker .
#   docker run --env TASKER_DATABASE_URL=postgres://… tasker migrate
#   docker run --env TASKER_DATABASE_URL=postgres://… --publish 127.0.0.1:3000:3000 tasker
#
# Your tasks come in an image of your own: FROM tasker, COPY them to /app/tasks, CMD ["worker", "--tasks", "tasks/index.js"].

# 22.18 and newer read tasks written in TypeScript as they are.
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-slim AS build
WORKDIR /app
COPY . .
# No script of a dependency is needed, so none is run. The embedded databases are optional dependencies and stay out:
# in a container the database is a server.
RUN npm ci --ignore-scripts \
 && npm run build \
 && npm prune --ignore-scripts --omit=dev --omit=optional \
 && rm -rf packages/*/src packages/*/test packages/*/tsconfig.json packages/*/dist/*.tsbuildinfo

FROM node:${NODE_VERSION}-slim AS tasker
LABEL org.opencontainers.image.title="Tasker" \
      org.opencontainers.image.description="A durable workflow engine on PostgreSQL." \
      org.opencontainers.image.licenses="MIT"
# Inside a container the loopback address is reachable by nobody; what is published is decided outside.
ENV NODE_ENV=production \
    TASKER_ENV=production \
    TASKER_HOST=0.0.0.0 \
    TASKER_PORT=3000
WORKDIR /app
# Owned by root and not writable for the user that runs it.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
USER node
EXPOSE 3000
# The server always answers here, a worker when it is given --health-port 3000.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.TASKER_PORT}/tasker/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Both commands stop in order on SIGTERM: running steps and requests are finished first.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--enable-source-maps", "packages/cli/bin/tasker.mjs"]
CMD ["server"]
