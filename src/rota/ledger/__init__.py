"""What happened to every slot: what the scheduler notes, finds after a restart, and others read."""
