"""One process: its signals, streams, children, event loop and end."""
