"""What the tasks reach outside of this process."""
