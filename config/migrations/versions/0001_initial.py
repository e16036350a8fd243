"""The first shape: the engine's tables and the domain's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("password_hash", sa.String(length=300), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), server_default="vi", nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("short_name", sa.String(length=60), server_default="", nullable=False),
        sa.Column("parent_name", sa.String(length=300), server_default="", nullable=False),
        sa.Column("place", sa.String(length=120), server_default="", nullable=False),
        sa.Column("organisation_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
    )
    op.create_table(
        "calendar_version",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("is_living", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_version")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "cadence_run",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_cadence_run_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "process", "period", name=op.f("pk_cadence_run")),
    )
    op.create_table(
        "counter",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_counter_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "name", name=op.f("pk_counter")),
    )
    op.create_table(
        "delivery_log",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("item_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.String(length=120), server_default="", nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_delivery_log_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_log")),
    )
    op.create_index("ix_delivery_case", "delivery_log", ["case_id", "at"], unique=False)
    op.create_table(
        "event_detail",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_event_detail_agency_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_detail")),
    )
    op.create_index("ix_event_detail_case", "event_detail", ["case_id"], unique=False)
    op.create_table(
        "file",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=36), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_file_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_file_agency_id_id")),
    )
    op.create_index("ix_file_case", "file", ["case_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_idempotency_key_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "person_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_at", "idempotency_key", ["at"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("message_id", sa.String(length=36), nullable=True),
        sa.Column("timer_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("repaired_at", sa.DateTime(), nullable=True),
        sa.Column("repaired_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_incident_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("agency_id", "dedupe_key", name=op.f("uq_incident_agency_id_dedupe_key")),
    )
    op.create_index("ix_incident_status", "incident", ["agency_id", "status"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=120), server_default="", nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("retry_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_outbox_message_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("agency_id", "dedupe_key", name=op.f("uq_outbox_message_agency_id_dedupe_key")),
    )
    op.create_index("ix_outbox_order", "outbox_message", ["recipient", "status", "case_id"], unique=False)
    op.create_index("ix_outbox_status", "outbox_message", ["status", "not_before"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("grammar", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_living", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.Column("loaded_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_plan_version_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint("agency_id", "hash", name=op.f("uq_plan_version_agency_id_hash")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("type", sa.String(length=64), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_unit_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_unit_agency_id_code")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_unit_agency_id_id")),
    )
    op.create_table(
        "definition_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("grammar", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_definition_version_agency_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan_version.id"], name=op.f("fk_definition_version_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_version")),
        sa.UniqueConstraint("plan_id", "process", name=op.f("uq_definition_version_plan_id_process")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("sort_key", sa.String(length=400), server_default="", nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("post", sa.String(length=200), server_default="", nullable=False),
        sa.Column("gender", sa.String(length=16), server_default="", nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("authority_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_account_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name=op.f("fk_person_agency_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_person_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("agency_id", "account_id", name=op.f("uq_person_agency_id_account_id")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_person_agency_id_code")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_person_agency_id_id")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("deputy_id", sa.String(length=36), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("set_by", sa.String(length=36), nullable=True),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "deputy_id"], ["person.agency_id", "person.id"], name=op.f("fk_absence_agency_id_deputy_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"], name=op.f("fk_absence_agency_id_person_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_absence_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_table(
        "case_",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("definition_id", sa.String(length=36), nullable=False),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), server_default="", nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("top_level", sa.String(length=64), server_default="", nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("takers", sa.JSON(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chain_seq", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), server_default="", nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("start_key", sa.String(length=200), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("one_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_case__agency_id")),
        sa.ForeignKeyConstraint(["definition_id"], ["definition_version.id"], name=op.f("fk_case__definition_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan_version.id"], name=op.f("fk_case__plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_case__agency_id_code")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_case__agency_id_id")),
        sa.UniqueConstraint("agency_id", "start_key", name=op.f("uq_case__agency_id_start_key")),
    )
    op.create_index("ix_case_agency_process", "case_", ["agency_id", "process", "started_at"], unique=False)
    op.create_index("ix_case_agency_unit", "case_", ["agency_id", "unit_id"], unique=False)
    op.create_index("ix_case_parent", "case_", ["agency_id", "parent_id"], unique=False)
    op.create_index("ix_case_subject", "case_", ["agency_id", "subject_id"], unique=False)
    op.create_index(
        "uq_case_one_open",
        "case_",
        ["agency_id", "process", "subject_id"],
        unique=True,
        sqlite_where=sa.text("one_open AND ended_at IS NULL"),
        postgresql_where=sa.text("one_open AND ended_at IS NULL"),
    )
    op.create_table(
        "conflict",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("declared_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"], name=op.f("fk_conflict_agency_id_person_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_conflict_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint(
            "agency_id", "person_id", "subject_id", name=op.f("uq_conflict_agency_id_person_id_subject_id")
        ),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.id"],
            name=op.f("fk_role_grant_agency_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name=op.f("fk_role_grant_agency_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_role_grant_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_agency_role", "role_grant", ["agency_id", "role"], unique=False)
    op.create_table(
        "subject",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("whole_unit_id", sa.String(length=36), nullable=True),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("gender", sa.String(length=16), server_default="", nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"], ["person.agency_id", "person.id"], name=op.f("fk_subject_agency_id_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name=op.f("fk_subject_agency_id_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "whole_unit_id"],
            ["unit.agency_id", "unit.id"],
            name=op.f("fk_subject_agency_id_whole_unit_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_subject_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_subject_agency_id_id")),
        sa.UniqueConstraint("agency_id", "person_id", name=op.f("uq_subject_agency_id_person_id")),
        sa.UniqueConstraint("agency_id", "whole_unit_id", name=op.f("uq_subject_agency_id_whole_unit_id")),
    )
    op.create_index("ix_subject_folded", "subject", ["agency_id", "folded"], unique=False)
    op.create_table(
        "achievement_use",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["case_.agency_id", "case_.id"],
            name=op.f("fk_achievement_use_agency_id_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"],
            ["subject.agency_id", "subject.id"],
            name=op.f("fk_achievement_use_agency_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_achievement_use_agency_id")),
        sa.PrimaryKeyConstraint("subject_id", "digest", name=op.f("pk_achievement_use")),
    )
    op.create_table(
        "ask",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("element", sa.String(length=80), server_default="", nullable=False),
        sa.Column("element_label", sa.String(length=300), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=True),
        sa.Column("child_state", sa.String(length=64), server_default="", nullable=False),
        sa.Column("says", sa.String(length=64), server_default="", nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_ask_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_ask_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
        sa.UniqueConstraint(
            "case_id", "visit", "name", "element", "number", name=op.f("uq_ask_case_id_visit_name_element_number")
        ),
    )
    op.create_index("ix_ask_child", "ask", ["child_id"], unique=False)
    op.create_table(
        "award",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("form", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision_file_id", sa.String(length=36), nullable=True),
        sa.Column("told_case_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["case_.agency_id", "case_.id"],
            name=op.f("fk_award_agency_id_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"], ["subject.agency_id", "subject.id"], name=op.f("fk_award_agency_id_subject_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_award_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint(
            "agency_id", "case_id", "event_seq", "form", name=op.f("uq_award_agency_id_case_id_event_seq_form")
        ),
    )
    op.create_index("ix_award_subject", "award", ["agency_id", "subject_id"], unique=False)
    op.create_table(
        "case_field",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_case_field_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_case_field_agency_id")),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_case_field")),
    )
    op.create_table(
        "case_party",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_case_party_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_case_party_agency_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", "relation", name=op.f("pk_case_party")),
    )
    op.create_index("ix_case_party_person", "case_party", ["agency_id", "person_id"], unique=False)
    op.create_table(
        "discipline",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("decision_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"],
            ["subject.agency_id", "subject.id"],
            name=op.f("fk_discipline_agency_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_discipline_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discipline")),
    )
    op.create_index("ix_discipline_subject", "discipline", ["agency_id", "subject_id"], unique=False)
    op.create_table(
        "endorsement",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["case_.agency_id", "case_.id"],
            name=op.f("fk_endorsement_agency_id_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.id"],
            name=op.f("fk_endorsement_agency_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_endorsement_agency_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_endorsement")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_event_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_event_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_event_case_id_seq")),
    )
    op.create_table(
        "initiative_use",
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["case_.agency_id", "case_.id"],
            name=op.f("fk_initiative_use_agency_id_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"],
            ["subject.agency_id", "subject.id"],
            name=op.f("fk_initiative_use_agency_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_initiative_use_agency_id")),
        sa.PrimaryKeyConstraint("subject_id", "folded", name=op.f("pk_initiative_use")),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("other_id", sa.String(length=36), nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("late", sa.String(length=16), server_default="incident", nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_link_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_link_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("case_id", "process", "other_id", name=op.f("uq_link_case_id_process_other_id")),
    )
    op.create_table(
        "recognition",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision_file_id", sa.String(length=36), nullable=True),
        sa.Column("brought_in", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoke_ground", sa.String(length=200), server_default="", nullable=False),
        sa.Column("revoke_decision", sa.String(length=120), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["case_.agency_id", "case_.id"],
            name=op.f("fk_recognition_agency_id_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"],
            ["subject.agency_id", "subject.id"],
            name=op.f("fk_recognition_agency_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_recognition_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
    )
    op.create_index("ix_recognition_case", "recognition", ["agency_id", "case_id"], unique=False)
    op.create_index(
        "uq_recognition_live",
        "recognition",
        ["agency_id", "subject_id", "level"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=True),
        sa.Column("ask_id", sa.String(length=36), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), server_default="", nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("armed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_timer_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_timer_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    op.create_index("ix_timer_case", "timer", ["case_id", "status"], unique=False)
    op.create_index("ix_timer_due", "timer", ["status", "due_at"], unique=False)
    op.create_table(
        "unit_stay",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "subject_id"],
            ["subject.agency_id", "subject.id"],
            name=op.f("fk_unit_stay_agency_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name=op.f("fk_unit_stay_agency_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_unit_stay_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_stay")),
    )
    op.create_index("ix_unit_stay_subject", "unit_stay", ["agency_id", "subject_id"], unique=False)
    op.create_table(
        "work_item",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ask_id", sa.String(length=36), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("due", sa.JSON(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("sort_due_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("claimed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=36), nullable=True),
        sa.Column("closed_how", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_work_item_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_work_item_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_work_item_agency_id_id")),
    )
    op.create_index("ix_work_item_case", "work_item", ["case_id", "status"], unique=False)
    op.create_index(
        "uq_work_item_open",
        "work_item",
        ["case_id", "visit", "kind", sa.literal_column("coalesce(ask_id, '')")],
        unique=True,
        sqlite_where=sa.text("status != 'closed'"),
        postgresql_where=sa.text("status != 'closed'"),
    )
    op.create_table(
        "work_item_candidate",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=64), server_default="", nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("why", sa.String(length=16), server_default="owner", nullable=False),
        sa.Column("moved_by", sa.String(length=36), nullable=True),
        sa.Column("is_open", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sort_due_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "item_id"],
            ["work_item.agency_id", "work_item.id"],
            name=op.f("fk_work_item_candidate_agency_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_work_item_candidate_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item_candidate")),
    )
    op.create_index("ix_candidate_item", "work_item_candidate", ["item_id"], unique=False)
    op.create_index(
        "ix_candidate_person",
        "work_item_candidate",
        ["agency_id", "is_open", "person_id", "sort_due_at", "item_id"],
        unique=False,
    )
    op.create_index(
        "ix_candidate_role",
        "work_item_candidate",
        ["agency_id", "is_open", "role", "unit_id", "sort_due_at", "item_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("work_item_candidate")
    op.drop_table("work_item")
    op.drop_table("unit_stay")
    op.drop_table("timer")
    op.drop_table("recognition")
    op.drop_table("link")
    op.drop_table("initiative_use")
    op.drop_table("event")
    op.drop_table("endorsement")
    op.drop_table("discipline")
    op.drop_table("case_party")
    op.drop_table("case_field")
    op.drop_table("award")
    op.drop_table("ask")
    op.drop_table("achievement_use")
    op.drop_table("subject")
    op.drop_table("role_grant")
    op.drop_table("conflict")
    op.drop_table("case_")
    op.drop_table("absence")
    op.drop_table("person")
    op.drop_table("definition_version")
    op.drop_table("unit")
    op.drop_table("plan_version")
    op.drop_table("outbox_message")
    op.drop_table("incident")
    op.drop_table("idempotency_key")
    op.drop_table("file")
    op.drop_table("event_detail")
    op.drop_table("delivery_log")
    op.drop_table("counter")
    op.drop_table("cadence_run")
    op.drop_table("setting")
    op.drop_table("calendar_version")
    op.drop_table("agency")
    op.drop_table("account")
