"""The thin asyncio driver: it carries the scheduler's actions out and feeds back what happened."""
