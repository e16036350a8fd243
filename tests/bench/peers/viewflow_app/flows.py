"""The six steps as a flow of viewflow: a start, six views of named owners, an end."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from viewflow import this
from viewflow.workflow import Activation, flow
from viewflow.workflow.flow.views import CreateProcessView, UpdateProcessView
from viewflow.workflow.lock import SelectForUpdateLock


def user(owner: int) -> User:
    """The account of an owner's number, without a query."""
    return User(pk=owner + 1)


def _owned_by(owner: int) -> Callable[[Activation], User]:
    return lambda _activation: user(owner)


def _view(owner: int, then: object) -> flow.View:
    return flow.View(UpdateProcessView.as_view(fields=[])).Assign(_owned_by(owner)).Next(then)


class Nomination(flow.Flow):
    """Begun by anyone, then decided six times."""

    lock_impl = SelectForUpdateLock()
    begin = flow.Start(CreateProcessView.as_view(fields=[])).Next(this.s0)
    s0 = _view(0, this.s1)
    s1 = _view(1, this.s2)
    s2 = _view(2, this.s3)
    s3 = _view(3, this.s4)
    s4 = _view(4, this.s5)
    s5 = _view(5, this.end)
    end = flow.End()
