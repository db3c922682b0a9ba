"""What one process of rota does, from its settings to its exit code.

`one_shot` is `rota run TASK`. The scheduler's process is `rota.worker`, as the seed called it.
"""
