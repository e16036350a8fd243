"""The hands: Celery tasks that deliver outbox messages and fire due timers."""
