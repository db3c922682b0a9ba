"""What is served over HTTP: health, metrics, the pages, JSON. starlette is imported only here."""
