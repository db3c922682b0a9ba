"""What is served over HTTP: the health endpoints. starlette and uvicorn are imported here."""
