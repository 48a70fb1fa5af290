# Two stages: one that installs by hash, one that carries the result and nothing that built it.
# Any image with Python >= 3.11 on the path will do as base: --build-arg PYTHON_IMAGE=...
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 \
    UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /build
COPY requirements/bootstrap.txt requirements/
RUN python3 -m venv /tools && /tools/bin/python -m pip install --require-hashes -r requirements/bootstrap.txt
ENV PATH=/tools/bin:$PATH
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN uv venv --python "$(command -v python3)" /make && uv venv --python /make/bin/python /opt/cloudwan-mcp \
    && uv pip install --python /make/bin/python --require-hashes -r requirements/build.txt \
    && uv pip install --python /opt/cloudwan-mcp/bin/python --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src
RUN /make/bin/python -m hatchling build --target wheel --directory /wheel \
    && uv pip install --python /opt/cloudwan-mcp/bin/python --no-deps /wheel/*.whl
COPY scripts/health.py /opt/cloudwan-mcp/

FROM ${PYTHON_IMAGE}
LABEL io.modelcontextprotocol.server.name="io.github.cloudwan-mcp/cloudwan-mcp" \
      org.opencontainers.image.title="cloudwan-mcp" \
      org.opencontainers.image.description="MCP server that explores AWS Cloud WAN networks of any size in bounded memory" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/cloudwan-mcp/cloudwan-mcp"
COPY --from=build /opt/cloudwan-mcp /opt/cloudwan-mcp
# Writable by whoever the container runs as: to read a mounted ~/.aws it runs as that folder's owner.
RUN mkdir -p /home/app/.aws /data && chmod 1777 /home/app /data
# glibc keeps what is freed in the heaps that it makes for threads, and large buffers once one was freed
ENV PATH=/opt/cloudwan-mcp/bin:$PATH HOME=/home/app CLOUDWAN_DATA_DIR=/data PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=262144
USER 10001:10001
WORKDIR /home/app
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/opt/cloudwan-mcp/bin/python", "-I", "/opt/cloudwan-mcp/health.py"]
ENTRYPOINT ["cloudwan-mcp"]
