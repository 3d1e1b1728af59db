"""A file for libraries that ask without measure: it gives up after so many calls or bytes.

Made for parsers of others that walk a million chunks of nothing, or read a text of 100 MB three times over.
"""

from __future__ import annotations

from typing import IO, Any


class MeteredFile:
    """An open file that fails once it has been read too often or too much.

    Args: file is open for reading; calls counts reads and seeks; size is in bytes, None without limit.
    """

    def __init__(self, file: IO[bytes], calls: int, size: int | None = None) -> None:
        self._file: Any = file
        self._calls = calls
        self._left = size
        self.spent = False

    def read(self, size: int = -1, /) -> bytes:
        """As a file's; at most one byte more than is left. Raises OSError once there is nothing left."""
        self._count()
        if self._left is not None and (size < 0 or size > self._left):
            size = self._left + 1
        data: bytes = self._file.read(size)
        self._weigh(len(data))
        return data

    def readinto(self, buffer: Any, /) -> int:
        """As a file's. Raises OSError once there is nothing left."""
        self._count()
        count: int = self._file.readinto(buffer)
        self._weigh(count)
        return count

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As a file's. Raises OSError once there is nothing left."""
        self._count()
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        """As a file's."""
        return int(self._file.tell())

    def write(self, data: object, /) -> int:
        """Raises OSError: nothing is ever written."""
        raise OSError("open for reading only")

    def flush(self) -> None:
        """Does nothing; some libraries ask for it."""

    def _count(self) -> None:
        self._calls -= 1
        if self._calls < 0 or self.spent:
            self.spent = True
            raise OSError("read too often")

    def _weigh(self, count: int) -> None:
        if self._left is not None:
            self._left -= count
            if self._left < 0:
                self.spent = True
                raise OSError("read too much")
