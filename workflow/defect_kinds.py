"""Which kinds of defect a plan can have, and what each tells: the parameters of its sentence in the catalogues."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.message import Message

# kind → parameters of the sentence `definition.<kind>`
KINDS = {
    # the file
    "bad_yaml": "why",
    "no_file": "name",
    "unlisted_file": "name",
    "wrong_name": "name expected",
    "duplicate_key": "name first",
    "no_value": "name",
    "key_not_text": "",
    "alias": "",
    "unknown_key": "name kind",
    "missing_key": "name entry kind",
    "not_a_table": "name",
    "not_a_list": "name",
    "not_a_text": "name",
    "not_a_number": "name under",
    "bad_name": "name",
    "named_twice": "name names",
    "unknown_word": "name under",
    # reuse and values
    "unknown_like": "name",
    "like_circle": "path",
    "removes_nothing": "name",
    "unknown_value": "name",
    "value_circle": "path",
    # the small languages
    "bad_condition": "text",
    "bad_branch": "text",
    "bad_escalation": "text",
    "bad_count": "text",
    "bad_share": "text",
    "bad_weight": "text",
    "bad_scale": "text",
    "bad_duration": "text why",
    "bad_deadline": "text why",
    "bad_by_case": "text",
    "bad_window": "text why",
    "bad_range": "text why",
    "bad_cadence": "name why",
    "bad_level": "",
    "no_hour": "name",
    "bad_agency": "name most",
    "bad_code": "name",
    "long_code": "name most letters",
    # names
    "unknown_role": "name",
    "role_of_nobody": "name",
    "role_outside": "name",
    "unknown_state": "name",
    "unknown_field": "name",
    "unknown_ask": "name",
    "unknown_action": "name",
    "unknown_guard": "name",
    "unread_argument": "name value",
    "bad_requirement": "name under word",
    "bad_rules": "name under word",
    "unknown_rules": "name",
    "unknown_document": "name",
    "unknown_template": "name",
    "unknown_tag": "name",
    "not_council": "name state",
    "unknown_effect": "name",
    "unknown_form": "name",
    "unknown_level": "name",
    "unknown_phase": "name",
    "unknown_process": "name",
    "unknown_kind": "name",
    "unknown_purpose": "name",
    "unknown_quota": "name",
    "unknown_unit_type": "name",
    "unknown_by": "name",
    "unknown_each": "name",
    "unknown_verb": "name",
    "unknown_fact": "name",
    "unknown_choice": "name",
    "unknown_placeholder": "name",
    "ambiguous_action": "name choices",
    "not_comparable": "name type",
    "only_for_cases": "name",
    "only_for_dates": "name",
    "not_linked": "name",
    "never_said": "name value",
    "by_case_gap": "name value",
    "not_started_by": "name by",
    "two_level_states": "first second name",
    "no_level_none": "",
    # soundness
    "unreachable": "name why",
    "no_end": "",
    "no_way_out": "name reach",
    "lacks": "name what",
    "end_acts": "name what",
    "nobody_acts": "name place",
    "by_and_when": "name",
    "no_title": "name",
    "overdue_of_nothing": "name",
    "automatic_circle": "",
    "open_choice": "name",
    "dead_branch": "name",
    "child_end_unheard": "child name process",
    "start_circle": "",
    "hold_forever": "name",
    "no_held": "name",
    "nothing_held": "",
    "releases_nothing": "name ground",
    "never_delivered": "name",
    "ask_of_or_process": "name",
    "silence_of_several": "name",
    "posting_answered": "name",
    "else_circle": "",
    "never_comes": "name day first last",
    "quota_of_nothing": "name",
    "quota_automatic": "name action",
    "quota_split_what": "name",
    "quota_of_itself": "name",
    "quota_role_never": "name action",
    "quota_no_reason": "name field",
    "criteria_weights": "name sum",
    "criteria_in_end": "name state",
    "criteria_condition": "name text",
    "code_of_two": "name process",
    "code_without_year": "name",
    "code_shared": "name why",
    # organisation.yaml beside the plan
    "other_agency": "name expected",
    "bad_line": "name what",
    # translations
    "no_translation": "language name text",
    "text_of_nothing": "name",
}

# what a kind's `why`, `reach` or `place` may be → parameters of the phrase `definition.because.<reason>`
REASONS = {
    "no_form": "text nearest",
    "no_date": "text",
    "no_such_day": "text",
    "day_in_hours": "",
    "ends_before": "text",
    "no_dots": "",
    "one_to_choose": "text",
    "rhythm_is_one": "",
    "lists_nest": "",
    "no_every": "text",
    "no_point": "text every nearest",
    "not_utf8": "",
    "no_action_leads": "",
    "level_never_earned": "",
    "from_unreachable": "moves",
    "reaches_nothing": "",
    "start_has_no_owner": "",
    "starts_several": "name action",
    "periods_alike": "first second code",
}


def because(reason: str, **params: object) -> Message:
    """A part of a defect's sentence that is a phrase itself. KeyError for one the catalogues cannot have."""
    return checked(REASONS, f"because.{reason}", params)


def checked(kinds: Mapping[str, str], key: str, params: Mapping[str, object]) -> Message:
    """The message `definition.<key>`; one that no table lists or that lacks a value is a programmer's KeyError."""
    for name in kinds[key.removeprefix("because.")].split():
        params[name]
    return Message(f"definition.{key}", params)
