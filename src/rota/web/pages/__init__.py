"""The pages of the console, for people: one module for each, templates, and what they load.

They need no JavaScript, load nothing from elsewhere, and change nothing but by the forms of
`forms`, where a scheduler has actions. All addresses are
relative, so that a proxy may serve them below any path that ends with a slash.
"""

from rota.web.pages.about import About
from rota.web.pages.rendering import Pages
from rota.web.pages.routes import page_routes

__all__ = ["About", "Pages", "page_routes"]
