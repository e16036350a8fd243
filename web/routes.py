"""Which views the app has."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web.views import (
    accounts,
    api_inbox,
    api_office,
    api_open_data,
    api_pages,
    api_scores,
    api_webhooks,
    api_why,
    ballots,
    calendars,
    cases,
    certificates,
    comments,
    complaints,
    consents,
    corrections,
    deadlines,
    demo_clock,
    desk,
    documents,
    duplicates,
    exports,
    fence,
    files,
    foresight,
    forgetting,
    guides,
    health,
    home,
    honours,
    imports,
    inbox,
    incidents,
    invitations,
    lost_password,
    more_time,
    nominate,
    numbers,
    office,
    open_data,
    outbox,
    overview,
    passkeys,
    people,
    people_edit,
    person_move,
    plan_changes,
    plan_work,
    processes,
    profile,
    publicity_calendar,
    push,
    quality,
    quotas,
    records,
    retention,
    rights,
    roles,
    runs,
    scores,
    sealed,
    security,
    sign_in,
    sign_in_rules,
    sittings,
    sso,
    tray,
    twins,
    unit_merge,
    units,
    webhooks,
    why,
    work_calendar,
)

PAGES = (
    tray.pages, more_time.pages, inbox.pages, cases.pages, nominate.pages, files.pages, records.pages,
    home.pages, sign_in.pages, lost_password.pages, passkeys.pages, sso.pages, profile.pages, security.pages,
    sign_in_rules.pages, calendars.pages, people.pages, people_edit.pages, roles.pages, person_move.pages,
    accounts.pages,
    units.pages, unit_merge.pages, duplicates.pages, forgetting.pages, twins.pages, imports.pages, runs.pages,
    quotas.pages, plan_work.pages, publicity_calendar.pages, scores.pages, ballots.pages, sealed.pages,
    sittings.pages, rights.pages, push.pages, why.pages,
    office.pages, numbers.pages, plan_changes.pages, invitations.pages, foresight.pages, webhooks.pages,
    outbox.pages, desk.pages, comments.pages, complaints.pages, quality.pages,
    overview.pages, deadlines.pages, work_calendar.pages, processes.pages, honours.pages, consents.pages,
    exports.pages, open_data.pages, corrections.pages, retention.pages,
    documents.pages, certificates.pages, incidents.pages, fence.pages, demo_clock.pages, guides.pages, health.pages,
)  # fmt: skip


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add every page and interface; what takes bearer tokens only needs no form secret."""
    for pages in PAGES:
        app.register_blueprint(pages)
    app.register_blueprint(api_office.pages)  # one blueprint, its routes in four modules
    for module in (api_inbox, api_scores, api_open_data, api_webhooks, api_why):
        csrf.exempt(module.pages)
    api_pages.offer(app)
    csrf.exempt(api_pages.forms)
    csrf.exempt(sso.signed_out)  # a server of the provider sends it: no browser, no cookie, a signed token
