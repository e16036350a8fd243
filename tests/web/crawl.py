"""Every route with its parameters and its form filled in, so that a test can call all of them.

Closed by default: a new parameter, or a new route that takes a form, fails the crawl until it is written down here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from states.ballots.model import ballot_box
from states.calendars.model import calendar_edit
from states.comments.model import comment
from states.complaints.model import complaint
from states.corrections import correction
from states.desk.model import letter
from states.documents.model import document, number_entry
from states.retention import retention_proposal
from states.revisions.model import plan_change
from states.webhooks.model import webhook
from tests.web.desk import Browser, Forms
from web.api.page_actions import PLACE
from web.tray.model import kept_filter
from workflow import runs
from workflow.case import ask, case
from workflow.db import uuid7
from workflow.files import file
from workflow.incidents import incident
from workflow.organisation import absence, person, role_grant, twin, unit
from workflow.outbox import delivery
from workflow.worklist import work_item

REASON = "Một lý do đủ dài để ai cũng hiểu."
ACTIONS = {"cases.act": "take_up", "api.act": "take_up"}  # what the head may do with a new nominee
WORDS = {
    "action": "nominate", "process": "nominee", "kind": "people", "word": "nhan", "filename": "app.js",
    "name": "proposed", "template": "to_trinh", "agency": "so-tttt", "ending": "csv", "address": "khong-co-ai-o-day",
    "made_as": "docx",
    "page": "1", "ref": "TC-AAAA-AAAA", "drawing": "svg", "number": "values.accept_time", "batch": "guests",
}  # fmt: skip
LEAVES = ("sign_in.sign_out", "profile.password", "sign_in.set_password")  # end the sign-in of whoever calls them
OWNED = (
    "code", "item_id", "ask_id", "file_id", "person_id", "unit_id", "grant_id", "absence_id", "letter_id", "draft_id",
    "complaint_id", "comment_id", "posting_id", "incident_id", "token_id", "token", "subject_id", "case_id",
    "correction_id", "proposal_id", "document_id", "entry_id", "box_id", "run_id", "twin_id", "filter_id",
    "passkey_id", "identity_id", "sign_in_id", "device_id", "edit_id", "change_id", "webhook_id",
)  # fmt: skip


def forms(ids: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What is sent to each page that takes a form; `ids` are by the names of `OWNED`."""
    version = {"_item_version": "1"}
    decision = {"_case_version": "1", "_item": ids["item_id"], **version, "_next": ids["item_id"]}
    fields = {
        "reason": REASON, "evidence": ids["file_id"], "strengths": REASON, "shortcomings": REASON, "support": REASON,
        "mentor": ids["person_id"], "measures.0.what": REASON, "measures.0.who": ids["person_id"],
        "measures.0.due": "01/01/2030",
    }  # fmt: skip
    account: dict[str, Any] = {}
    return {
        "inbox.claim": version,
        "inbox.release": version,
        "inbox.reassign": {**version, "to": ids["person_id"], "reason": REASON},
        "inbox.recuse": {**version, "reason": REASON},
        "work_calendar.add_off": {
            "first": "05/10/2026", "last": "", "label": "Nghỉ bão", "source": REASON, "revision": "0", "nam": "2026",
        },
        "work_calendar.add_swap": {
            "off": "05/10/2026", "worked": "10/10/2026", "swap_label": "Làm bù", "swap_source": REASON, "revision": "0",
        },
        "work_calendar.remove": {"line": "2026-01-01", "revision": "0"},
        "office.change_head": {"parent_name": "UBND tỉnh", "short_name": "STP", "place": "Phủ Lý", "ground": REASON},
        "work_calendar.set_year": {"year": "2027", "official": "1", "revision": "0"},
        "work_calendar.adopt": {"revision": "0"},
        "work_calendar.drop": {"edit": ids["edit_id"], "revision": "1"},
        "work_calendar.propose": {"edit": ids["edit_id"], "revision": "1", "reason": REASON},
        "work_calendar.plan_again": {"revision": "1"},
        "work_calendar.take_back": {"revision": "1"},
        "work_calendar.agree": {"revision": "1"},
        "work_calendar.go_on": {"revision": "1"},
        "plan_changes.bring": {},
        "plan_changes.try_out": {"revision": "2"},
        "plan_changes.propose": {"revision": "2", "starts_on": "01/01/2030", "moves": "stay", "reason": REASON},
        "plan_changes.agree": {"revision": "2"},
        "plan_changes.take_back": {"revision": "2"},
        "plan_changes.give_up": {"revision": "2"},
        "plan_changes.move": {"revision": "2"},
        "plan_changes.go_on": {"revision": "2"},
        "more_time.ask": {**version, "until": "01/01/2030", "reason": REASON},
        "more_time.grant": {**version, "until": "01/01/2030", "reason": REASON},
        "more_time.refuse": {**version, "reason": REASON},
        "tray.postpone": {**version, "until": "01/01/2030"},
        "tray.bring_back": version,
        "tray.look": {},
        "tray.undo": {"seq": "1"},
        "tray.decide": {"one": f"{ids['item_id']}:1:1:propose", "_nonce": "crawl"},
        "tray.keep_filter": {"name": "Gấp", "_list": "han=week"},
        "tray.drop_filter": {},
        "tray.rest_from_endings": {},
        "push.add": {"endpoint": "https://push.example/x", "public_key": "x", "secret": "x", "name": "x"},
        "push.try_out": {},
        "push.drop": {},
        "tray.write_sentences": {"return": REASON, "refuse": REASON},
        "cases.act": {"_case_version": "1", **fields},
        "cases.answer": {**decision, **fields, "opinion": REASON},
        "nominate.start": {
            "_who": "known", "_subject": ids["subject_id"], "_person": ids["person_id"], "_unit": ids["unit_id"],
            "_other_unit": ids["unit_id"], "_kind": "person", "_name": "Ai đó", "_born": "01/02/1990", "_note": "",
            "merit": REASON, "life_field": "work", **fields,
        },
        "sign_in.sign_in": {"login": "khong-co", "password": "không phải mật khẩu", "next": "/viec"},
        "sign_in.sign_out": {},
        "calendars.create": {},
        "deadlines.remind": {},
        "calendars.revoke": {},
        "calendars.pace": {"pace": "daily"},
        "sign_in.choose": {"person": ids["person_id"]},
        "sign_in.set_password": {"password": "một mật khẩu dài", "repeated": "một mật khẩu dài"},
        "sign_in.second_step": {"code": "000000", "next": "/viec"},
        "lost_password.ask": {"login": "khong-co"},
        "lost_password.confirm_email": {},
        "passkeys.ask": {},
        "passkeys.sign_in": {"_proof_step": "x", "_proof_key": "{}"},
        "security.begin_app": {},
        "security.confirm_app": {"code": "000000"},
        "security.remove_app": {},
        "security.recovery": {},
        "security.begin_passkey": {"name": "một khóa"},
        "security.add_passkey": {"name": "một khóa", "_step": "x", "_credential": "{}"},
        "security.remove_passkey": {},
        "security.unlink": {},
        "security.end_sign_in": {},
        "security.end_others": {},
        "security.change_email": {"email": "moi@so.test"},
        "sign_in_rules.change": {"groups": "director", "starts_on": "01/01/2031", "fresh_minutes": "15"},
        "sign_in.language": {"language": "vi", "next": "/viec"},
        "profile.prefer": {"theme": "dark", "shortcuts": "on"},
        "profile.password": {"present": "x", "password": "một mật khẩu dài", "repeated": "một mật khẩu dài"},
        "profile.create_token": {"name": "một kịch bản", "days": "30", "scopes": "read"},
        "profile.revoke_token": {},
        "people.set_absence": {
            "deputy": ids["person_id"], "first": "01/01/2030", "last": "02/01/2030", "reason": REASON,
        },
        "people.end_absence": {},
        "roles.grant": {"role": "clerk", "unit": "", "first": "01/01/2030", "ground": REASON},
        "roles.revoke": {},
        "people_edit.add": {"code": "moi-den", "name": "Người mới đến", "email": "moi.den@so.test"},
        "people_edit.change": {"name": "Một tên khác", "post": "Chuyên viên"},
        "people_edit.leave": {"ends_on": "01/01/2031", "ground": REASON},
        "people.own_data": {"_nonce": "own data"},
        "person_move.confirm": {"unit": ids["unit_id"], "day": "01/01/2030", "number": "1/QĐ", "_nonce": "move"},
        "accounts.create": {"login": "mot-ten-moi"},
        "accounts.invite": account,
        "accounts.mail": account,
        "accounts.end_sign_ins": account,
        "accounts.reset_factors": account,
        "accounts.lock": account,
        "accounts.unlock": account,
        "records.add": {"kind": "rating", "year": "2024", "value": "htxsnv"},
        "records.withdraw": {"record": ids["case_id"], "why": REASON},
        "units.add": {"code": "moi", "name": "Phòng mới"},
        "units.change": {"name": "Một tên khác"},
        "units.end": {"ends_on": "01/01/2031", "ground": REASON},
        "numbers.change": {"number": "9", "starts_on": "01/01/2030", "ground": REASON, "_nonce": "number"},
        "foresight.order": {"first": "01/01/2020", "last": "x", "nominees": "1", "seed": "1", "_nonce": "foresight"},
        "invitations.look": {"person": ids["person_id"]},
        "invitations.send": {"person": ids["person_id"], "_nonce": "guests"},
        "unit_merge.confirm": {"into": ids["unit_id"], "day": "01/01/2030", "number": "1/QĐ", "_nonce": "merge"},
        "twins.confirm": {
            "noun": "person", "gone": ids["person_id"], "into": ids["person_id"], "reason": REASON, "_nonce": "twins",
        },
        "twins.confirm_parting": {"reason": REASON, "_nonce": "part"},
        "corrections.ask": {"field": "post", "wanted": REASON, "why": ""},
        "corrections.withdraw": {},
        "corrections.answer": {"status": "not_done", "words": REASON},
        "retention.set_rule": {"years": "5", "source": REASON},
        "retention.keep": {"until": "01/01/2040", "why": REASON},
        "retention.carry_out": {"proposal": ids["proposal_id"], "number": "1"},
        "sso.signed_out": {"logout_token": "x"},
        "forgetting.confirm": {"ground": REASON, "typed": "không phải mã"},
        "runs.stop": {},
        "runs.again": {},
        "cases.export": {"_nonce": "cases"},
        "imports.export": {"_nonce": "list"},
        "open_data.log": {"format": "ocel", "_nonce": "log"},
        "open_data.conform": {"_nonce": "conform"},
        "imports.upload": {"kind": "people"},
        "imports.write": {"file_id": ids["file_id"], "name": "danh-sach.xlsx"},
        "quotas.split": {f"places-{ids['unit_id']}": "1", "reason": REASON, "version": "0"},
        "scores.hand_in": {"visit": "1", "revision": "0", "criteria_hash": "0", "score-leading": "1", "words": REASON},
        "scores.recuse": {"reason": REASON},
        "scores.bind": {"criterion": "at_home.leading", "kept": ids["file_id"]},
        "ballots.look": {"page": "x", "p1": "x"},
        "ballots.cast": {"page": "x", "p1": "x", "code": "A" * 20},
        "ballots.close": {},
        "ballots.check": {"code": "A" * 20},
        "ballots.export": {},
        "sealed.give_key": {"public": "x"},
        "sealed.share": {"part-x": "x"},
        "sealed.report": {"c1": "1 0 0 0 0"},
        "sealed.dispute": {"against": ids["person_id"]},
        "documents.upload": {},
        "documents.give_up": {},
        "documents.void": {"reason": REASON, "so": "agency", "nam": "2025"},
        "documents.again": {},
        "documents.start_after": {"reason": REASON, "so": "agency", "nam": "2025", "last": "10"},
        "incidents.retry": {},
        "incidents.repair": {},
        "desk.edit": {"version": "1", "subject": REASON, "text": REASON, "address": ""},
        "desk.withdraw": {"version": "1"},
        "desk.confirm": {"letter": f"{ids['draft_id']}:1"},
        "desk.send": {"letter": f"{ids['draft_id']}:1", "way": "paper", "restored": "1"},
        "complaints.create": {
            "hold_ground": "complaint", "hold_document": ids["file_id"], "complaint_kind": "complaint",
            "complaint_on": "01/03/2025", "_name": REASON, "_contact": "", "_content": REASON,
        },
        "consents.show": {"sentence": REASON, "paper": REASON, "given_on": "01/03/2025"},
        "consents.take_down": {"why": REASON},
        "consents.open_board": {},
        "consents.shut_board": {},
        "complaints.who": {},
        "complaints.from_comment": {},
        "comments.say": {"stance": "agrees", "text": REASON, "name": REASON, "contact": REASON, "signed": "1"},
        "comments.moderate": {},
        "comments.signer": {},
        **{f"webhooks.{name}": {} for name in ("pause", "resume", "try_out", "send_again", "renew", "end")},
        **{
            f"webhooks.{name}": {"name": REASON, "address": "https://127.0.0.1/", "kinds": ["case.moved"]}
            for name in ("add", "change")
        },
        "fence.resume": {"decision": "send"},
        "demo_clock.move": {"day": "01/01/2030"},
    }  # fmt: skip


