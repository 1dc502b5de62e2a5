"""Registers, questions beside controls, and all that a whole risk analysis says.

SQLite cannot widen a CHECK: the three tables with one are written anew, and their rows copied. No
other table points at them. What older assessments do not say is NULL or empty.

When an answer was written down was not kept until now. Each was judged at once, so it is the day
of the first assessment that rests on it, and the day it was given where there is none.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

LEVELS = "'very low', 'low', 'moderate', 'high', 'very high'"

ANSWER = """
    CREATE TABLE answer (
        id INTEGER NOT NULL,
        question TEXT NOT NULL,
        value TEXT NOT NULL,
        person TEXT NOT NULL,
        said_on TEXT NOT NULL,
        note TEXT NOT NULL,
        document TEXT NOT NULL,
        role TEXT NOT NULL,
        document_on TEXT,
        approver TEXT NOT NULL,
        choice TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT value_is_known CHECK (value IN (
            'yes', 'partly', 'no', 'unknown', 'later', 'not applicable', 'choice'))
    ) STRICT
"""

COPY_ANSWERS = """
    INSERT INTO answer
    SELECT id, control, value, person, said_on, note, document, '', NULL, '', '', coalesce(
        (SELECT min(a.made_at) FROM control_result AS c JOIN assessment AS a
             ON a.id = c.assessment_id
          WHERE c.control = old.control AND c.answer IS NOT NULL
            AND json_extract(c.answer, '$.value') = old.value
            AND json_extract(c.answer, '$.person') = old.person
            AND json_extract(c.answer, '$.on') = old.said_on
            AND json_extract(c.answer, '$.note') = old.note
            AND json_extract(c.answer, '$.document') = old.document),
        said_on || 'T00:00:00.000000Z')
    FROM old_answer AS old ORDER BY id
"""

CONTROL_RESULT = """
    CREATE TABLE control_result (
        assessment_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        control TEXT NOT NULL,
        citation TEXT NOT NULL,
        title TEXT NOT NULL,
        safeguard TEXT NOT NULL,
        standard TEXT NOT NULL,
        standard_citation TEXT NOT NULL,
        implementation TEXT NOT NULL,
        scan_power TEXT NOT NULL,
        scan_says TEXT NOT NULL,
        question TEXT NOT NULL,
        document TEXT NOT NULL,
        checks TEXT NOT NULL,
        default_not_applicable TEXT NOT NULL,
        status TEXT NOT NULL,
        assurance TEXT NOT NULL,
        reason TEXT NOT NULL,
        findings TEXT NOT NULL,
        answer TEXT,
        why TEXT NOT NULL,
        good TEXT NOT NULL,
        asked_of TEXT NOT NULL,
        evidence TEXT NOT NULL,
        lacking TEXT NOT NULL,
        decision TEXT,
        PRIMARY KEY (assessment_id, position),
        CONSTRAINT implementation_is_known
            CHECK (implementation IN ('required', 'addressable')),
        CONSTRAINT scan_power_is_known
            CHECK (scan_power IN ('refute', 'support', 'both', 'none')),
        CONSTRAINT status_is_known CHECK (status IN (
            'met', 'met by an alternative', 'not reasonable, documented', 'partial', 'not met',
            'not assessed', 'not applicable')),
        CONSTRAINT assurance_is_known CHECK (assurance IN ('A0', 'A1', 'A2', 'A3', 'A4')),
        FOREIGN KEY(assessment_id) REFERENCES assessment (id) ON DELETE CASCADE
    ) STRICT
"""

# A quotation mark inside a JSON text stands behind a backslash: this finds keys only.
COPY_CONTROL_RESULTS = """
    INSERT INTO control_result
    SELECT assessment_id, position, control, citation, title, safeguard, standard,
        standard_citation, implementation, scan_power, scan_says, question, document, checks,
        default_not_applicable, status, assurance, reason, findings,
        replace(answer, '"control": ', '"question": '), '', '', '', '[]', '[]', NULL
    FROM old_control_result
"""

ACTION = f"""
    CREATE TABLE action (
        assessment_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        how TEXT NOT NULL,
        owner TEXT NOT NULL,
        due TEXT NOT NULL,
        cost TEXT NOT NULL,
        level TEXT NOT NULL,
        risks TEXT NOT NULL,
        findings TEXT NOT NULL,
        criterion TEXT NOT NULL,
        "key" TEXT NOT NULL,
        status TEXT NOT NULL,
        note TEXT NOT NULL,
        verified_by TEXT NOT NULL,
        entry TEXT NOT NULL,
        interim TEXT NOT NULL,
        vendor TEXT NOT NULL,
        PRIMARY KEY (assessment_id, position),
        CONSTRAINT level_is_known CHECK (level IN ({LEVELS})),
        CONSTRAINT status_is_known CHECK (status IN (
            'planned', 'in progress', 'blocked', 'done, unverified', 'verified', 'accepted',
            'cancelled')),
        FOREIGN KEY(assessment_id) REFERENCES assessment (id) ON DELETE CASCADE
    ) STRICT
"""

COPY_ACTIONS = """
    INSERT INTO action
    SELECT assessment_id, position, id, title, how, owner, due, cost, level, risks, findings,
        criterion, '', 'planned', '', '', '', '', ''
    FROM old_action
"""

ENTRY = """
    CREATE TABLE entry (
        id INTEGER NOT NULL,
        register TEXT NOT NULL,
        entry TEXT NOT NULL,
        content TEXT NOT NULL,
        person TEXT NOT NULL,
        made_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        removed INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT removed_in_range CHECK (removed BETWEEN 0 AND 1)
    ) STRICT
"""

ADDED = {
    "scan": ("zone",),
    "assessment": (
        *("rules_revision", "elements", "standards", "conflicts", "threats", "exceptions"),
        *("vendors", "open_questions", "profile", "sets", "reach", "estimate", "vantages"),
    ),
    "risk": ('"key"', "zone", "assets", "because", "asks", "acceptance", "reopened"),
}
"""Columns of text, NULL in rows from before."""

KEPT = """
    CREATE TRIGGER {table}_no_{does} BEFORE {does} ON {table}
    BEGIN SELECT RAISE(ABORT, 'what was said is never changed: {table}'); END
"""


def upgrade() -> None:
    for table, create, copy in (
        ("answer", ANSWER, COPY_ANSWERS),
        ("control_result", CONTROL_RESULT, COPY_CONTROL_RESULTS),
        ("action", ACTION, COPY_ACTIONS),
    ):
        op.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
        op.execute(create)
        op.execute(copy)
        op.execute(f"DROP TABLE old_{table}")
    op.execute("CREATE INDEX answer_question ON answer (question)")
    op.execute(ENTRY)
    op.execute("CREATE INDEX entry_of ON entry (register, entry)")
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
    for table in ("answer", "entry"):
        for does in ("UPDATE", "DELETE"):
            op.execute(KEPT.format(table=table, does=does))
