"""What an award used up: achievement and initiative count once (Luật 06/2022 Đ.5; CV 5007/BNV-TĐKT)."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case, of_subject
from workflow.db import Id, agency_id, metadata

achievement_use = sa.Table(
    "achievement_use",
    metadata,
    agency_id(),
    Id("subject_id", primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),  # sha256 of the proof: the same paper, the same achievement
    Id("case_id", nullable=False),
    of_subject(),
    of_case(),
)

initiative_use = sa.Table(
    "initiative_use",
    metadata,
    agency_id(),
    Id("subject_id", primary_key=True),
    sa.Column("folded", sa.String(300), primary_key=True),
    sa.Column("title", sa.String(300), nullable=False),
    Id("case_id", nullable=False),
    of_subject(),
    of_case(),
)
