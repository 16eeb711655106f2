# The operator in an image without a shell, for a user that is not root. Build it with `hack/build --image`, which
# resolves both bases to digests; without them this file builds nothing.
ARG BUILDER
ARG BASE

FROM ${BUILDER} AS build
WORKDIR /hexarisk
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN hack/build

FROM ${BASE}
COPY --from=build --chown=0:0 /hexarisk/dist /app
USER 65532:65532
EXPOSE 8443 8081
ENTRYPOINT ["/nodejs/bin/node", "/app/hexarisk.mjs"]
CMD ["--help"]
