# The image: one static program, and nothing else.
#
#   docker build -t lyncmock .      all of it in containers; pulls the image of Rust
#   docker/build.sh                 cargo builds on this machine; pulls nothing
#
# docs/container.md says how to run it.

# --- what both have in common -----------------------------------------------------------------------------------------
FROM scratch AS settings
LABEL org.opencontainers.image.title="lyncmock" \
    org.opencontainers.image.description="A Lync Server 2013 front end that starts inside a test. Never in production." \
    org.opencontainers.image.licenses="MIT OR Apache-2.0"
# Lync's own ports, on every address of the container. DHCP and the admin API stay on its loopback unless they are
# told otherwise: a container on the host's network must not become a DHCP server by chance. Commands that are run in
# the container ask that API.
ENV PATH=/usr/bin \
    LYNCMOCK_DATA_DIR=/var/lib/lyncmock \
    LYNCMOCK_LISTEN_HTTP=0.0.0.0:80 \
    LYNCMOCK_LISTEN_HTTPS=0.0.0.0:443 \
    LYNCMOCK_LISTEN_USERPIN=0.0.0.0:444 \
    LYNCMOCK_SERVER=http://127.0.0.1:10088
EXPOSE 67/udp 80 443 444
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1s --timeout=3s --start-period=10s --retries=5 CMD ["lyncmock", "ready"]
ENTRYPOINT ["lyncmock"]
CMD ["serve"]

# --- from a program that is there already: docker/build.sh ------------------------------------------------------------
# image.tar is from docker/build.sh. Who misses it here has a builder without BuildKit, which builds this stage on the way
# to another: run docker/build.sh, which needs no BuildKit.
FROM settings AS prebuilt
ADD image.tar /
# Last: what goes into a volume after this line may be lost.
VOLUME /var/lib/lyncmock

# --- from the sources -------------------------------------------------------------------------------------------------
# For the machine that builds, amd64 or arm64. With BuildKit, which keeps the program's capability when it copies.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libcap2-bin && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN docker/binary.sh release /image

FROM settings AS runtime
# What is in a folder keeps its mode, and the folder itself does not.
COPY --from=build /image/root/ /
COPY --from=build --chown=65532:65532 /image/data/ /var/lib/
VOLUME /var/lib/lyncmock
