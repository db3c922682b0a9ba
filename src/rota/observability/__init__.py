"""What shows the work to people and to machines. Observes runs; nothing below imports it."""
