"""The garbage collector of a process that runs for long."""

import gc
import subprocess
import sys


def test_what_is_there_is_left_alone_and_what_is_new_is_still_collected():
    """In a process of its own, since the collector is the whole process's."""
    script = """
import gc, weakref
from rota.runtime.process import settle_garbage_collector

class Node: pass

settle_garbage_collector()
assert gc.get_freeze_count() > 1000
young, *older = gc.get_threshold()
node = Node(); node.itself = node
gone = weakref.ref(node); del node
kept = [[] for _ in range(young + 1)]
assert gone() is None
print(young, *older)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )

    assert done.stderr == ""
    young, *older = map(int, done.stdout.split())
    assert young > gc.get_threshold()[0]
    assert older == list(gc.get_threshold()[1:])
