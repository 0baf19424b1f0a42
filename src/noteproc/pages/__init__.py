"""The code page: everything that is loaded about one code, composed as data, each statement with its source."""

from noteproc.pages.composing import Pages
from noteproc.pages.html import page_html
from noteproc.pages.statements import Page, Section, Statement

__all__ = ["Page", "Pages", "Section", "Statement", "page_html"]
