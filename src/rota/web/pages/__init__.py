"""The pages of the console, for people: one module for each, templates, and what they load.

They need no JavaScript, load nothing from elsewhere and change nothing. All addresses are
relative, so that a proxy may serve them below any path that ends with a slash.
"""

from rota.web.pages.about import About
from rota.web.pages.routes import page_routes

__all__ = ["About", "page_routes"]
