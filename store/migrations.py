"""The schema, as named steps that are only ever appended to. Applied by sqlite-utils' Migrations.

Two sorts of tables: those that follow from the ledger (every row can be rebuilt from its entries), and the
local ones (`scanned_folder`, `stat_index`, `journal`, `tag_journal`, `mount`), which a scan can make again.

Shape (docs/benchmarks.md): integer keys, WITHOUT ROWID where the key is the row, a covering index for the
other direction, partial indexes for the rare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database

SCHEMA_VERSION: Final = 4
"""Number of steps below; kept in PRAGMA user_version, so that a current store opens without looking further."""

_LEDGER: Final = """
CREATE TABLE local (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE station (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
CREATE TABLE ledger (
  seq INTEGER PRIMARY KEY, station_id INTEGER NOT NULL REFERENCES station(id), number INTEGER NOT NULL,
  uid TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL,
  body TEXT NOT NULL, commitment BLOB, prev BLOB NOT NULL, hash BLOB NOT NULL,
  UNIQUE (station_id, number)) STRICT;
CREATE TABLE personal (
  seq INTEGER PRIMARY KEY REFERENCES ledger(seq), salt BLOB NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE redaction (seq INTEGER PRIMARY KEY REFERENCES ledger(seq), by_seq INTEGER NOT NULL) STRICT;
CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger
  BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
  BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER personal_stays BEFORE UPDATE ON personal
  BEGIN SELECT RAISE(ABORT, 'what was recorded is never changed'); END;
CREATE TRIGGER personal_keeps BEFORE DELETE ON personal
  WHEN NOT EXISTS (SELECT 1 FROM redaction WHERE seq = OLD.seq)
  BEGIN SELECT RAISE(ABORT, 'only a recorded redaction erases personal data'); END;
"""

_PLACES: Final = """
CREATE TABLE volume (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, label TEXT NOT NULL) STRICT;
CREATE TABLE mount (volume_uid TEXT PRIMARY KEY, path BLOB NOT NULL) STRICT;
CREATE TABLE folder (
  id INTEGER PRIMARY KEY, volume_id INTEGER NOT NULL REFERENCES volume(id), path BLOB NOT NULL,
  UNIQUE (volume_id, path)) STRICT;
CREATE TABLE scanned_folder (
  id INTEGER PRIMARY KEY, volume TEXT NOT NULL, path BLOB NOT NULL, mtime_ns INTEGER, scanned_at INTEGER,
  UNIQUE (volume, path)) STRICT;
CREATE TABLE stat_index (
  folder_id INTEGER NOT NULL REFERENCES scanned_folder(id), name BLOB NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha256 BLOB,
  hashed_ns INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (folder_id, name)) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  folder_id INTEGER NOT NULL REFERENCES scanned_folder(id), name BLOB NOT NULL, reason TEXT NOT NULL,
  first_seen INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0,
  fault TEXT NOT NULL DEFAULT '', PRIMARY KEY (folder_id, name)) STRICT, WITHOUT ROWID;
CREATE INDEX journal_age ON journal (first_seen);
CREATE TABLE asked (asset_sha256 BLOB PRIMARY KEY, readers TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

_ASSETS: Final = """
CREATE TABLE asset (
  id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), xxh128 BLOB,
  kind TEXT NOT NULL, size INTEGER NOT NULL, media_type TEXT NOT NULL, essence_scheme TEXT, essence BLOB,
  verdict TEXT NOT NULL, strength INTEGER NOT NULL, proven INTEGER NOT NULL, origin TEXT NOT NULL,
  ai INTEGER NOT NULL DEFAULT 0, tainted INTEGER NOT NULL DEFAULT 0,
  inputs_complete INTEGER NOT NULL DEFAULT 0,
  found_at INTEGER NOT NULL, described_at INTEGER NOT NULL) STRICT;
CREATE INDEX asset_ai ON asset (ai) WHERE ai = 1;
CREATE INDEX asset_tainted ON asset (tainted) WHERE tainted = 1;
CREATE INDEX asset_essence ON asset (essence) WHERE essence IS NOT NULL;
CREATE TABLE description (
  asset_id INTEGER PRIMARY KEY REFERENCES asset(id), readers TEXT NOT NULL, facts TEXT NOT NULL,
  decided TEXT NOT NULL, conflicts TEXT NOT NULL, faults TEXT NOT NULL, unchecked TEXT NOT NULL,
  refs TEXT NOT NULL, identifiers TEXT NOT NULL) STRICT;
CREATE TABLE mark (
  asset_id INTEGER NOT NULL REFERENCES asset(id), n INTEGER NOT NULL, reader TEXT NOT NULL,
  version TEXT NOT NULL, place TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, claims TEXT,
  strength INTEGER NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (asset_id, n)) STRICT, WITHOUT ROWID;
CREATE TABLE identifier (
  scheme TEXT NOT NULL, value TEXT NOT NULL, asset_id INTEGER NOT NULL REFERENCES asset(id),
  PRIMARY KEY (scheme, value, asset_id)) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_of ON identifier (asset_id);
CREATE TABLE reference (
  scheme TEXT NOT NULL, value TEXT NOT NULL, asset_id INTEGER NOT NULL REFERENCES asset(id),
  n INTEGER NOT NULL, PRIMARY KEY (scheme, value, asset_id, n)) STRICT, WITHOUT ROWID;
CREATE INDEX reference_of ON reference (asset_id);
CREATE TABLE member (
  asset_id INTEGER NOT NULL REFERENCES asset(id), frame INTEGER NOT NULL, name BLOB NOT NULL,
  size INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (asset_id, frame)) STRICT, WITHOUT ROWID;
CREATE INDEX member_content ON member (sha256);
CREATE TABLE fingerprint (
  asset_id INTEGER NOT NULL REFERENCES asset(id), scheme TEXT NOT NULL, part INTEGER NOT NULL,
  value BLOB NOT NULL, PRIMARY KEY (asset_id, scheme, part)) STRICT, WITHOUT ROWID;
CREATE TABLE sighting (
  id INTEGER PRIMARY KEY, folder_id INTEGER NOT NULL REFERENCES folder(id), name BLOB NOT NULL,
  asset_id INTEGER NOT NULL REFERENCES asset(id), since INTEGER NOT NULL, until INTEGER,
  ended TEXT) STRICT;
CREATE UNIQUE INDEX sighting_live ON sighting (folder_id, name) WHERE until IS NULL;
CREATE INDEX sighting_of ON sighting (asset_id);
"""

_LINEAGE: Final = """
CREATE TABLE link (
  child INTEGER NOT NULL REFERENCES asset(id), parent INTEGER NOT NULL REFERENCES asset(id),
  relation TEXT NOT NULL, used INTEGER NOT NULL, carries INTEGER NOT NULL,
  refused INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (child, parent, relation)) STRICT, WITHOUT ROWID;
CREATE INDEX link_down ON link (parent, child);
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY, child INTEGER NOT NULL, parent INTEGER NOT NULL, relation TEXT NOT NULL,
  source TEXT NOT NULL, version TEXT NOT NULL, method TEXT NOT NULL, strength INTEGER NOT NULL,
  used INTEGER NOT NULL, note TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,
  entry TEXT NOT NULL, UNIQUE (child, parent, relation, source, method, by)) STRICT;
CREATE TABLE declaration (
  id INTEGER PRIMARY KEY, asset_id INTEGER NOT NULL REFERENCES asset(id), origin TEXT NOT NULL,
  by TEXT NOT NULL, basis TEXT NOT NULL, folder INTEGER NOT NULL, tool TEXT NOT NULL, model TEXT NOT NULL,
  at INTEGER NOT NULL, entry TEXT NOT NULL) STRICT;
CREATE INDEX declaration_of ON declaration (asset_id);
CREATE TABLE cut (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, status TEXT NOT NULL, asset_id INTEGER, at INTEGER NOT NULL,
  body TEXT NOT NULL) STRICT;
CREATE TABLE cut_use (
  cut_id INTEGER NOT NULL REFERENCES cut(id), n INTEGER NOT NULL, asset_id INTEGER, track TEXT NOT NULL,
  record_in TEXT NOT NULL, record_out TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (cut_id, n)) STRICT, WITHOUT ROWID;
"""

_GATE: Final = """
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folder_id INTEGER REFERENCES folder(id),
  state TEXT NOT NULL, opened INTEGER NOT NULL) STRICT;
CREATE TABLE delivery_asset (
  delivery_id INTEGER NOT NULL REFERENCES delivery(id), asset_id INTEGER NOT NULL REFERENCES asset(id),
  PRIMARY KEY (delivery_id, asset_id)) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, delivery_id INTEGER NOT NULL REFERENCES delivery(id),
  asset_id INTEGER NOT NULL REFERENCES asset(id), name TEXT NOT NULL, code TEXT NOT NULL,
  severity TEXT NOT NULL, text TEXT NOT NULL, ancestor BLOB NOT NULL, decision TEXT,
  opened INTEGER NOT NULL, closed INTEGER) STRICT;
CREATE INDEX finding_open ON finding (delivery_id, asset_id) WHERE closed IS NULL;
CREATE INDEX finding_named ON finding (delivery_id, name) WHERE closed IS NULL;
CREATE TABLE decision (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, asset_id INTEGER NOT NULL REFERENCES asset(id),
  codes TEXT NOT NULL, answer TEXT NOT NULL, by TEXT NOT NULL, role TEXT NOT NULL, reference TEXT NOT NULL,
  document BLOB NOT NULL, note TEXT NOT NULL, delivery TEXT NOT NULL, at INTEGER NOT NULL,
  expires INTEGER, revoked INTEGER, causes TEXT NOT NULL) STRICT;
CREATE INDEX decision_of ON decision (asset_id);
CREATE TABLE ai_use (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, state TEXT NOT NULL, at INTEGER NOT NULL,
  body TEXT NOT NULL) STRICT;
CREATE TABLE ai_use_asset (
  use_id INTEGER NOT NULL REFERENCES ai_use(id), asset_id INTEGER NOT NULL REFERENCES asset(id),
  PRIMARY KEY (use_id, asset_id)) STRICT, WITHOUT ROWID;
CREATE TABLE consent (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, state TEXT NOT NULL, at INTEGER NOT NULL,
  expires INTEGER, document BLOB, body TEXT NOT NULL) STRICT;
"""


def m001_first(db: Database) -> None:
    """Ledger, places, assets, lineage, gate; room for cuts, uses of tools, consents and fingerprints."""
    for script in (_LEDGER, _PLACES, _ASSETS, _LINEAGE, _GATE):
        for statement in _statements(script):
            db.execute(statement)


_EVIDENCE: Final = """
ALTER TABLE evidence RENAME TO evidence_before;
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY, child INTEGER NOT NULL, parent INTEGER NOT NULL, relation TEXT NOT NULL,
  source TEXT NOT NULL, version TEXT NOT NULL, method TEXT NOT NULL, strength INTEGER NOT NULL,
  used INTEGER NOT NULL, note TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL) STRICT;
INSERT INTO evidence SELECT * FROM evidence_before;
DROP TABLE evidence_before;
CREATE UNIQUE INDEX evidence_found ON evidence (child, parent, relation, source, method) WHERE by = '';
CREATE INDEX evidence_of ON evidence (child, parent, relation);
"""


def m002_evidence_by_entry(db: Database) -> None:
    """What a person says of a link is a row of its own for each entry, so that each can be erased by itself."""
    for statement in _statements(_EVIDENCE):
        db.execute(statement)


_TAGGING: Final = """
CREATE TABLE field (
  asset_id INTEGER NOT NULL REFERENCES asset(id), name TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL,
  by TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (asset_id, name)) STRICT, WITHOUT ROWID;
CREATE INDEX field_value ON field (name, value);
CREATE TABLE tagging (
  id INTEGER PRIMARY KEY, asset_id INTEGER NOT NULL REFERENCES asset(id),
  folder_id INTEGER NOT NULL REFERENCES folder(id), name BLOB NOT NULL, way TEXT NOT NULL, wrote TEXT NOT NULL,
  files TEXT NOT NULL, was BLOB NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL,
  intent TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX tagging_of ON tagging (asset_id);
CREATE INDEX ai_use_of ON ai_use_asset (asset_id);
CREATE TABLE tag_journal (
  folder_id INTEGER NOT NULL REFERENCES scanned_folder(id), name BLOB NOT NULL, was BLOB NOT NULL,
  sha256 BLOB NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (folder_id, name, sha256))
  STRICT, WITHOUT ROWID;
"""


def m003_tagging(db: Database) -> None:
    """What was written where, production fields, and the journal of writes (`tag_journal`, local)."""
    for statement in _statements(_TAGGING):
        db.execute(statement)


_CUTS: Final = """
DROP TABLE cut_use;
DROP TABLE cut;
CREATE TABLE project (
  asset_id INTEGER PRIMARY KEY REFERENCES asset(id), format TEXT NOT NULL, complete INTEGER NOT NULL,
  body TEXT NOT NULL) STRICT;
CREATE TABLE project_name (
  stem TEXT NOT NULL, asset_id INTEGER NOT NULL REFERENCES asset(id), PRIMARY KEY (stem, asset_id))
  STRICT, WITHOUT ROWID;
CREATE INDEX project_name_of ON project_name (asset_id);
CREATE TABLE matched (
  project_id INTEGER NOT NULL REFERENCES asset(id), n INTEGER NOT NULL, media_id INTEGER NOT NULL REFERENCES asset(id),
  method TEXT NOT NULL, strength INTEGER NOT NULL, PRIMARY KEY (project_id, n)) STRICT, WITHOUT ROWID;
CREATE INDEX matched_media ON matched (media_id);
CREATE TABLE cut_status (
  project_id INTEGER NOT NULL REFERENCES asset(id), cut TEXT NOT NULL, status TEXT NOT NULL, by TEXT NOT NULL,
  at INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (project_id, cut)) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_stem ON sighting (lower(CAST(name AS TEXT)));
"""


def m004_cuts(db: Database) -> None:
    """Timelines and projects as they were read, what of them was matched, and the status of cuts."""
    for statement in _statements(_CUTS):
        db.execute(statement)


STEPS: Final = (m001_first, m002_evidence_by_entry, m003_tagging, m004_cuts)


def _statements(script: str) -> list[str]:
    """The single statements of a script; executescript would commit, and a step is one transaction."""
    statements: list[str] = []
    pending = ""
    for line in script.strip().splitlines():
        pending += line + "\n"
        inside_trigger = "CREATE TRIGGER" in pending and not pending.rstrip().endswith("END;")
        if line.rstrip().endswith(";") and not inside_trigger:
            statements.append(pending)
            pending = ""
    return statements


def apply_steps(db: Database) -> None:
    """Applies the steps that are not applied yet, each in a transaction of its own."""
    from sqlite_utils import Migrations

    migrations = Migrations("provenance")
    for step in STEPS:
        migrations()(step)
    migrations.apply(db)
    db.execute(f"PRAGMA user_version = {len(STEPS)}")
