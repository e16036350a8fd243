"""The engine: cases, work items, timers, history. It knows no nominee, no Flask, no Celery, no broker."""
