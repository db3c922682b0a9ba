"""The seed document's paths to settings and logging; see `rota.settings`."""
