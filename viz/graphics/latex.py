"""Text and names as LaTeX: every character is escaped or spelled with a command of LaTeX's own.

The result compiles with pdfLaTeX, XeLaTeX and LuaLaTeX. A letter that pdfLaTeX's fonts lack becomes
``\\figureglyph{…}{code point}``; :data:`GLYPHS` defines it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

__all__ = ["GLYPHS", "math", "mixed", "text"]

GLYPHS = (
    r"\providecommand{\figureglyph}[2]"
    r'{\ifdefined\Umathcode\iffontchar\font"#2 #1\else\textsf{\scriptsize U+#2}\fi'
    r"\else\textsf{\scriptsize U+#2}\fi}"
)
"""Defines the command for letters outside of Latin: themselves, or their code point in pdfLaTeX and
where the document's font lacks them; LaTeX would leave them out and tell it in its log alone."""

_ACCENTS = {
    "\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0308": "ddot",
    "\u0301": "acute", "\u0300": "grave", "\u030c": "check", "\u0306": "breve",
}  # fmt: skip
_GREEK = {
    chr(0x3B1 + i): name
    for i, name in enumerate(
        (
            "alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota",
            "kappa", "lambda", "mu", "nu", "xi", "o", "pi", "rho", "varsigma", "sigma", "tau",
            "upsilon", "varphi", "chi", "psi", "omega",
        )
    )
}  # fmt: skip
_GREEK |= {
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_SIGNS = {
    "∂": r"\partial ", "×": r"\times ", "·": r"\cdot ", "÷": r"\div ", "←": r"\leftarrow ",
    "→": r"\rightarrow ", "…": r"\ldots ", "⋮": r"\vdots ", "‖": r"\Vert ", "∞": r"\infty ",
    "√": r"\surd ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "±": r"\pm ",
    "∇": r"\nabla ", "⊙": r"\odot ", "°": r"^{\circ}", "−": "-", "–": r"\mbox{--}",
    "—": r"\mbox{---}", "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&",
    "%": r"\%", "#": r"\#", "_": r"\_", "^": r"\mbox{\textasciicircum}", "~": r"\sim ",
    "'": r"\mbox{'}", '"': r"\mbox{''}", "`": r"\mbox{\textasciigrave}", "µ": r"\mu ",
    "′": r"^{\prime}", "″": r"^{\prime\prime}", "≪": r"\ll ", "≫": r"\gg ", "Σ": r"\Sigma ",
}  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ⁿⁱᵀ", [*"0123456789-+()ni", r"\top "], strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₋₊₍₎ₙᵢⱼₜ", "0123456789-+()nijt", strict=True))
_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
    "`": r"\textasciigrave{}", "-": "-{}", "–": "--", "—": "---", "’": "'", "“": "``", "”": "''",
    ",": ",{}", "?": "?{}", "!": "!{}", "'": "'{}",
}  # fmt: skip
_CIRCLED = {chr(0x2460 + i): str(i + 1) for i in range(20)}
_PLAIN = set("0123456789.,;:!?()[]|+-*/=<>@")
_OPERATORS = set("=+−×·÷/@←→<>≤≥≠")
_WORD = re.compile(r"[(“\"']?[A-Za-zÀ-ÖØ-öø-ſ]{2,}(?:['’-][A-Za-zÀ-ÖØ-öø-ſ]+)*[.,:;!?)”]*")
_SCIENTIFIC = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e(−?\d+)(?!\w)")


def text(given: str) -> str:
    """Text for LaTeX's text mode.

    >>> text("50 % of {x_1}")
    '50 \\\\% of \\\\{x\\\\_1\\\\}'
    """
    pieces = re.findall(r".[\u0300-\u036f]?", _clean(given))
    return "".join(f"${math(p)}$" if len(p) > 1 else _letter(p) for p in pieces)


def math(given: str) -> str:
    """A name or a formula in Unicode for LaTeX's math mode.

    >>> math("ŷ"), math("w₁₁⁽¹⁾·x²"), math("∂L/∂kernel"), math("a_b")
    ('\\\\hat{y}', 'w_{11}^{(1)}\\\\cdot x^{2}', '\\\\partial L/\\\\partial \\\\mathrm{kernel}', 'a\\\\_b')
    """
    pieces = re.split(_SCIENTIFIC, _clean(given))
    out = [_formula(pieces[0])]
    for mantissa, exponent, rest in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        power = exponent.replace("−", "-")
        out.append(rf"{mantissa}{{\cdot}}10^{{{power}}}{_formula(rest)}")
    return "".join(out).strip()


