"""Tagging: all writers on one file in the right order, checked before it takes the old one's place.

Metadata first, the signature over the whole last; the parent is read from the untouched original. The new file
must hold the same picture and sound, say everything the old one said, and say what was written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from provenance.contracts import Edit, Tag, TrustList, Writer
from provenance.describe import HEAD_SIZE, describe, sidecars_of
from provenance.digest import digest_file, open_media
from provenance.errors import ProvenanceError, WriteFailed, WriteRefused
from provenance.essence import hash_essence
from provenance.media_type import sniffed
from provenance.model import Description, Digests, Mark, Strength
from provenance.writers import WRITERS, c2pa, xmp
from provenance.writers._c2pa_definition import statement_of
from provenance.writers._c2pa_removal import removals
from provenance.writers._whole import must_be_whole
from provenance.writers.claims import Claim
from provenance.writers.protected import is_camera_original, refuse_protected
from provenance.writing import PREFIX, create_file, replace_file, splice

if TYPE_CHECKING:
    from provenance.identity import SigningMaterial

_PACKET_MOST: Final = 32 << 20
_MANIFEST_MOST: Final = 64 << 20
_Step = Callable[[BinaryIO, BinaryIO], None]
Announce = Callable[[Digests], None]


@dataclass(frozen=True, slots=True)
class Sealing:
    """The signature that closes a file: the claim, who signs it, whether the store knows credentials for it."""

    claim: Claim
    signing: SigningMaterial
    known: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What one writer would do: its edits, or the error that says why it does nothing."""

    writer: str
    edits: tuple[Edit, ...] = ()
    refusal: ProvenanceError | None = None


def planned(path: Path, tag: Tag | None, writers: Sequence[Writer] = WRITERS) -> tuple[Change, ...]:
    """What each writer would do to a file as it is now; without a tag, what would be taken back.

    Raises CouldNotLook where it cannot be read.
    """
    with open_media(path) as file:
        kind = sniffed(file.read(HEAD_SIZE))
        return tuple(_planned(one, file, kind, tag) for one in writers if one.can_write(kind))


def tag_file(
    path: Path,
    tag: Tag,
    *,
    writers: Sequence[Writer] = WRITERS,
    sealing: Sealing | None = None,
    captured: bool = False,
    announce: Announce = lambda _: None,
) -> tuple[Change, ...]:
    """Writes into a file what a tag says, and signs it.

    Args:
        captured: true for media of a camera by anything known, which is never rewritten.
        announce: is told the hashes of the new file, on disk and checked, just before it takes the old one's place;
            whatever it raises keeps the old file.
    Returns what each writer did; none where all of it stood there already.
    Raises WriteRefused where nothing may or can be written, ChangedMeanwhile, WriteFailed, UnreadableMedia.
    """
    path = path.resolve()
    _may_change(path, captured)
    changes = planned(path, tag, writers)
    if sealing is not None and _is_sealed(path, changes, sealing):
        return ()
    _must_hold_no_credentials(path, sealing)
    _must_do_something(path, changes, sealing)
    steps = [_rewriting(one, tag) for one in writers if any(c.writer == one.NAME and c.edits for c in changes)]
    if sealing is not None:
        steps.append(_sealing(sealing))
    if steps:
        # What we wrote ourselves may change; a packet's foreign part is kept in its text
        ours = {change.writer for change in planned(path, None, writers) if change.edits}
        _replace(path, steps, lambda new: _must_say(new, tag, changes, writers, sealing), announce, forgetting=ours)
    return tuple(change for change in changes if change.edits or change.refusal)


def untag_file(
    path: Path,
    *,
    writers: Sequence[Writer] = WRITERS,
    own: tuple[TrustList, ...] = (),
    announce: Announce = lambda _: None,
) -> tuple[Change, ...]:
    """Takes back what we wrote into a file, and nothing else.

    Args: own are the lists that know our signers: a manifest store that holds only manifests of ours goes with the
    rest; one that carries others' credentials forward stays, nothing is taken back and WriteRefused says so.
    Returns and raises as `tag_file`.
    """
    path = path.resolve()
    changes = planned(path, None, writers)
    failed = [one.refusal for one in changes if one.refusal is not None]
    # Where one of them cannot look it could not have written either
    if failed and len(failed) == len(changes):
        raise failed[0]
    sealed = _seal_of_ours(path, own)
    names = {change.writer for change in changes if change.edits}
    if names or sealed.edits:
        _may_change(path, captured=False)
        if not sealed.edits:
            _must_hold_no_credentials(path, None)
        steps = ([_unsealing] if sealed.edits else []) + [_rewriting(one, None) for one in writers if one.NAME in names]
        _replace(path, steps, lambda _: None, announce, forgetting=names)
    return tuple(change for change in (*changes, sealed) if change.edits or change.refusal)


