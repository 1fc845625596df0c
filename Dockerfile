# syntax=docker/dockerfile:1

# Two images from one build: `docker build .` makes the API, `docker build --target mailer-mock .` makes mailer-mock.

FROM node:22-bookworm-slim AS graphiql
WORKDIR /graphiql
COPY api/graphiql/package.json api/graphiql/package-lock.json api/graphiql/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM rust:1.95-bookworm AS build
ARG TARGETARCH
# An SBOM of the image also lists the crates, from Cargo.lock here.
ARG BUILDKIT_SBOM_SCAN_STAGE=true
WORKDIR /src
COPY . .
# With this, the build fails if GraphiQL cannot be embedded.
COPY --from=graphiql /graphiql/node_modules /graphiql
ENV GRAPHIQL_FROM=/graphiql
# For `api --version`, because the image has no git: `--build-arg GIT_COMMIT=$(git rev-parse HEAD)`, and the date of the
# commit as SOURCE_DATE_EPOCH.
ARG GIT_COMMIT SOURCE_DATE_EPOCH
# The caches outlive the image, so that dependencies are built once. Cargo compares modification times, and a checkout can
# be older than the cache: `touch` makes cargo rebuild our own sources.
# Without default features, the API has no embedded mailbox.
RUN --mount=type=cache,id=registration-cargo,target=/usr/local/cargo/registry \
    --mount=type=cache,id=registration-target-$TARGETARCH,target=/src/target,sharing=locked \
    find api entity migration mailer-mock -type f -exec touch {} + \
    && cargo build --release --locked -p api -p mailer-mock --bins --no-default-features \
    && install -D -t /out target/release/api target/release/mailer-mock

FROM debian:bookworm-slim AS runtime
RUN groupadd --gid 10001 registration \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin registration
STOPSIGNAL SIGTERM

FROM runtime AS mailer-mock
COPY --from=build /out/mailer-mock /usr/local/bin/mailer-mock
ENV MAILER_MOCK_SMTP=0.0.0.0:1025 \
    MAILER_MOCK_HTTP=0.0.0.0:8025
USER 10001:10001
EXPOSE 1025 8025
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/mailer-mock", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/mailer-mock"]

FROM runtime AS api
COPY --from=build /out/api /usr/local/bin/api
RUN install -d -o 10001 -g 10001 /var/lib/api
WORKDIR /var/lib/api
# Production requires state and secret settings explicitly: without them the container exits and names the missing one.
ENV APP_ENV=production \
    HTTP_ADDR=0.0.0.0:8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/api", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/api"]
