"""Topics: groups of vacancies about the same work, with names and ids that stay the same over rebuilds."""

from ingestion.topics.book import FoundTopic, FoundTopics, Replaced, Snapshot, Topic, TopicBook
from ingestion.topics.naming import Labels, Term
from ingestion.topics.requests import Request, TopicBuilder, TopicRequests

__all__ = [
    "FoundTopic",
    "FoundTopics",
    "Labels",
    "Replaced",
    "Request",
    "Snapshot",
    "Term",
    "Topic",
    "TopicBook",
    "TopicBuilder",
    "TopicRequests",
]
