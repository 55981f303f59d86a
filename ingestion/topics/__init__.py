"""Topics: groups of vacancies about the same work, with names and ids that stay the same over rebuilds."""

from ingestion.topics.book import FoundTopic, FoundTopics, Replaced, Snapshot, Topic, TopicBook
from ingestion.topics.naming import Labels, Term

__all__ = ["FoundTopic", "FoundTopics", "Labels", "Replaced", "Snapshot", "Term", "Topic", "TopicBook"]
