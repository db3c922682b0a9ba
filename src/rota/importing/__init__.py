"""What `rota import` makes of jobs that others schedule: text in, stubs and comparisons out.

Pure: nothing here opens a file, starts a command or looks at a clock.
"""
