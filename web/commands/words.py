"""Click's own words in the language of the installation: what it asks of gettext is answered by our catalogues."""

from __future__ import annotations

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
SPEAKING = (core, decorators, exceptions, formatting, parser, types)


def teach(language: str) -> None:
    """From now on Click says this language; what the catalogue does not know stays as it is."""

    def said(text: str) -> str:
        return read(language).get(WORDS.get(text, ""), text)

    def counted(one: str, many: str, number: int) -> str:
        return said(one if number == 1 else many)

    for module in SPEAKING:
        for name, speak in (("_", said), ("ngettext", counted)):
            if hasattr(module, name):
                setattr(module, name, speak)
