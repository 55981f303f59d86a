"""The pages for people, over the same use cases as the API.

A page is a router with its template (`templates/`), its messages (`locales/`) and a line in `pages.py`.
"""
