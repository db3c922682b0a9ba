"""How a process that runs for long collects its garbage."""

import gc

# New objects between two looks at the young ones; Python's own 700 is reached with every fourth run
# of a task, which makes the collector a tenth of what a scheduler with many tasks costs.
_YOUNG_OBJECTS = 5_000


def settle_garbage_collector() -> None:
    """Let the collector leave alone what there is now, and look at new objects less often.

    What a scheduler has planned stays until its end. Call it once that is done.
    """
    gc.collect()
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(_YOUNG_OBJECTS, *older)
