"""All pages, as one router."""

from fastapi import APIRouter

from service.web import assets, comparison, documents, find, match, samples

router = APIRouter(include_in_schema=False)
for page in (find, match, comparison, documents, samples, assets):
    router.include_router(page.router)
