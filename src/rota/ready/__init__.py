"""`rota ready`: goes through the seed's WORKER_READY list for a generated project.

Each point is tried, not only looked at: the package is imported, the worker is started and
stopped, the image is built, and the Business API is asked what it saw.
"""
