"""Which personal data the system holds, and where: every table is in one line of it, or said to hold none.

What a line means (what, why, who sees it, when it goes) is words: `inventory.NAME`, `.why`, `.who`, `.end`.
"""

from __future__ import annotations

from collections.abc import Mapping

HELD: Mapping[str, tuple[str, ...]] = {
    "person": (
        "person",
        "subject",
        "role_grant",
        "absence",
        "unit_stay",
        "conflict",
        "training",
        "twin",
        "amendment",
        "correction",
        "correction_step",
        "retention_proposal",
    ),
    "sign_in": (
        "account",
        "invitation",
        "sign_in",
        "sign_in_attempt",
        "password_link",
        "api_token",
        "token_use",
        "preference",
        "mail_pace",
        "kept_filter",
        "passkey",
        "push_device",
        "totp",
        "recovery_code",
        "sso_identity",
        "sign_in_step",
        "sso_sign_in",
        "sso_logout",
    ),
    "case": (
        "case_",
        "case_field",
        "case_party",
        "ask",
        "work_item",
        "work_item_candidate",
        "idempotency_key",
        "refusal",
        "undo_step",
        "looking",
        "postponed",
    ),
    "history": ("event", "event_detail", "journal"),
    "paper": ("file", "document", "document_version", "certificate", "criterion_evidence", "number_entry"),
    "merits": ("dossier_record", "recognition", "award", "achievement_use", "initiative_use"),
    "opinion": ("endorsement", "score_sheet", "score"),
    "ballot": ("ballot_box", "ballot_elector", "ballot_voted", "ballot_teller"),
    "board": ("honour",),
    "letter": ("outbox_message", "delivery_log", "delivery_key", "desk_letter", "desk_wording", "export_log"),
    "complaint": ("complaint", "complainant", "posting_comment", "posting_commenter"),
    "run": ("run", "incident", "erasure", "unit_merge", "calendar_edit", "plan_change"),
}
"""Line → tables, in the order a reader wants them."""

NONE = frozenset({
    "agency", "agency_calendar", "agenda_place", "anchor", "cadence_run", "calendar_move", "calendar_version",
    "certificate_look", "counter",
    "definition_version", "document_template", "fence", "honour_board", "link", "number_counter",
    "plan_change_case", "plan_version", "quota_counter", "quota_place", "quota_split", "retention_rule", "revision",
    "revision_case", "seal", "setting", "sign_in_policy", "snippet", "timer", "unit",
    "webhook", "webhook_telling",
})  # fmt: skip
"""Tables of numbers, rules, ready sentences, places and times: nobody is known by them."""
