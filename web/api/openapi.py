"""The OpenAPI 3.1 document, made from the routes that exist and the shapes they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from web.access import access_of
from web.api import shapes
from web.api.speaking import MARK, Operation
from workflow.file_types import EXTENSIONS

PREFIX = "/api/v1"
REF = "#/components/schemas/{model}"
_STATUS = {
    400: "Không đọc được yêu cầu", 401: "Thiếu mã truy cập", 403: "Không được phép, kèm mọi lý do",
    404: "Không có, hoặc không được xem", 409: "Việc này đã được quyết định", 412: "Hồ sơ đã thay đổi, việc vẫn còn đó",
    422: "Nội dung chưa đúng, theo từng mục", 428: "Thiếu If-Match",
}  # fmt: skip
_HEADERS = {
    "If-Match": "Phiên bản đã xem (ETag); thiếu: 428, đã cũ: 412, việc đã được quyết định: 409",
    "Idempotency-Key": "Tên riêng của yêu cầu; gửi lại cùng tên, cùng nội dung thì được cùng câu trả lời trong 72 giờ",
}


def document(app: Flask) -> dict[str, Any]:
    """The whole document."""
    routes = list(operations(app))
    models = {model for _, _, said in routes for model in (said.answer, said.body) if model} | {shapes.Problem}
    ordered: list[tuple[type[BaseModel], Any]] = [
        (model, "validation") for model in sorted(models, key=lambda model: model.__name__)
    ]
    _, schemas = models_json_schema(ordered, ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, said in routes:
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule).removeprefix(PREFIX)
        scope = access_of(app.view_functions[rule.endpoint])
        paths.setdefault(path, {})[method.lower()] = _operation(rule, said, scope.name if scope else "")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Nêu Gương", "version": "1", "description": "Cùng một bộ máy với trang web."},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    """Every route of the interface with its method and its documentation."""
    for rule in app.url_map.iter_rules():
        said = getattr(app.view_functions[rule.endpoint], MARK, None)
        if said is not None:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, said


def _operation(rule: Rule, said: Operation, scope: str) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(rule.arguments)
    ]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in said.query]
    parameters += [
        {
            "name": name,
            "in": "header",
            "required": said.fields is None,
            "description": _HEADERS[name],
            "schema": {"type": "string"},
        }
        for name in said.headers
    ]
    found: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": said.summary,
        "x-scope": scope,
        "parameters": parameters,
        "responses": _responses(said),
    }
    if said.body:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(said.body)}}}
    elif said.fields is not None:
        found["requestBody"] = {"required": True, "content": _form(said)}
    elif rule.rule.endswith("/files"):
        form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        found["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    return found


def _form(said: Operation) -> dict[str, Any]:
    """The fields of a page's form: each one text, or several; files only in a form of several parts."""
    value = {"anyOf": [{"type": kind} for kind in ("string", "integer", "boolean")]}
    value["anyOf"].append({"type": "array", "items": {"type": "string"}})
    names = [name for name in said.fields or () if "*" not in name]
    many = {"^" + ".+".join(map(re.escape, name.split("*"))) + "$": value for name in said.fields or () if "*" in name}
    text: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(names, value), "additionalProperties": False}
    if many:
        text["patternProperties"] = many
    if not said.files:
        return {"application/json": {"schema": text}}
    typed: dict[str, Any] = {name: {"type": "string"} for name in names}
    typed |= {name: {"type": "string", "format": "binary"} for name in said.files}
    parts = {"type": "object", "properties": typed}
    return {"application/json": {"schema": text}, "multipart/form-data": {"schema": parts}}


def _responses(said: Operation) -> dict[str, Any]:
    files: dict[str, Any] = {kind: {} for kind in (*EXTENSIONS, "application/octet-stream")}
    media = {"application/json": {"schema": _ref(said.answer)}} if said.answer else files
    wrong = {"application/problem+json": {"schema": _ref(shapes.Problem)}}
    found: dict[str, Any] = {str(said.status): {"description": said.summary, "content": media}}
    return found | {str(status): {"description": _STATUS[status], "content": wrong} for status in said.problems}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}
