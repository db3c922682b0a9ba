"""An embedded Business API for a first run, docker-compose and tests. All of it in memory."""
