"""Click's own words in the language of the installation: what it asks of gettext is answered by our catalogues."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from click import core, decorators, exceptions, formatting, parser, types

from config.texts import read

WORDS = {
    "Aborted!": "click.aborted",
    "Commands": "click.commands",
    "Error: {message}": "click.error",
    "Got unexpected extra argument ({args})": "click.extra",
    "Got unexpected extra arguments ({args})": "click.extra",
    "Did you mean {possibility}?": "click.did_you_mean",
    "(Did you mean one of: {possibilities}?)": "click.did_you_mean_one",
    "Invalid value for {param_hint}: {message}": "click.invalid_for",
    "Invalid value: {message}": "click.invalid",
    "Missing argument": "click.missing_argument",
    "Missing command.": "click.missing_command",
    "Missing option": "click.missing_option",
    "Missing parameter": "click.missing_argument",
    "No such command {name!r}.": "click.no_command",
    "No such option {name!r}.": "click.no_option",
    "Option {name!r} does not take a value.": "click.takes_no_value",
    "Option {name!r} requires an argument.": "click.needs_value",
    "Options": "click.options",
    "Positional arguments": "click.arguments",
    "Show this message and exit.": "click.show_help",
    "Try '{command} {option}' for help.": "click.try_help",
    "Usage:": "click.usage",
    "default: {default}": "click.default",
    "required": "click.required",
    "{name} {filename!r} does not exist.": "click.not_there",
    "{name} {filename!r} is a directory.": "click.is_folder",
    "{name} {filename!r} is a file.": "click.is_file",
    "{name} {filename!r} is not readable.": "click.not_readable",
    "{name} {filename!r} is not writable.": "click.not_writable",
    "{value!r} is not a valid {number_type}.": "click.no_number",
    "{value!r} is not one of {choices}.": "click.no_choice",
    "{value} is not in the range {range}.": "click.out_of_range",
}
PLACES = {
    "ABOUT": "click.place.about",
    "ADDRESS": "click.place.address",
    "ARGS": "click.place.args",
    "CODE": "click.place.code",
    "COMMAND": "click.place.command",
    "DIRECTORY": "click.place.folder",
    "FILE": "click.place.file",
    "FOLDER": "click.place.folder",
    "GROUP": "click.place.group",
    "INCIDENT_ID": "click.place.incident",
    "INTEGER": "click.place.number",
    "INTEGER RANGE": "click.place.number",
    "LOGIN": "click.place.login",
    "OPTIONS": "click.place.options",
    "PERSON_CODE": "click.place.person",
    "PLAN_DIR": "click.place.plan",
    "PROCESS": "click.place.process",
    "ROLE": "click.place.role",
    "TEXT": "click.place.text",
    "WEBHOOK_ID": "click.place.webhook",
}
"""What stands in a command's usage for something to be typed: of Click, and the names of our parameters."""

SPEAKING = (core, decorators, exceptions, formatting, parser, types)

_PLACE = re.compile(r"\b[A-Z]+(?:_[A-Z]+|\x20RANGE)*\b", re.ASCII)
_METAVAR = {owner: owner.make_metavar for owner in (core.Parameter, core.Argument)}
_PIECES = {kind: kind.collect_usage_pieces for kind in (core.Command, core.Group)}


def teach(language: str) -> None:
    """From now on Click says this language; what the catalogue does not know stays as it is."""

    def said(text: str) -> str:
        return read(language).get(WORDS.get(text, ""), text)

    def counted(one: str, many: str, number: int) -> str:
        return said(one if number == 1 else many)

    def named(shown: str) -> str:
        known = read(language)
        return _PLACE.sub(lambda found: known.get(PLACES.get(found[0], ""), found[0]), shown)

    for owner in (core.Parameter, core.Argument):
        owner.make_metavar = _spoken(_METAVAR[owner], named)  # type: ignore[method-assign]
    for kind in (core.Command, core.Group):
        kind.collect_usage_pieces = _spoken(_PIECES[kind], lambda pieces: [*map(named, pieces)])  # type: ignore[method-assign]
    for module in SPEAKING:
        for name, speak in (("_", said), ("ngettext", counted)):
            if hasattr(module, name):
                setattr(module, name, speak)


def _spoken(
    plain: Callable[[Any, core.Context], Any], named: Callable[[Any], Any]
) -> Callable[[Any, core.Context], Any]:
    def spoken(one: Any, ctx: core.Context) -> Any:  # Click gives the context by place here, by name there
        return named(plain(one, ctx))

    return spoken
