"""A code page as one self-contained HTML file: no script, nothing fetched, every word escaped."""

from __future__ import annotations

from html import escape

from noteproc.pages.statements import Page, Section, Statement

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.6rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem;border-bottom:1px solid #d8dee6}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0}
th{width:13rem;font-weight:600}td.v{width:9rem;font-family:ui-monospace,monospace}
cite{display:block;font-size:.8rem;font-style:normal;color:#5b6878}.missing{color:#7a5200}nav a{margin-right:.8rem}
@media (prefers-color-scheme:dark){body{background:#14181d;color:#e4e8ee}h2{border-color:#39424d}cite{color:#9aa7b6}
.missing{color:#e0b050}a{color:#8ab4f8}}
"""


def page_html(page: Page) -> str:
    """The page as an HTML document."""
    own = " (our own words)" if page.own_words else ""
    day = f", date of service {escape(page.on)}" if page.on else ""
    head = f"{escape(page.system)} {escape(page.code)}"
    links = "".join(f'<a href="#{escape(s.name)}">{escape(s.title)}</a> ' for s in page.sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><title>{head}</title><style>{_STYLE}</style></head>\n'
        f"<body><h1>{head}</h1><p>{escape(page.title)}{own}<br><small>release {escape(page.version)}{day}</small></p>\n"
        f"<nav>{links}</nav>\n"
        + "\n".join(_section(section) for section in page.sections)
        + f"\n<p><small>{escape(page.notice)}</small></p></body></html>\n"
    )


def _section(section: Section) -> str:
    rows = "".join(_row(s) for s in section.statements)
    table = f"<table>{rows}</table>" if rows else ""
    missing = "".join(f'<p class="missing">{escape(m)}</p>' for m in section.missing)
    return f'<section id="{escape(section.name)}"><h2>{escape(section.title)}</h2>{table}{missing}</section>'


def _row(statement: Statement) -> str:
    return (
        f'<tr><th>{escape(statement.label)}</th><td class="v">{escape(statement.value)}</td>'
        f"<td>{escape(statement.text)}<cite>{escape(str(statement.citation))}</cite></td></tr>"
    )
