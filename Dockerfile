# The image of rota: the scheduler by default, any other command as arguments
# (`docker run rota run cleanup`, the chart's CronJobs).
#
# An application's tasks come in an image of its own:
#
#     FROM rota
#     USER root
#     RUN pip install --no-cache-dir shop-tasks     # goes where rota is, see PIP_PYTHON below
#     USER 65532:65532
#     ENV ROTA_TASKS=shop.tasks:SendBills           # not needed where shop-tasks has entry points
#
# For the classic builder too: no mounts, no heredocs.

ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.txt requirements-build.txt ./
# pip stays outside: it fills the environment without being in it. Wheels only, since the source
# of a dependency would run code of its own here.
RUN python -m venv --without-pip /opt/rota \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.txt \
 && /opt/build/bin/pip --python /opt/rota/bin/python install --no-compile \
        --require-hashes --only-binary :all: -r requirements.txt
COPY LICENSE README.md pyproject.toml ./
COPY src src
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/build/bin/pip --python /opt/rota/bin/python install --no-compile --no-deps dist/*.whl
# A read-only root could not keep what Python compiles, so every start would compile it again.
# By hash, unchecked: a copy of the image that resets the files' times must not undo this.
RUN /opt/rota/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/rota/lib

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/rota /opt/rota
ENV PATH=/opt/rota/bin:$PATH \
    PIP_PYTHON=/opt/rota/bin/python \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ROTA_HEALTH_ADDRESS=0.0.0.0:8080 \
    ROTA_STATE_PATH=/var/lib/rota/state.sqlite3
# Group 0 writes too: OpenShift gives each namespace a user id of its own, in that group.
# The official Python images come without compiled modules; importing compiles those that rota uses.
RUN install -d -o 65532 -g 0 -m 0775 /var/lib/rota \
 && PYTHONDONTWRITEBYTECODE= python -c 'import rota.cli.health, rota.processes.one_shot, rota.processes.scheduler, rota.ledger.sqlite, rota.web.health, rota.web.scheduler_metrics, rota.web.metrics, rota.web.server'
USER 65532:65532
EXPOSE 8080
# No HEALTHCHECK: it would call every one-shot run unhealthy. docker-compose.yml has the scheduler's.
ENTRYPOINT ["rota"]
CMD ["scheduler"]
# Last, since they change with every commit.
ARG VERSION=0
ARG REVISION=
LABEL org.opencontainers.image.title="rota" \
      org.opencontainers.image.description="Periodic tasks that mean the same in a CronJob, in a scheduler process and at the terminal" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
