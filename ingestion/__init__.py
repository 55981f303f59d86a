"""The way in.

It is: document formats, parsing, normalization, the ledger, the worker that fills the index.
It knows: file formats, SQL, canonical spellings of skills, places, salaries.
It never touches: HTTP.
"""
