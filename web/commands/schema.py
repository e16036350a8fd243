"""`neuguong schema`: what an editor needs to complete, explain and underline a plan's files while they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from config import organisation_file
from config.texts import read
from web.commands.shell import Shell, pass_shell
from workflow.editor_schema import ROOTS, json_schema
from workflow.message import Message
from workflow.vocabulary import LANGUAGES

FILES = (*ROOTS, "organisation")


@click.command(
    help="In lược đồ JSON để trình soạn thảo kiểm tra và gợi ý khi viết kế hoạch; --to ghi cả ba tệp vào thư mục."
)
@click.argument("file", type=click.Choice(FILES), required=False)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Thư mục nhận ba tệp lược đồ.")
@pass_shell
def schema(shell: Shell, file: str | None, folder: Path | None) -> None:
    """From the loader's own vocabulary: what it refuses by key, the editor underlines. Needs no database."""
    if folder is not None:
        written = write(folder)
        shell.say("schema.written", count=len(written), folder=folder)
        return
    shell.say_json(schema_of(file or "process"))


def schema_of(file: str) -> dict[str, Any]:
    """The schema of plan.yaml, of a process's file or of organisation.yaml, each key described."""
    return organisation_file.json_schema(described) if file == "organisation" else json_schema(file, described)


def write(folder: Path) -> list[Path]:
    """All of them as files in a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{file}.json" for file in FILES]
    for file, path in zip(FILES, written, strict=True):
        path.write_text(json.dumps(schema_of(file), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return written


def described(kind: str, key: str) -> str:
    """What a key is for, in Vietnamese, then in English; '' where the catalogues say nothing of it."""
    asked = [Message(f"schema.{kind}.{key}").key, Message(f"schema.any.{key}").key]
    asked += ["schema.requirement.figure"] if kind == "requirement" else []
    texts = [read(language) for language in LANGUAGES]
    found = next((one for one in asked if one in texts[0]), None)
    return "\n".join(text[found] for text in texts) if found else ""


COMMANDS = (schema,)
