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

from docutils import nodes
from sphinx.util.nodes import make_refnode

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
# Cells tagged hide-output are those that answer a question to predict.
nb_code_prompt_show = "Show the answer"
nb_code_prompt_hide = "Hide the answer"
nb_render_markdown_format = "myst"
nb_mime_priority_overrides = [("html", "text/html", 1), ("html", "image/svg+xml", 5)]

# ── reference ─────────────────────────────────────────────────────────────────────────────────
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings name the types; the signatures stay short
autodoc_default_options = {"members": True}
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


def _whole_sentence(app, what, name, obj, options, lines):
    """What stands before a colon in a property's first line is no type, but would be read as one."""
    if what in ("attribute", "property") and lines:
        lines[0] = lines[0].replace(": ", " – ", 1)


_ROLES = {
    "class": ("class", "exception"),
    "exc": ("exception", "class"),
    "func": ("function",),
    "meth": ("method",),
    "attr": ("attribute", "property"),
}


def _by_last_name(app, env, node, content):
    """``Report`` in a docstring means the one class of that name, wherever it stands."""
    if node.get("refdomain") != "py":
        return None
    domain, kinds = env.get_domain("py"), _ROLES.get(node["reftype"], ())
    depth = 2 if node["reftype"] in ("meth", "attr") else 1  # Loss.encode, but load_model
    ending = "." + ".".join(node["reftarget"].split(".")[-depth:])
    found = [
        name
        for name, entry in domain.objects.items()
        if name.endswith(ending) and entry.objtype in kinds and not entry.aliased
    ]
    if not found:
        return None
    name = min(found, key=len)
    entry = domain.objects[name]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content, name)


def _written_over(app, doctree):
    """A progress bar writes over its line; a page shows what a terminal would show in the end."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext()
        if "\r" in text:
            last = "\n".join(line.rsplit("\r", 1)[-1] for line in text.split("\n"))
            block.rawsource = last
            block[:] = [nodes.Text(last)]


def setup(app):
    """Called by Sphinx."""
    app.connect("doctree-read", _written_over)
    app.connect("missing-reference", _by_last_name)
    app.connect("autodoc-process-docstring", _whole_sentence, priority=400)
    app.connect("autodoc-process-docstring", _bars)
