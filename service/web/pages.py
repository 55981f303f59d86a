"""All pages, as one router."""

from fastapi import APIRouter

from service.web import assets, find, samples

router = APIRouter(include_in_schema=False)
for page in (find, samples, assets):
    router.include_router(page.router)
