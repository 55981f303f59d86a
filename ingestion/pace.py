"""How many documents a worker takes at once."""

TARGET_SECONDS = 1.0
_FIRST_SIZE = 8
_LEAST_SIZE = (
    4  # smaller ones cost more than they hasten: claiming, settling and writing take as long for one as for four
)


class Pace:
    """The size of the next batch: as many documents as took about TARGET_SECONDS lately, up to `most`.

    A document that somebody waits for waits for the batch at hand, so that is kept short; where texts are short or a
    GPU embeds them, a second holds many, and the fixed costs of a batch do not matter.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self.size = min(_FIRST_SIZE, most)

    def note(self, documents: int, seconds: float) -> None:
        """Learn from a batch. One that was both short and quick says nothing about larger ones."""
        if documents < self.size and seconds < TARGET_SECONDS:
            return
        fitting = int(documents * TARGET_SECONDS / max(seconds, 1e-3))
        # Grown in steps, because the texts of the next batch may be longer.
        self.size = min(max(fitting, _LEAST_SIZE), 2 * self.size, self._most)
