"""Texts that people, portals and endpoints may give, and that no report may obey."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = [
    "a | b",
    "``` </table><img src=x onerror=alert(1)>",
    "@everyone #1 GH-2 octo/repo#3 https://evil.example www.evil.example a@b.example",
    "line\nline\r\n| row |\n```mermaid\nclick n0 href",
    '"]; n0-->n9; %%{init: {}}%% --> end',
    "\x1b[31m\x07\u202e\u2028",
    "Отчёт 👩‍👩‍👧 🇫🇮 ünïcode",
    "\\| \\\\| &#124; &lt;b&gt; **bold** [a](http://x) ~~no~~ $x$ <!-- -->",
]
TEXTS = st.text(max_size=60) | st.sampled_from(HOSTILE)
