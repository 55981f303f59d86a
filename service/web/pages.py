"""All pages, each a router of its own."""

from collections.abc import Sequence

from fastapi import APIRouter

from service.web import add, assets, comparison, documents, find, ingestion, judge, market, match, samples

ROUTERS: Sequence[APIRouter] = tuple(
    page.router for page in (find, match, comparison, documents, market, add, ingestion, judge, samples, assets)
)
