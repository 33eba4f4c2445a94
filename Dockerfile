# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY server/package.json server/
COPY clients/node/package.json clients/node/
COPY clients/cli/package.json clients/cli/
COPY clients/cli/bin clients/cli/bin
RUN npm ci --no-audit --no-fund
COPY scripts scripts
COPY proto proto
COPY server server
COPY clients clients
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="plc-emu" org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production PLC_EMU_DATA_DIR=/data
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY --from=build /build/server server
COPY --from=build /build/clients clients
COPY --from=build /build/proto proto
COPY examples examples
COPY LICENSE ./
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8080
# The Unix socket lies in the data volume; /healthz and /metrics are on 8080.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "clients/cli/bin/plc-emu.js", "host"]
CMD ["examples/conveyor.xml", "--start", "--listen", "unix:/data/plc-emu.sock", "--http", "0.0.0.0:8080"]