def mixed(given: str) -> str:
    """A line of words, names and formulas for LaTeX's text mode: the formulas stand in ``$…$``.

    >>> mixed("∂m/∂w = x = 3"), mixed("the first of 2 messages")
    ('$\\\\partial m/\\\\partial w = x = 3$', 'the first of $2$ messages')
    """
    tokens = [t for t in _clean(given).split(" ") if t]
    prose = [bool(_WORD.fullmatch(t)) for t in tokens]
    for i, token in enumerate(tokens):
        around = [prose[j] for j in (i - 1, i + 1) if 0 <= j < len(tokens)]
        if token.isalpha() and len(token) == 1 and len(around) == 2 and all(around):
            prose[i] = True
    out: list[str] = []
    run: list[str] = []
    for token, is_word in zip([*tokens, ""], [*prose, True], strict=True):
        if not is_word:
            run.append(token)
            continue
        if run:
            out.append(f"${_spaced(run)}$")
            run = []
        if token:
            out.append(text(token))
    return " ".join(out)


def _spaced(tokens: list[str]) -> str:
    """Tokens of a formula; a space is written only where no operator makes one."""
    made = math(tokens[0])
    for before, token in itertools.pairwise(tokens):
        if before[-1] not in _OPERATORS and token[0] == "−" and len(token) > 1:
            made += r"\ {-}" + math(token[1:])  # a sign, not a difference
            continue
        free = before[-1] in _OPERATORS or token[0] in _OPERATORS
        made += (" " if free else r"\ ") + math(token)
    return made


def _clean(given: str) -> str:
    """Text without control characters; accents in one piece with their letters."""
    whole = unicodedata.normalize("NFC", given)
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in whole)


def _letter(c: str) -> str:
    if c in _TEXT:
        return _TEXT[c]
    if c.isascii():
        return c
    if _is_latin(c):
        return c
    if c in _CIRCLED:
        return rf"\textcircled{{\scriptsize {_CIRCLED[c]}}}"
    if c in _SIGNS or c in _GREEK or c in _RAISED or c in _LOWERED or _accented(c):
        return f"${math(c)}$"
    return _glyph(c)


def _glyph(c: str) -> str:
    if unicodedata.combining(c) or unicodedata.category(c)[0] in "CM":
        return ""
    return rf"\figureglyph{{{c}}}{{{ord(c):04X}}}"


def _is_latin(c: str) -> bool:
    """Whether the fonts of pdfLaTeX hold a letter."""
    return "À" <= c <= "ſ" and c not in "×÷ĿŀŉſĦħŦŧĸ"


def _accented(c: str) -> tuple[str, str] | None:
    """The accent's command and its letter, for a letter with one accent."""
    parts = unicodedata.normalize("NFD", c)
    if len(parts) == 2 and parts[1] in _ACCENTS and (parts[0] in _GREEK or parts[0].isascii()):
        return _ACCENTS[parts[1]], parts[0]
    return None


def _formula(given: str) -> str:
    out: list[str] = []
    level = ""  # what the letter before has already: "_", "^" or both
    place = 0
    while place < len(given):
        c = given[place]
        end = place + 1
        accent = _ACCENTS.get(given[end : end + 1])
        if c in _RAISED or c in _LOWERED:
            table, sign = (_RAISED, "^") if c in _RAISED else (_LOWERED, "_")
            while end < len(given) and given[end] in table:
                end += 1
            if sign in level or not out:
                out.append("{}")
                level = ""
            out.append(f"{sign}{{{''.join(table[x] for x in given[place:end]).strip()}}}")
            level += sign
        elif accent and c.isalpha() and (c.isascii() or c in _GREEK):
            out.append(rf"\{accent}{{{c if c.isascii() else _symbol(c)}}}")
            level, end = "", end + 1
        elif c.isascii() and c.isalpha():
            while given[end : end + 1].isascii() and given[end : end + 1].isalpha():
                if given[end + 1 : end + 2] in _ACCENTS:
                    break
                end += 1
            word = given[place:end]
            out.append(word if len(word) == 1 else rf"\mathrm{{{word}}}")
            level = ""
        else:
            made = _symbol(c)
            if made.startswith("^"):  # the degree sign: a superscript
                made = ("{}" if "^" in level or not out else "") + made
                level = "^"
            else:
                level = "_^" if c == " " else ""  # what follows a space has no letter to sit on
            out.append(made)
        place = end
    return "".join(out)


def _symbol(c: str) -> str:
    """One character that is neither an ASCII letter nor a superscript or subscript."""
    if c in _PLAIN:
        return c
    if c == " ":
        return " "
    if c in _SIGNS:
        return _SIGNS[c]
    if c in _GREEK:
        return f"\\{_GREEK[c]} " if c != "ο" else "o"
    if c in _CIRCLED:
        return rf"\mbox{{\textcircled{{\scriptsize {_CIRCLED[c]}}}}}"
    if accent := _accented(c):
        name, letter = accent
        return rf"\{name}{{{_symbol(letter) if letter in _GREEK else letter}}}"
    if _is_latin(c):
        return rf"\mbox{{{c}}}"
    glyph = _glyph(c)
    return rf"\mbox{{{glyph}}}" if glyph else ""
