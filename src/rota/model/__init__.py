"""What everything else speaks of: tasks, runs, slots, outcomes, errors. Standard library only."""