def bodies(ids: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What is sent to each route of the JSON interface that takes a body."""
    return {
        "api.act": {
            "inputs": {
                "strengths": [REASON], "shortcomings": [REASON], "support": REASON,
                "mentor": ids["person_id"],
                "measures": [{"what": REASON, "who": ids["person_id"], "due": "2030-01-01", "done": "no"}],
            }
        },
        "api.answer": {"inputs": {"reason": REASON}, "nil": True},
        "api.extension": {"word": "ask", "until": "2030-01-01", "reason": REASON},
        "api.start": {
            "process": "nominee", "action": "nominate", "about": {"subject_id": ids["subject_id"]},
            "inputs": {"merit": REASON, "life_field": "work", "evidence": [ids["file_id"]]},
        },
        "api.upload": {},
        "api.score": {"visit": 1, "criteria_hash": "0", "scores": {"leading": 1}, "words": REASON},
        "api.score_evidence": {
            "criteria": "exemplar", "criterion": "leading", "files": [ids["file_id"]], "uploads": [],
        },
        "api.score_recusal": {"reason": REASON},
        "api.office_add_person": {"code": "moi-den-2", "name": "Người mới đến"},
        "api.office_change_person": {"post": "Chuyên viên"},
        "api.office_add_unit": {"code": "moi-2", "name": "Phòng mới nữa"},
        "api.office_change_unit": {"name": "Một tên khác"},
        "api.webhook_send_again": {},
        "api.item_claim": {}, "api.item_release": {}, "api.item_postpone": {"until": "2030-01-01"},
        "api.item_reassign": {"to": ids["person_id"], "reason": REASON},
        "api.item_recuse": {"reason": REASON}, "api.case_undo": {"event_seq": 1},
    }  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One way to call a route. `form` for pages, `body` for scripts."""

    endpoint: str
    method: str
    path: str
    arguments: frozenset[str]
    form: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    @property
    def is_api(self) -> bool:
        """Answers scripts with a token; pages answer browsers."""
        return self.path.startswith("/api/")

    @property
    def owned(self) -> frozenset[str]:
        """The parameters of its address that name somebody's thing."""
        return self.arguments & frozenset(OWNED)


def calls(app: Flask, ids: Mapping[str, str], contents: Mapping[str, str] | None = None) -> Iterator[Call]:
    """Every route and method of the app, with these ids in its address and, unless others are given, in its form."""
    sent, told = forms(contents or ids), bodies(contents or ids)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            words = {**WORDS, "action": ACTIONS.get(rule.endpoint, WORDS["action"])}
            path = address(app, rule, {**words, **ids})
            if method == "GET":
                yield Call(rule.endpoint, method, path, frozenset(rule.arguments))
                continue
            api = path.startswith("/api/")
            page = page_of(app, rule)
            known, endpoint = (sent, page) if page or not api else (told, rule.endpoint)
            assert (endpoint or rule.endpoint) in known, f"{rule.endpoint}: the crawl does not know what it takes"
            given = known[endpoint or rule.endpoint]
            if page:
                given = {name: value for name, value in given.items() if name != "_nonce"}
            yield Call(
                rule.endpoint, method, path, frozenset(rule.arguments), {} if api else given, given if api else None
            )


def page_of(app: Flask, rule: Rule) -> str:
    """The page's endpoint whose form this operation takes; '' for any other route."""
    if not rule.rule.startswith(PLACE):
        return ""
    page = rule.rule.removeprefix(PLACE)
    return next(one.endpoint for one in app.url_map.iter_rules() if one.rule == page and "POST" in (one.methods or ()))


def address(app: Flask, rule: Rule, ids: Mapping[str, str]) -> str:
    """The rule's address with these ids."""
    unknown = rule.arguments - ids.keys()
    assert not unknown, f"{rule.rule}: the crawl does not know what {sorted(unknown)} are"
    return app.url_map.bind("localhost").build(rule.endpoint, {name: ids[name] for name in rule.arguments})


@dataclass
class Caller:
    """One person at a browser and with a script; both send what a well-meaning one would."""

    browser: Browser
    header: dict[str, str]
    secret: str

    @property
    def client(self) -> FlaskClient:
        """The browser's client."""
        return self.browser.client

    def make(self, call: Call) -> TestResponse:
        """Call it, every time as a new request."""
        if call.is_api:
            headers = {**self.header, "If-Match": '"1"', "Idempotency-Key": uuid7()}
            return self.client.open(call.path, method=call.method, headers=headers, json=call.body, buffered=True)
        if call.method == "GET":
            return self.client.get(call.path, buffered=True)
        data = {"csrf_token": self.secret, "_nonce": uuid7(), **call.form}
        return self.client.open(call.path, method=call.method, data=data, buffered=True)


def secret_of(browser: Browser) -> str:
    """The form secret of a signed-in browser."""
    return Forms(browser.get("/ca-nhan").text).forms[0].fields["csrf_token"][0]


def ids_of(connection: sa.Connection, agency_id: str, case_id: str) -> dict[str, str]:
    """An id of each thing an agency owns, by the names of `OWNED`; one nobody has where it owns none."""

    def first(table: sa.Table, *where: Any) -> str:
        return str(connection.scalar(sa.select(table.c.id).where(table.c.agency_id == agency_id, *where)) or uuid7())

    stored = connection.execute(sa.select(case).where(case.c.id == case_id)).one_or_none()
    return {
        "code": stored.code if stored else "DH-0000-0000",
        "case_id": case_id or uuid7(),
        "subject_id": stored.subject_id if stored else uuid7(),
        "item_id": first(work_item, work_item.c.status != "closed"),
        "file_id": first(file, file.c.case_id.is_not(None)),
        "person_id": first(person),
        "unit_id": first(unit),
        "letter_id": first(delivery, delivery.c.kind == "outbox_page"),
        "draft_id": first(letter),
        "complaint_id": first(complaint),
        "comment_id": first(comment),
        "posting_id": first(ask),
        "incident_id": first(incident),
        "grant_id": first(role_grant),
        "absence_id": first(absence),
        "ask_id": first(ask),
        "document_id": first(document),
        "entry_id": first(number_entry),
        "correction_id": first(correction),
        "proposal_id": first(retention_proposal),
        "box_id": first(ballot_box),
        "run_id": first(runs.run),
        "filter_id": first(kept_filter),
        "twin_id": first(twin),
        "edit_id": first(calendar_edit),
        "webhook_id": first(webhook, webhook.c.status != "ended"),
        "change_id": first(plan_change),
        **{name: uuid7() for name in ("token_id", "token", "passkey_id", "identity_id", "sign_in_id", "device_id")},
    }  # fmt: skip
