"""Settings of the documentation site: ``python -m sphinx -W -c tutorials/site tutorials build/site``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = str(HERE.parents[1])
sys.path[:0] = [str(HERE), ROOT]
# The notebooks run in processes of their own, and show this checkout as well.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))

from autograd_lite import __version__

project = "autograd-lite"
author = "the autograd-lite contributors"
copyright = author
version = release = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "viz.sphinx_ext",
    "mathml",
]
root_doc = "index"
exclude_patterns = ["site", "**.ipynb_checkpoints", "README.md"]

# ── text ──────────────────────────────────────────────────────────────────────────────────────
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
math_number_all = False

# ── notebooks: stored without outputs, run while the site is built ────────────────────────────
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_render_markdown_format = "myst"
nb_mime_priority_overrides = [("html", "text/html", 1), ("html", "image/svg+xml", 5)]

# ── reference ─────────────────────────────────────────────────────────────────────────────────
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings name the types; the signatures stay short
autodoc_default_options = {"members": True, "show-inheritance": False}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
viewcode_line_numbers = True
# Layer is a class of scalars and one of arrays; a docstring that says Layer means the near one.
suppress_warnings = ["ref.python"]

# ── look: nothing is loaded from a network ────────────────────────────────────────────────────
html_theme = "furo"
html_title = f"autograd-lite {release}"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["enlarge.js"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "navigation_with_keys": False,  # the arrow keys step through the pages of a training
    "light_css_variables": {
        "color-brand-primary": "#0072B2",
        "color-brand-content": "#0072B2",
        "color-code-background": "#F6F8FA",
    },
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}
pygments_style = "default"
pygments_dark_style = "github-dark"


def _bars(app, what, name, obj, options, lines):
    """|x| in a docstring is an absolute value; reStructuredText would look for a substitution."""
    for place, line in enumerate(lines):
        parts = line.split("``")
        parts[::2] = [part.replace("|", "\\|") for part in parts[::2]]
        lines[place] = "``".join(parts)


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", _bars)