def _seal_of_ours(path: Path, own: tuple[TrustList, ...]) -> Change:
    """The removal of the manifest store, where all in it is ours."""
    with open_media(path) as file:
        kind = sniffed(file.read(HEAD_SIZE))
        whose = c2pa.whose_credentials(file, kind, own) if own else "theirs"
        if whose == "ours over theirs":
            words = "the content credentials we wrote carry those of somebody else, which would go with them"
            raise WriteRefused(words, path=path, remedy="restore the file from before it was tagged")
        if whose == "theirs":
            return Change(c2pa.NAME)
        return Change(c2pa.NAME, removals(file, kind))


def _unsealing(source: BinaryIO, target: BinaryIO) -> None:
    source.seek(0)
    splice(source, target, removals(source, sniffed(source.read(HEAD_SIZE))))


def write_packet_beside(path: Path, tag: Tag, at: Path | None = None, content: bytes = b"") -> Path | None:
    """Writes ``name.ext.xmp`` beside a file, or at another place; one that stands there is merged.

    Args: content is the SHA-256 of the file, by which a sidecar that was left behind is known for what it is.
    Returns where, or None where it says so already. Raises WriteRefused, WriteFailed, UnreadableMedia.
    """
    target = at or _beside(path, xmp.sidecar_of(path))
    old = _held(target, _PACKET_MOST)
    new = xmp.changed(old, tag, content)
    if new == old:
        return None
    create_file(target, new)
    return target


def erase_packet_beside(path: Path, at: Path | None = None) -> Path | None:
    """Takes back what we wrote beside a file; the sidecar goes where nothing else stood in it."""
    target = at or _beside(path, xmp.sidecar_of(path))
    old = _held(target, _PACKET_MOST)
    new = xmp.erased(old) if old else old
    if new == old:
        return None
    if new:
        create_file(target, new)
    else:
        target.unlink()
    return target


def write_manifest_beside(path: Path, sidecar: bytes, sha256: bytes, at: Path | None = None) -> Path:
    """Puts a signed `.c2pa` beside a file as ``name.ext.c2pa``, or at another place.

    Raises WriteRefused where it does not belong to the content, or would drop credentials that lie there.
    """
    target = at or _beside(path, path.with_name(path.name + ".c2pa"))
    if not c2pa.verify_sidecar(sidecar, sha256).holds:
        raise WriteRefused("the sidecar does not belong to this content", path=path, remedy="sign it again")
    old = _held(target, _MANIFEST_MOST)
    label = c2pa.verify_sidecar(old, sha256).manifest if old else ""
    if old and (not label or label.encode() not in sidecar):
        words = "other credentials lie there, which the new ones do not carry forward"
        raise WriteRefused(words, path=target, remedy="name them as the parent when signing")
    create_file(target, sidecar)
    return target


def _beside(path: Path, target: Path) -> Path:
    refuse_protected(path.resolve())
    return target


