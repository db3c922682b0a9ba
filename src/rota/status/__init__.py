"""What an operator sees of tasks, slots and runs: pages, answers and commands say the same.

Made of the tasks' definitions and of what a ledger's reader answers; nothing is decided here about
what runs.
"""
