"""The stepper as a Jupyter widget: the page's own module, with its place shared with Python."""

from __future__ import annotations

import json
from typing import Any

from autograd_lite.errors import did_you_mean
from autograd_lite.recording import Recording
from viz.diagram import draw
from viz.graphics.display import mime_bundle
from viz.page import page_model, page_script, page_style, page_views
from viz.records.subject import as_recording, chosen_step
from viz.words.narration import PHASES

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise ImportError(
        'viz.widget needs anywidget: pip install "autograd-lite[widget]"; viz.stepper(…) shows the'
        " same page without it"
    ) from error

__all__ = ["StepperWidget", "widget"]

# The page's module, and below it what ties its place to the widget's traits, both ways. A change that
# the page itself has just told does not send it back to where it is.
_BINDING = """
// A notebook may be dark where the system is light; each host says so in its own way, or not at all.
function hostTheme() {
  const { body, documentElement: html } = document, words = `${html.className} ${body.className}`;
  const told = html.getAttribute("theme") || body.dataset.theme || body.dataset.vscodeThemeKind || "";
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "true" ? "light" : "dark";
  if (/dark|high-contrast$/.test(told) || /(^| )(dark|vscode-dark)( |$)/.test(words)) return "dark";
  return /light/.test(told) || /(^| )(light|vscode-light)( |$)/.test(words) ? "light" : "";
}
export default {
  render({ model, el }) {
    el.classList.add("agl-widget");
    el.dataset.lmSuppressShortcuts = "true"; // inside, the arrow keys are the page's, not JupyterLab's
    const keys = ["step", "phase", "at"];
    const place = () => Object.fromEntries(keys.map((key) => [key, model.get(key)]));
    const painted = () => ({ ...place(), theme: model.get("theme") || hostTheme() });
    let telling = false, down = null;
    const moved = (now) => {
      if (keys.every((key) => model.get(key) === now[key])) return;
      telling = true;
      for (const key of keys) model.set(key, now[key]);
      telling = false;
      model.save_changes();
    };
    const follow = () => { if (down && !telling) down.go(place()); };
    const paint = () => { if (down) down.go(painted()); };
    // The page measures what it draws, and a notebook puts the cell in its place after this call.
    const ready = new ResizeObserver(() => {
      if (down || !el.isConnected) return;
      ready.disconnect();
      down = render({ model: JSON.parse(model.get("_data")), el, place: painted(), moved });
    });
    ready.observe(el);
    const filter = ["class", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];
    let last = hostTheme();
    const host = new MutationObserver(() => {
      if (hostTheme() === last) return;
      last = hostTheme();
      paint();
    });
    for (const part of [document.documentElement, document.body]) {
      host.observe(part, { attributeFilter: filter });
    }
    for (const key of keys) model.on(`change:${key}`, follow);
    model.on("change:theme", paint);
    return () => {
      ready.disconnect();
      host.disconnect();
      for (const key of keys) model.off(`change:${key}`, follow);
      model.off("change:theme", paint);
      if (down) down();
    };
  },
};
"""

# A cell is no window: the page takes the height that it needs, and nothing stands out of it.
_IN_A_CELL = """
.agl-widget { width: 100%; min-height: 1px; }
.agl-widget .agl { min-height: 0; }
.agl-widget .agl .skip:not(:focus) { clip-path: inset(50%); }
"""


class StepperWidget(anywidget.AnyWidget):
    """The stepper page as a widget; what the reader sees, Python can read and set.

    Attributes
    ----------
    step : int
        The number of the training step.
    phase : str
        ``forward``, ``loss``, ``zero``, ``backward`` or ``update``.
    at : int
        The micro-step within the phase, from 1.
    theme : str
        ``light``, ``dark``, or empty for the notebook's own.
    """

    # A render exported by its name would stand for the whole widget: anywidget would hand it its own model.
    _esm = page_script().replace("export function render(", "function render(") + _BINDING
    _css = page_style() + _IN_A_CELL
    _data = traitlets.Unicode("{}").tag(sync=True)
    step = traitlets.Int(1).tag(sync=True)
    phase = traitlets.Unicode("forward").tag(sync=True)
    at = traitlets.Int(1).tag(sync=True)
    theme = traitlets.Unicode("").tag(sync=True)

    def __init__(self, recording: Recording, title: str = "", **place: Any) -> None:
        self.recording = recording
        data = json.dumps(
            page_model(recording, title, page_views(recording)), ensure_ascii=False, allow_nan=False
        )
        super().__init__(_data=data.encode("utf-8", "replace").decode(), **place)

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """A viewer that runs nothing, as GitHub's, shows the picture of the step instead."""
        given = super()._repr_mimebundle_()
        if given is None:
            return None
        data, about = given
        picture = draw(self.recording, step=self.step)
        still = mime_bundle(picture, include=("image/png", "text/plain"))
        return {**data, **still}, about

    def go(self, step: int | None = None, phase: str | None = None, at: int = 1) -> None:
        """Go to a place in one move: a training step, a phase, a micro-step of it.

        Raises
        ------
        traitlets.TraitError
            No such step or phase; the page stays where it is.
        """
        with self.hold_sync(), self.hold_trait_notifications():
            self.step = self.step if step is None else step
            self.phase = self.phase if phase is None else phase
            self.at = at

    @traitlets.validate("step")
    def _known_step(self, proposal: Any) -> int:
        step: int = proposal["value"]
        try:
            chosen_step(self.recording, step)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return step

    @traitlets.validate("at")
    def _counted(self, proposal: Any) -> int:
        return max(1, int(proposal["value"]))

    @traitlets.validate("phase")
    def _known_phase(self, proposal: Any) -> str:
        phase: str = proposal["value"]
        if phase not in PHASES:
            raise traitlets.TraitError(
                f"phase {phase!r} is not one of {', '.join(PHASES)}.{did_you_mean(phase, PHASES)}"
            )
        return phase


def widget(
    what: Any, *, title: str = "", step: int | None = None, phase: str = "forward", at: int = 1,
    theme: str = "",
) -> StepperWidget:  # fmt: skip
    """The stepper page as a widget, whose place Python can read, set and observe.

    It needs anywidget: ``pip install "autograd-lite[widget]"``. It runs in JupyterLab, Notebook, VS
    Code and marimo, and in Colab after ``google.colab.output.enable_custom_widget_manager()``.

    Parameters
    ----------
    what : Value, Recording or Recorder
    title : str
        The heading; by default the recording's own.
    step : int, optional
        The training step to open; the first recorded one by default.
    phase : {"forward", "loss", "zero", "backward", "update"}
    at : int
        The micro-step within the phase, from 1.
    theme : {"light", "dark", ""}
        Empty takes the notebook's own, or the reader's.

    Returns
    -------
    StepperWidget
        With the traits ``step``, ``phase`` and ``at``: ``w.at = 3`` goes there, and
        ``w.observe(print, "at")`` hears of each step that the reader makes.

    Raises
    ------
    ImportError
        anywidget is not installed.
    traitlets.TraitError
        No such step or phase.
    """
    recording = as_recording(what)
    first = recording.steps[0].number if step is None else step
    return StepperWidget(recording, title, step=first, phase=phase, at=at, theme=theme)
