# noteproc in a container: no network, no root, nothing written but the output folder.
#
#   docker build -t noteproc .
#   docker run --rm --network none --read-only --tmpfs /tmp \
#     -v "$PWD/notes:/notes:ro" -v "$PWD/out:/out" noteproc run /notes -o /out/run --workers 2
FROM python:3.13-slim AS build
COPY . /src
RUN python -m venv /opt/noteproc \
 && /opt/noteproc/bin/pip install --no-cache-dir '/src[formats,service]'

FROM python:3.13-slim
COPY --from=build /opt/noteproc /opt/noteproc
ENV PATH=/opt/noteproc/bin:$PATH \
    NOTEPROC_CACHE=/opt/noteproc/cache \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1
# The compiled code sets are part of the image, so a read-only container starts at once.
RUN noteproc prepare && useradd --uid 10001 --no-create-home noteproc
USER 10001
WORKDIR /tmp
ENTRYPOINT ["noteproc"]
CMD ["--help"]
