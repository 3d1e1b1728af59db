"""The gate's nouns: a case to judge, the findings, a person's answers, and a delivery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from provenance.model.asset import Kind, Place
from provenance.model.link import Link
from provenance.model.mark import Verdict
from provenance.model.origin import Origin


class Severity(StrEnum):
    """What a finding asks for."""

    BLOCK = "BLOCK"
    DECIDE = "DECIDE"
    WARN = "WARN"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A statement about an asset by a person or by the folder it was first seen in.

    Args:
        sha256: the asset.
        origin: what is declared.
        by: the person; empty for a folder.
        basis: on what ground ("shot on set, camera report 12"), or the folder's name.
        folder: true where the folder declares it.
        at: milliseconds since 1970.
        tool, model: of a declared generation, where given.
    """

    sha256: bytes
    origin: Origin
    by: str
    basis: str
    folder: bool
    at: int
    tool: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """An asset that a case was made from.

    Args:
        sha256: the ancestor.
        name: a name people know it by.
        verdict: what its own marks say.
        origin: what it counts as, declarations included.
        chain: the links from the case down to it, child first.
        declarations: what was declared of it.
        inputs_complete: its own recorded inputs are said to be all there are.
        offload: name of an offload hash list that vouches for it, or empty.
    """

    sha256: bytes
    name: str
    verdict: Verdict
    origin: Origin
    chain: tuple[Link, ...]
    declarations: tuple[Declaration, ...] = ()
    inputs_complete: bool = False
    offload: str = ""


class Answer(StrEnum):
    """What a person decided about a finding."""

    APPROVE = "approve"
    REFUSE = "refuse"
    INCIDENTAL = "incidental"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer to findings about one content.

    Args:
        uid: its identity on every workstation.
        sha256: the content it binds to (a file's hash, or a sequence id).
        codes: the finding codes it answers; it clears exactly these.
        answer: approve, refuse or incidental.
        by, role: who, and in what function.
        reference: of the writing in which it was given.
        document: SHA-256 of that writing, or empty.
        note: in the person's words.
        delivery: name of the delivery it is for; empty for all.
        at: milliseconds since 1970.
        expires: milliseconds since 1970, or None.
        revoked: milliseconds since 1970, or None.
        causes: the assets in view of which it was given, by SHA-256 (empty bytes for the content itself): an AI
            ancestor that is found later was not approved. No causes at all: whatever the cause, in advance.

    A decision about a content counts for all that share its essence (`shared_with`).
    """

    uid: str
    sha256: bytes
    codes: tuple[str, ...]
    answer: Answer
    by: str
    at: int
    role: str = ""
    reference: str = ""
    document: bytes = b""
    note: str = ""
    delivery: str = ""
    expires: int | None = None
    revoked: int | None = None
    causes: tuple[bytes, ...] = ()

    def shared_with(self, sha256: bytes) -> Decision:
        """The decision as one about another asset of the same essence; what was its content stays its cause."""
        if sha256 == self.sha256:
            return self
        return replace(self, sha256=sha256, causes=tuple(cause or self.sha256 for cause in self.causes))


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may see about one asset in one delivery.

    Args:
        sha256, name, kind: the asset; name is where it lies in the delivery.
        verdict: what its own marks say.
        origin: what it counts as, declarations included.
        declarations: what people and folders said of it.
        ancestors: everything it was made from, nearest first, along used links.
        inputs_complete: a timeline, a project or a person says that the recorded inputs are all.
        doubtful: ancestors reached only through a link that is a question (looks_like, input).
        unlooked: reasons why it could not be looked at; any of them keeps it from passing.
        cycles: conflicts found while walking its lineage.
        delivery: name of the delivery.
        alike: groups of the case and its ancestors that share one essence (a file and its retagged self): what holds
            for one of a group holds for all of it.
        offload: name of an offload hash list that vouches for it (provenance.hashlists.vouching), or empty.
    """

    sha256: bytes
    name: str
    kind: Kind
    verdict: Verdict
    origin: Origin
    declarations: tuple[Declaration, ...] = ()
    ancestors: tuple[Ancestor, ...] = ()
    doubtful: tuple[Ancestor, ...] = ()
    inputs_complete: bool = False
    unlooked: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    delivery: str = ""
    alike: tuple[frozenset[bytes], ...] = ()
    offload: str = ""

    def same(self, sha256: bytes) -> frozenset[bytes]:
        """An asset with all that share its essence here; empty bytes stand for the case itself."""
        wanted = sha256 or self.sha256
        return next((group for group in self.alike if wanted in group), frozenset((wanted,)))


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule says against a case, in words an editor can act on.

    `ancestor` is the asset that caused it, where that is not the case itself.
    """

    severity: Severity
    text: str
    ancestor: bytes = b""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's objection to an asset in a delivery.

    Args:
        code: the rule's code.
        severity: what it asks for.
        text: the objection, with the next thing to do.
        sha256: the asset.
        name: where it lies in the delivery.
        delivery: name of the delivery.
        ancestor: SHA-256 of the asset that caused it, or empty.
        decision: the decision that answers it, or None. An answered finding stays visible.
    """

    code: str
    severity: Severity
    text: str
    sha256: bytes
    name: str
    delivery: str
    ancestor: bytes = b""
    decision: Decision | None = None

    @property
    def is_open(self) -> bool:
        """True while nobody answered it, or the answer was a refusal. A WARN waits for nobody."""
        if self.severity is Severity.WARN:
            return False
        return self.decision is None or self.decision.answer is Answer.REFUSE


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is handed over.

    Args:
        name: unique in the production.
        folder: the deliverables folder, or None for a list of files.
        state: ``open`` or ``sealed``.
        opened: milliseconds since 1970.
    """

    name: str
    folder: Place | None
    state: str
    opened: int
