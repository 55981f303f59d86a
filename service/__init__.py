"""The door and the answer.

It is: REST API, web pages, searches over the index.
It knows: HTTP, status codes, templates, what a search means.
It never touches: pymilvus, torch, SQL.
"""

__version__ = "0.1.0"
