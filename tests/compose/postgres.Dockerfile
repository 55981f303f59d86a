# PostgreSQL from Debian's package, started the way the official image is: POSTGRES_USER, _PASSWORD and _DB.
ARG BASE_IMAGE=python:3.11.14-slim-bookworm
FROM ${BASE_IMAGE}

RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=postgres --group=postgres --mode=0700 /var/lib/postgresql/data \
    && ln -s /usr/lib/postgresql/*/bin /opt/postgresql-bin
COPY --chmod=0755 postgres-entrypoint.sh /usr/local/bin/

ENV PATH=/opt/postgresql-bin:${PATH} PGDATA=/var/lib/postgresql/data
USER postgres
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres-entrypoint.sh"]
