# identity-slo on Node 24, as a user without rights. The build stage has the compiler, the image has not.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY slo-definitions ./slo-definitions
COPY simulations ./simulations
# A volume that is mounted here takes over the owner of the folder.
RUN mkdir /var/lib/identity-slo && chown node:node /var/lib/identity-slo
USER node
# Metrics, webhook and pages; metrics of the program itself; OTLP by gRPC and HTTP.
EXPOSE 9465 9464 4317 4318
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9465/-/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["run"]
