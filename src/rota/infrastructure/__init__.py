"""The seed document's path to the API client; see `rota.api`."""
