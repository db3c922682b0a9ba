"""The form of log lines, and what may never be in one."""
