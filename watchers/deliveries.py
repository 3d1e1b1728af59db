"""The open deliveries while a production is watched: what is new is judged, flags are told, files held."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from provenance.configuration import Settings
from provenance.errors import CouldNotLook, UsageError
from provenance.model import Delivery, Finding, Place
from provenance.places import Places
from store import Store
from watchers import deliverables
from watchers.event import Event, EventKind, Tell


class Deliveries:
    """Judges what lies in the deliveries of a production.

    Args:
        store, settings, places: of the production.
        tell: called with every Event; fault with what could not be done.
        now_ms: milliseconds since 1970.

    Attributes: told grows whenever something may have changed on the flags pages.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        places: Places,
        tell: Tell,
        fault: Callable[[Path, str], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._store, self._settings, self._places = store, settings, places
        self._tell, self._fault, self._now_ms = tell, fault, now_ms
        self._all: tuple[Delivery, ...] = ()
        self._whole = self._moved = False
        self.told = 0

    def open(self) -> None:
        """Opens the configured deliveries where they are new. Raises StoreError."""
        deliverables.open_deliveries(self._store, self._settings, self._places)
        self._all = tuple(self._store.decisions.deliveries())

    def holds(self, place: Place) -> bool:
        """True where a place lies in a delivery."""
        return any(deliverables.holds(one, place) for one in self._all)

    def left(self, place: Place) -> set[bytes]:
        """Contents that lay at a place before: a delivery may have lost them."""
        return {
            sha256
            for delivery in self._all
            if deliverables.holds(delivery, place)
            for sha256 in self._store.decisions.named(delivery.name, deliverables.name_of(delivery, place))
        }

    def judge(self, touched: set[bytes]) -> None:
        """Judges assets, and what was made from them, where they lie in a delivery. Raises StoreError."""
        self.told += 1
        self._moved = True
        for finding in deliverables.judge_touched(self._store, self._all, touched, self._now_ms()):
            data = {
                "code": finding.code, "severity": finding.severity.value, "delivery": finding.delivery,
                "name": finding.name, "sha256": finding.sha256.hex(), "open": finding.is_open,
            }  # fmt: skip
            self._tell(Event(EventKind.FLAGGED, Path(finding.delivery) / finding.name, finding.text, data))

    def judge_all(self) -> tuple[Finding, ...]:
        """Judges every delivery whole: decisions expire, and people decide while nothing moves.

        Returns all findings that hold. Raises StoreError.
        """
        self.told += 1
        self._all = tuple(self._store.decisions.deliveries())
        at = self._now_ms()
        for delivery in self._all:
            deliverables.judge_delivery(self._store, delivery, at)
        self._whole = self._moved = True
        self.settle()
        return tuple(self._store.decisions.findings())

    def settle(self) -> None:
        """Holds and puts back where that is configured and something was judged since.

        Not before everything was judged once: after a kill a held file may be recorded and not yet judged.
        """
        if not (self._settings.deliverables_gate.hold and self._whole and self._moved):
            return
        self._moved = False
        for delivery in self._all:
            for kind, move in ((EventKind.HELD, deliverables.hold), (EventKind.PUT_BACK, deliverables.put_back)):
                try:
                    moved = move(self._store, self._places, delivery)
                except (CouldNotLook, UsageError) as error:
                    self._fault(error.path or Path(delivery.name), str(error))
                    continue
                for before, now in moved:
                    self._tell(Event(kind, now, f"{kind.value}: moved from {before}", {"from": str(before)}))
