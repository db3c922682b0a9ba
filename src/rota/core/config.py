"""Where the seed document has the settings; like there, reading them is part of the import."""

from rota.settings import Settings, settings

__all__ = ["Settings", "settings"]
