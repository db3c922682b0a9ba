"""`rota dev`: all tasks in a child process that starts anew when their sources change."""
