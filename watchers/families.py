"""Image sequences on their way to being finished, each under the name of its family (``shot.%04d.exr``)."""

from __future__ import annotations

import os

from provenance.configuration import Watching
from provenance.errors import CouldNotLook
from provenance.model import FileStamp, Place
from provenance.places import Places
from provenance.sequences import ImageSequence, group, parse_frame, parse_pattern
from watchers.reconcile import family_name
from watchers.settle import Clock, SequenceSettler, Settling
from watchers.sweep import look_at

Frames = dict[bytes, FileStamp]


class Families:
    """Waits for image sequences to be complete.

    Args:
        places: of the production.
        watching: how long a file, and how long a sequence, must stay unchanged.
        monotonic, wall: seconds.
    """

    def __init__(self, places: Places, watching: Watching, monotonic: Clock, wall: Clock) -> None:
        self._places = places
        self._wall = wall
        self._quiet_seconds = watching.sequence_settle_seconds
        self._young: SequenceSettler[Place] = SequenceSettler(monotonic, watching.sequence_settle_seconds, wall=wall)
        # A sequence that has not been touched for that long by the file system's own clocks needs only the
        # second look of a single file: a first scan does not wait a minute for last year's renders
        self._old: SequenceSettler[Place] = SequenceSettler(monotonic, watching.settle_seconds, wall=wall)

    def is_family(self, place: Place) -> bool:
        """True for the name of a family, which is never that of a file that is there."""
        return b"%0" in place.name and not os.path.lexists(self._places.path_of(place))

    def look(self, family: Place, frames: Frames | None = None) -> Settling:
        """Takes in the frames there are now (read from the folder where not given)."""
        found = self.frames(family) if frames is None else frames
        newest = max((max(one.mtime_ns, one.ctime_ns) for one in found.values()), default=0)
        old = self._wall() - newest / 1e9 >= self._quiet_seconds
        settler, other = (self._old, self._young) if old else (self._young, self._old)
        other.forget(family)
        return settler.look(family, found)

    def due(self, now: float) -> list[Place]:
        """Families to look at again."""
        return [*self._young.due(now), *self._old.due(now)]

    def frames(self, family: Place) -> Frames:
        """The frames of a family that lie in its folder now."""
        return {name: stamp for _, stamps in self.sequences(family) for name, stamp in stamps.items()}

    def sequences(self, family: Place) -> list[tuple[ImageSequence, Frames]]:
        """The sequences of a family in its folder now: one, or none where too few frames are left.

        Raises CouldNotLook.
        """
        folder = os.fsencode(self._places.folder_path(family.volume, family.folder))
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries if parse_frame(entry.name) is not None]
            found = []
            for sequence in group(names)[0]:
                if family_name(sequence) == family.name:
                    stamps = {name: look_at(os.path.join(folder, name)) for name in sequence.names()}  # noqa: PTH118
                    found.append((sequence, {name: stamp for name, stamp in stamps.items() if stamp is not None}))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise CouldNotLook(error.strerror or type(error).__name__, path=folder) from error
        return found

    def forget(self, family: Place) -> None:
        """Stops waiting for one."""
        self._young.forget(family)
        self._old.forget(family)

    def next_due(self) -> float | None:
        """When the next look is due (`monotonic` seconds), or None where nothing waits."""
        times = (self._young.next_due(), self._old.next_due())
        return min((one for one in times if one is not None), default=None)

    def __contains__(self, family: object) -> bool:
        return family in self._young or family in self._old

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


def sequence_at(place: Place) -> ImageSequence | None:
    """The sequence that a recorded place stands for, or None for a single file."""
    return parse_pattern(os.fsdecode(place.name))
