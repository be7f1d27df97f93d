"""Names are data: whatever stands in them, the page's data stays whole and nothing ends its element."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from viz_cases import leaf, page_data

from autograd_lite.nn import Recorder
from viz.page import page_html, page_model, stepper

HOSTILE = ["</script>", "<!--", "<img src=x onerror=alert(1)>", "]]>", "&lt;", "\u2028", "\\N", '"', "\ud800",
           "∂L/∂w", "{{", "<!--DATA-->", "<!--SCRIPT-->", "\0", "$(rm)", "%s"]  # fmt: skip
names = st.text(max_size=12) | st.sampled_from(HOSTILE) | st.tuples(
    st.sampled_from(HOSTILE), st.text(max_size=5)
).map("".join)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(w=names, x=names, y=names, title=names, subtitle=names, rule=names)
def test_any_names(w, x, y, title, subtitle, rule):
    a, b = leaf(w, 2.0), leaf(x, 3.0)
    recorder = Recorder(every=1, title=title)
    for _ in range(2):
        out = a * b + a
        out.name = y
        a.grad = b.grad = None
        out.backward()
        with recorder.step(out, [a, b], rule=rule):
            a.data, b.data = a.data - 0.1 * a.grad, b.data - 0.1 * b.grad
    recording = recorder.recording
    page = stepper(recording, title=title + subtitle).html
    assert page.encode()
    assert page.count("</script>") == 2 and page.count("<script") == 2
    data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    assert "<" not in data
    model = page_data(page)
    shown = page_model(recording, title + subtitle)
    again = json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace").decode()
    assert model == json.loads(again)
    assert page_html(shown) == page