def _held(path: Path, most: int) -> bytes:
    if not path.exists():
        return b""
    with open_media(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise WriteRefused("what lies there is too large to be ours", path=path, remedy="move it away")
    return data


def _planned(writer: Writer, file: BinaryIO, kind: str, tag: Tag | None) -> Change:
    try:
        edits = writer.erasures(file, kind) if tag is None else writer.edits(file, kind, tag)
    except ProvenanceError as error:
        return Change(writer.NAME, refusal=error)
    return Change(writer.NAME, edits)


def _may_change(path: Path, captured: bool) -> None:
    refuse_protected(path)
    if captured or is_camera_original(path):
        raise WriteRefused("it is captured media, which is never rewritten", path=path, remedy="write a sidecar")


def _is_sealed(path: Path, changes: Sequence[Change], sealing: Sealing) -> bool:
    """True where the file says all of it already, under a signature for exactly this claim."""
    if any(change.edits for change in changes):
        return False
    with open_media(path) as file:
        return c2pa.statement_in(file, sealing.claim.media_type) == statement_of(sealing.claim)


def _must_hold_no_credentials(path: Path, sealing: Sealing | None) -> None:
    """A change breaks the signature that is there; only a new one over it, with that as its parent, may come."""
    if any(beside.suffix.lower() == ".c2pa" for beside in sidecars_of(path)):
        words = "a `.c2pa` beside it is bound to every byte of it"
        raise WriteRefused(words, path=path, remedy="write a sidecar instead")
    with open_media(path) as file:
        found = c2pa.credentials_in(file, sniffed(file.read(HEAD_SIZE)))
    carried = sealing is not None and sealing.claim.actions[0].name == "c2pa.opened"
    if found and not (found == "embedded" and carried):
        raise WriteRefused(f"it holds content credentials ({found})", path=path, remedy="write a sidecar instead")


def _must_do_something(path: Path, changes: Sequence[Change], sealing: Sealing | None) -> None:
    refused = [change.refusal for change in changes if change.refusal is not None]
    if sealing is not None:
        return
    if not changes:
        raise WriteRefused("nothing can be written into a file of this kind", path=path, remedy="write a sidecar")
    first = changes[0].refusal
    # XMP comes first and says the most: where it is refused, EXIF alone would say half
    if first is not None or len(refused) == len(changes):
        raise first or refused[0]


def _rewriting(writer: Writer, tag: Tag | None) -> _Step:
    def rewrite(source: BinaryIO, target: BinaryIO) -> None:
        source.seek(0)
        kind = sniffed(source.read(HEAD_SIZE))
        edits = writer.erasures(source, kind) if tag is None else writer.edits(source, kind, tag)
        splice(source, target, edits)

    return rewrite


def _sealing(sealing: Sealing) -> _Step:
    return lambda source, target: c2pa.sign_embedded(
        sealing.claim, source, target, sealing.signing, known=sealing.known
    )  # fmt: skip


def _replace(
    path: Path,
    steps: Sequence[_Step],
    check: Callable[[Path], None],
    announce: Announce,
    forgetting: Collection[str],
) -> None:
    before = describe(path, with_essence=False)
    with open_media(path) as file:
        must_be_whole(file, before.media_type)
    essence = hash_essence(path, before.media_type)
    if essence is None:
        words = "its picture and sound cannot be told from the rest, so nobody could prove that they stay"
        raise WriteRefused(words, path=path, remedy="write a sidecar")

    def write(source: BinaryIO, target: BinaryIO) -> None:
        with ExitStack() as stack:
            for step in steps[:-1]:
                between = stack.enter_context(tempfile.TemporaryFile(dir=path.parent, prefix=PREFIX))
                step(source, between)
                source = between
            steps[-1](source, target)

    def checked(new: Path) -> None:
        after = describe(new, with_essence=False)
        if hash_essence(new, after.media_type) != essence:
            raise WriteFailed("the new file does not hold the same picture and sound", path=path, remedy=_TELL)
        _must_keep(before, after, forgetting)
        check(new)
        announce(digest_file(new)[0])

    replace_file(path, write, checked)


_TELL: Final = "the file is as it was; please report this"


def _must_keep(before: Description, after: Description, forgetting: Collection[str]) -> None:
    """Raises WriteFailed where the new file says less than the old one, or cannot be read where that could."""
    lost = {_said(one) for one in before.marks if _counts(one, forgetting)} - {_said(one) for one in after.marks}
    faults = {one.code for one in after.faults} - {one.code for one in before.faults}
    if lost or faults:
        words = f"the new file would lose what the old one says ({sorted(map(str, lost or faults))[0]})"
        raise WriteFailed(words, remedy=_TELL)


def _counts(mark: Mark, forgetting: Collection[str]) -> bool:
    # A packet's sentence about its signature changes with the signature; sidecars are beside the old name only
    return not mark.place.startswith("sidecar:") and mark.reader not in forgetting and mark.reader != c2pa.NAME


def _said(mark: Mark) -> tuple[str, str, str, str]:
    return mark.reader, mark.key, mark.value, str(mark.claims)


def _must_say(
    new: Path, tag: Tag, changes: Sequence[Change], writers: Sequence[Writer], sealing: Sealing | None
) -> None:
    written = [one for one in writers if any(c.writer == one.NAME and c.edits for c in changes)]
    if any(change.edits or change.refusal for change in planned(new, tag, written)):
        raise WriteFailed("the new file does not say what was written", path=new, remedy=_TELL)
    if sealing is None:
        return
    told = describe(new, with_essence=False, full=True)
    states = [mark for mark in told.marks if mark.reader == c2pa.NAME and mark.key == "validation"]
    if not states or states[0].strength < Strength.SIGNED:
        words = "the signature of the new file does not hold"
        raise WriteFailed(words, path=new, remedy="check the signing identity: provenance identity show")
