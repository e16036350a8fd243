"""The rows beside viewflow's own: the line, the alarms, the letters, as models of Django."""

from __future__ import annotations

from django.db import models
from viewflow.workflow.models import Process


class Side(models.Model):
    """What belongs to a process."""

    flow = models.ForeignKey(Process, models.CASCADE)

    class Meta:
        abstract = True


class Line(Side):
    seq = models.IntegerField()
    owner = models.IntegerField()
    said = models.TextField()
    was = models.TextField()
    is_now = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "line"
        constraints = (models.UniqueConstraint(fields=["flow", "seq"], name="line_once"),)


class Alarm(Side):
    kind = models.TextField()
    due_at = models.DateTimeField()
    waits = models.BooleanField()

    class Meta:
        db_table = "alarm"
        indexes = (models.Index(fields=["due_at"], name="alarm_due", condition=models.Q(waits=True)),)


class Letter(Side):
    kind = models.TextField()
    body = models.JSONField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "letter"
        indexes = (models.Index(fields=["id"], name="letter_new", condition=models.Q(sent_at=None)),)
