# One image for the API and the worker; the command decides which of the two a container is.
#
#   CPU:  put the CPU wheel of torch into wheels/, or pass --build-arg PIP_EXTRA_INDEX_URL=<index of CPU builds>
#         docker build -t counterpart:cpu .
#   GPU:  docker build -t counterpart:gpu --build-arg VARIANT=gpu .

ARG BASE_IMAGE=python:3.11.14-slim-bookworm

FROM ${BASE_IMAGE} AS dependencies

ARG VARIANT=cpu
ARG PIP_EXTRA_INDEX_URL=""

RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:${PATH}

# The pattern matches nothing where there is no wheels/ folder, and the copy then brings the lock alone.
COPY requirements.lock wheel[s]/ /wheels/

# torch on the package index is the CUDA build, gigabytes larger, and pip would take it in silence whenever the CPU
# build is not within reach: so the CPU build is asked for by its full version first. "+cpu" satisfies the plain version
# of the lock. (pip reads PIP_EXTRA_INDEX_URL by itself, and ignores it when empty.)
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    set -eu; \
    install() { pip install --disable-pip-version-check --find-links /wheels "$@"; }; \
    case "${VARIANT}" in \
        cpu) torch=$(sed -n 's/^\(torch==[0-9.]*\).*/\1+cpu/p' /wheels/requirements.lock); \
             install --no-deps "${torch}" || { \
                 echo "no ${torch} within reach: fill wheels/ or set PIP_EXTRA_INDEX_URL (.env.example)" >&2; \
                 exit 1; } ;; \
        gpu) ;; \
        *)   echo "VARIANT is '${VARIANT}': say cpu or gpu" >&2; exit 64 ;; \
    esac; \
    install --requirement /wheels/requirements.lock; \
    pip check


# Apart from the dependencies, whose layer is two gigabytes and seldom changes.
FROM ${BASE_IMAGE} AS product

COPY pyproject.toml README.md LICENSE /src/
COPY milvus/ /src/milvus/
COPY ingestion/ /src/ingestion/
COPY service/ /src/service/
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install --disable-pip-version-check --root-user-action=ignore --no-deps --target /app /src
COPY data/ /app/data/


FROM ${BASE_IMAGE} AS runtime

ARG VARIANT=cpu
LABEL org.opencontainers.image.title="Counterpart" \
      org.opencontainers.image.description="Vacancies for a resume, resumes for a vacancy (${VARIANT})"

# A fixed number, so that a volume keeps its owner across rebuilds and orchestrators can check "not root".
RUN groupadd --system --gid 10001 counterpart \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/counterpart \
        --shell /usr/sbin/nologin counterpart \
    && install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/counterpart

COPY --from=dependencies /opt/venv /opt/venv
COPY --from=product /app /app
WORKDIR /app

# HF_HUB_OFFLINE: a container never downloads model weights by itself. To use a model that is not in the image, fill
# HF_HOME (it is on the data volume), or start once with HF_HUB_OFFLINE=0.
# COUNTERPART_HOST: inside a container the loopback address is out of reach for everyone else; what is published, and
# where, is said by whoever runs the container.
ENV PATH=/opt/venv/bin:${PATH} \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    HF_HOME=/var/lib/counterpart/huggingface \
    COUNTERPART_HOST=0.0.0.0 \
    COUNTERPART_PORT=8000 \
    COUNTERPART_DATA_DIR=/var/lib/counterpart

USER 10001:10001
EXPOSE 8000

# Liveness of the API. The worker has no port: whoever runs one replaces this by "python -m ingestion status --check".
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['COUNTERPART_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]

CMD ["python", "-m", "service", "serve"]
