"""What CronJobs, Jobs and pods tell of a release's slots and runs. Read-only."""
